import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * Whatever ran in a workspace could put a link into the folder of its reports that leads to a file of this machine, or
 * a file that never ends. So a folder is read by its real name alone, and of it plain files within bounds.
 */

/** Text of a plain file that is no link; null where it is not there, is something else, empty, or has more bytes. */
export async function readReportFile(folder: string, name: string, bytesMax: number): Promise<string | null> {
  const real = await realpath(folder).catch(() => null);
  if (real !== folder) return null;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, name), flags).catch(() => null);
  if (file === null) return null;
  try {
    const stats = await file.stat();
    const isUsable = stats.isFile() && stats.size > 0 && stats.size <= bytesMax;
    return isUsable ? await file.readFile('utf8') : null;
  } finally {
    await file.close();
  }
}

/** What may be read of a folder of reports. */
export interface ReportBounds {
  filesMax: number;
  /** Of all files together. */
  bytesMax: number;
}

/**
 * Texts of the plain files of a folder whose name fits, in the order of their names.
 *
 * @returns null where there is more than the bounds allow: a part would say less than nothing
 */
export async function readReportFolder(folder: string, name: RegExp, bounds: ReportBounds): Promise<string[] | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile() && name.test(entry.name)).map((entry) => entry.name);
  if (names.length > bounds.filesMax) return null;
  const sizes = await Promise.all(names.map(async (one) => (await lstat(join(folder, one))).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > bounds.bytesMax) return null;
  const texts: string[] = [];
  for (const one of names.toSorted()) {
    const text = await readReportFile(folder, one, bounds.bytesMax);
    if (text !== null) texts.push(text);
  }
  return texts;
}
