import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** How many backups of one database are kept. */
export const backupsKept = 10;

const ending = '.backup';
const partialEnding = '.partial';
/** A backup that is being made is written to all the time; one that has rested this long belonged to a killed process. */
const abandonedAfterMs = 10 * 60_000;

/** Where one backup is made: under the partial name until it is known to be whole. */
export interface BackupPlace {
  path: string;
  partialPath: string;
}

/**
 * Makes the folder, only for this user, unless it is there, and names the next backup in it.
 *
 * @param at in the name, so that the order of names is that of time
 * @throws the system's error when the folder can't be made
 */
export async function placeBackup(folder: string, database: string, at: Date): Promise<BackupPlace> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const time = at.toISOString().replaceAll(':', '-');
  const path = join(resolve(folder), `${prefixOf(database)}${time}${ending}`);
  return { path, partialPath: `${path}.${process.pid}${partialEnding}` };
}

/** @returns the backups of a database, newest first; absolute paths. Partial ones do not count */
export async function listBackups(folder: string, database: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const own = names.filter((name) => isBackupOf(name, database));
  return own
    .sort()
    .reverse()
    .map((name) => join(resolve(folder), name));
}

/**
 * Removes what is older than the newest ones, and what killed processes have left.
 *
 * @returns the removed backups
 */
export async function removeOldBackups(folder: string, database: string, kept: number): Promise<string[]> {
  const old = (await listBackups(folder, database)).slice(kept);
  for (const path of old) await rm(path, { force: true });
  const names = await readdir(folder);
  for (const name of names.filter((candidate) => candidate.endsWith(partialEnding))) {
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined && Date.now() - file.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
  return old;
}

/** A new name in a folder is safe from a power cut only when the folder itself was written. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A database may be called anything; a file may not. */
function prefixOf(database: string): string {
  return `${database.replace(/[^\w-]/g, '_')}.`;
}

// The whole form, so that the backups of `ratchet` are not those of `ratchet.old`.
function isBackupOf(name: string, database: string): boolean {
  const prefix = prefixOf(database);
  if (!name.startsWith(prefix) || !name.endsWith(ending)) return false;
  return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/.test(name.slice(prefix.length, -ending.length));
}
