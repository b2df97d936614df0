import type { Client } from 'pg';

import { makeBackup } from './backups/make-backup.ts';
import { listTables, listTablesWithRows } from './backups/tables.ts';
import { applyMigrations } from './schema-changes/apply.ts';
import type { History } from './schema-changes/history.ts';
import { markAsUndone, namesIn, readHistory } from './schema-changes/history.ts';
import type { Say } from './schema-changes/session.ts';
import { waitForLock, withChangeLock } from './schema-changes/session.ts';
import { migrationsFolder, scriptLock } from './schema-engine.ts';

export interface MigrateOptions {
  /** Where the backup goes that is made before rows are touched. Without it a database with rows is not changed. */
  backupFolder?: string;
  /** The database is a copy that will be removed: it needs no backup. */
  isCopy?: boolean;
  /** Told what takes long, and what else is worth knowing. */
  say?: Say;
  /** Default: the folder of this version. */
  migrationsFolder?: string;
}

export interface Migrated {
  /** The names of the migrations that were applied now, oldest first. */
  applied: string[];
  /** The file of the backup that was made before; null when none was needed. */
  backup: string | null;
}

/**
 * Brings the database up to the newest migration. Before a database that holds rows is changed, it is backed up, and
 * without that backup nothing is changed. Safe to repeat and to run from two processes at once: the second one waits.
 *
 * @throws an Error that says what to do: when a migration fails, when an applied one was edited afterwards, when there is
 *   no backup
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<Migrated> {
  const folder = options.migrationsFolder ?? migrationsFolder;
  return withChangeLock(databaseUrl, options.say, async (session) => {
    const pending = await readPending(session, { folder, say: options.say });
    if (pending.length === 0) return { applied: [], backup: null };
    const backup = options.isCopy === true ? null : await backUpRows(session, { ...options, databaseUrl });
    try {
      return { applied: await applyMigrations(databaseUrl, { migrationsFolder: folder }), backup };
    } catch (error) {
      throw await explainFailure(session, { folder, pending, backup, error });
    }
  });
}

interface Reading {
  folder: string;
  say: Say | undefined;
}

async function readPending(session: Client, { folder, say }: Reading): Promise<string[]> {
  const history = await readHistory(session, folder);
  if (!history.isKept && (await listTables(session)).length > 0)
    throw new Error('This database holds tables of something else, so nothing was changed: name an empty one.');
  const edited = namesIn(history, 'edited');
  if (edited.length > 0)
    throw new Error(
      `These migrations were changed after they had been applied: ${edited.join(', ')}. ` +
        'Restore their files, or restore the database from a backup made before them.',
    );
  const unknown = namesIn(history, 'unknown');
  if (unknown.length > 0)
    say?.(`The database has had migrations that this version of Ratchet does not know: ${unknown.join(', ')}.`);
  return [...(await takeBackFailed(session, history, { folder, say })), ...namesIn(history, 'pending')].sort();
}

/** @returns the migrations whose earlier run left nothing behind, so that they are pending again */
async function takeBackFailed(session: Client, { migrations }: History, { folder, say }: Reading): Promise<string[]> {
  const failed = migrations.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return [];
  const unclear = failed.filter(({ hasChangedNothing }) => !hasChangedNothing).map(({ name }) => name);
  if (unclear.length > 0)
    throw new Error(
      `These migrations were begun and did not end: ${unclear.join(', ')}. They steer transactions themselves, so a part ` +
        'of them may be in the database: restore the backup that was made before them (see docs/database.md).',
    );
  // The server may still be working on the script of a process that was killed.
  await waitForLock(session, scriptLock, say);
  const names = failed.map(({ name }) => name);
  await markAsUndone(session, names);
  // One that ended after all, while its lock was waited for, is applied.
  const after = await readHistory(session, folder);
  const pendingNow = namesIn(after, 'pending');
  return names.filter((name) => pendingNow.includes(name));
}

async function backUpRows(
  session: Client,
  { databaseUrl, backupFolder, say }: MigrateOptions & { databaseUrl: string },
): Promise<string | null> {
  if ((await listTablesWithRows(session)).length === 0) return null;
  if (backupFolder === undefined)
    throw new Error('The database holds rows and no folder for its backup is named, so nothing was changed.');
  try {
    const { path } = await makeBackup({ databaseUrl, folder: backupFolder, say });
    return path;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason} Without a backup no migration is applied, so nothing was changed.`, { cause: error });
  }
}

interface Failure {
  folder: string;
  pending: readonly string[];
  backup: string | null;
  error: unknown;
}

async function explainFailure(session: Client, { folder, pending, backup, error }: Failure): Promise<Error> {
  const history = await readHistory(session, folder);
  const failed = history.migrations.find(({ state }) => state === 'failed');
  const words = error instanceof Error ? error.message : String(error);
  if (failed === undefined) return new Error(`The migrations could not be applied: ${words}`, { cause: error });
  const done = pending.filter((name) => name < failed.name);
  const sentences = [
    `The migration ${failed.name} failed.`,
    failed.hasChangedNothing
      ? 'PostgreSQL took back everything it had done.'
      : 'It steers transactions itself, so a part of it may be in the database.',
    done.length > 0 ? `Applied before it: ${done.join(', ')}.` : '',
    whatToDo(failed.hasChangedNothing, backup),
    `PostgreSQL says: ${words}`,
  ];
  if (failed.hasChangedNothing) await markAsUndone(session, [failed.name]);
  return new Error(sentences.filter((sentence) => sentence !== '').join(' '), { cause: error });
}

function whatToDo(hasChangedNothing: boolean, backup: string | null): string {
  const kept = backup === null ? '' : ` The backup made before it is ${backup}.`;
  if (hasChangedNothing) return `Start the version that ran before, or mend the cause and start again.${kept}`;
  return backup === null
    ? 'Make the database anew.'
    : `Restore the backup made before it: npm run database -- restore ${backup} --into NAME.`;
}
