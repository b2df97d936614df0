/**
 * What was downloaded or built once and serves every clone on this machine. An entry is a folder named by part, version
 * and platform; it counts only when its marker file is there, and the marker is written last.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readVariable } from './environment.mjs';
import { withLock } from './process-lock.mjs';

const MARKER = '.complete';

/**
 * @typedef {object} CacheEntry
 * @property {string} part such as 'temporal'
 * @property {string} version
 * @property {string} [root] the cache folder; default `cacheFolder()`
 * @property {(folder: string) => boolean} [isSound] for content that something outside of the cache can spoil; what is not
 *   sound counts as not there
 */

/** @returns {string} `$RATCHET_CACHE`, else `$XDG_CACHE_HOME/ratchet`, else `~/.cache/ratchet`; may not exist yet */
export function cacheFolder() {
  const own = readVariable('RATCHET_CACHE');
  if (own !== undefined) return own;
  const shared = readVariable('XDG_CACHE_HOME');
  return join(shared ?? join(readVariable('HOME') ?? homedir(), '.cache'), 'ratchet');
}

/** @returns {string} such as 'linux-x64' */
export function platformName() {
  return `${process.platform}-${process.arch}`;
}

/**
 * @param {CacheEntry} entry
 * @returns {string} where the entry lies, whether or not it is there
 */
export function entryFolder({ part, version, root = cacheFolder() }) {
  return join(root, `${part}-${version}-${platformName()}`);
}

/**
 * Looks an entry up; one look at the file system, no process.
 *
 * @param {CacheEntry} entry
 * @returns {string | undefined} its folder when it is complete and sound
 */
export function findEntry(entry) {
  const folder = entryFolder(entry);
  const isSound = existsSync(join(folder, MARKER)) && entry.isSound?.(folder) !== false;
  return isSound ? folder : undefined;
}

/**
 * Returns an entry, made now if it isn't there. Only one process makes it; the others wait and take the result. A kill at
 * any moment leaves either no entry or a complete one.
 *
 * @param {CacheEntry & { fill: (folder: string) => Promise<void>, isMadeInPlace?: boolean, onWait?: (holderPid: number) => void }} request
 *   `fill` makes the content in the folder that it is given and throws when it can't. `isMadeInPlace`: that folder is the
 *   final one, for content that holds its own absolute path and would break when renamed (a Python environment).
 * @returns {Promise<{ folder: string, isNew: boolean }>}
 */
export async function ensureEntry(request) {
  const present = findEntry(request);
  if (present !== undefined) return { folder: present, isNew: false };
  const folder = entryFolder(request);
  const wait = request.onWait === undefined ? {} : { onWait: request.onWait };
  return await withLock(`${folder}.lock`, wait, async () => {
    if (findEntry(request) !== undefined) return { folder, isNew: false };
    removeRemains(folder);
    const workFolder = request.isMadeInPlace === true ? folder : `${folder}.partial-${randomBytes(4).toString('hex')}`;
    mkdirSync(workFolder, { recursive: true });
    try {
      await request.fill(workFolder);
      writeFileSync(join(workFolder, MARKER), '');
      if (workFolder !== folder) renameSync(workFolder, folder);
    } catch (error) {
      rmSync(workFolder, { recursive: true, force: true });
      throw error;
    }
    return { folder, isNew: true };
  });
}

/**
 * Removes what a killed process left, and what is not sound; called behind the lock, so nobody works in it.
 *
 * @param {string} folder
 */
function removeRemains(folder) {
  // First, so that a kill in the middle of it leaves nothing that looks complete.
  rmSync(join(folder, MARKER), { force: true });
  rmSync(folder, { recursive: true, force: true });
  const parent = dirname(folder);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(folder)}.partial-`)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
