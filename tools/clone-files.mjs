/** The files of a clone: which there are, and whether they are the same as before. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';

const LIST_BYTES_MAX = 16 * 1024 * 1024;

/**
 * All files that git knows or would add; one that was removed and not yet committed is among them.
 *
 * @param {string} root the clone
 * @returns {Promise<string[] | undefined>} relative to the clone; undefined where git doesn't know the folder
 */
export async function listFiles(root) {
  const git = findProgram('git');
  if (git === undefined) return undefined;
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = await runGuarded({ command: git, args, cwd: root, captureBytesMax: LIST_BYTES_MAX });
  if (listed.exitCode !== 0) return undefined;
  // git puts those that it knows behind those that it doesn't, and `git add` changes no content.
  return listed.stdout
    .split('\0')
    .filter((path) => path !== '')
    .sort();
}

/**
 * @param {string} root the clone
 * @param {readonly string[]} paths relative to it; they need not be there
 * @returns {string} 64 hexadecimal digits; the same for the same names and contents
 */
export function hashFiles(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const file = join(root, path);
    const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
    hash.update(`\0${path}\0`).update(isFile ? readFileSync(file) : 'missing');
  }
  return hash.digest('hex');
}
