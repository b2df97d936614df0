/**
 * A lock between processes that survives kill -9 of its holder.
 *
 * Invariant: whoever holds the lock has a file of its own in the lock's folder and has seen, after making it, no file of
 * another living process. Of two that try at once at least one sees the other and steps back, so never two hold it.
 *
 * | situation                        | what happens                              | never                                    |
 * | holder was killed                | its file names a dead process: removed    | a lock file that somebody must delete    |
 * | its pid was given to a newcomer  | the start time differs: removed           | a lock held by an unrelated program      |
 * | two take over from a dead holder | each removes that one file, a no-op twice | removing the file that the winner made   |
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ownIdentity } from './process-identity.mjs';

const RETRY_MS = 200;

/** Attempts of `tryLock` before it believes that the other one holds the lock and isn't just stepping back. */
const TRY_ATTEMPTS = 5;

/**
 * @typedef {object} Lock
 * @property {() => void} release may be called twice
 */

/**
 * Takes a lock if it is free.
 *
 * @param {string} folder the lock's own folder; created when missing
 * @returns {Promise<Lock | undefined>} undefined when another living process (or another part of this one) holds it
 */
export async function tryLock(folder) {
  for (let attempt = 0; attempt < TRY_ATTEMPTS; attempt += 1) {
    const lock = tryOnce(folder);
    if (lock !== undefined) return lock;
    // Of different length for each, or two that step back from each other would meet again for ever.
    await sleep(10 + Math.random() * 60);
  }
  return undefined;
}

/**
 * Runs an action while holding a lock; waits for as long as another living process holds it.
 *
 * @template Result
 * @param {string} folder the lock's own folder; created when missing
 * @param {{ onWait?: (holderPid: number) => void }} options `onWait` is called once, when the lock is not free
 * @param {() => Promise<Result>} action
 * @returns {Promise<Result>}
 */
export async function withLock(folder, { onWait }, action) {
  let lock = await tryLock(folder);
  let hasSaidSo = false;
  while (lock === undefined) {
    const [holderPid] = livingOwners(folder);
    if (!hasSaidSo && holderPid !== undefined) {
      hasSaidSo = true;
      onWait?.(holderPid);
    }
    await sleep(RETRY_MS + Math.random() * RETRY_MS);
    lock = tryOnce(folder);
  }
  try {
    return await action();
  } finally {
    lock.release();
  }
}

/**
 * @param {string} folder
 * @returns {Lock | undefined}
 */
function tryOnce(folder) {
  mkdirSync(folder, { recursive: true });
  if (livingOwners(folder).length > 0) return undefined;
  const { pid, startTime } = ownIdentity();
  const file = join(folder, `${String(pid)}-${startTime}-${randomBytes(6).toString('hex')}`);
  writeFileSync(file, '', { flag: 'wx' });
  function release() {
    rmSync(file, { force: true });
  }
  if (livingOwners(folder, file).length > 0) {
    release();
    return undefined;
  }
  return { release };
}

/**
 * @param {string} folder
 * @param {string} [ownFile] not counted
 * @returns {number[]} pids; files of dead processes are removed on the way
 */
function livingOwners(folder, ownFile) {
  /** @type {number[]} */
  const pids = [];
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (file === ownFile) continue;
    const [pid, startTime = ''] = name.split('-');
    if (isRunning({ pid: Number(pid), startTime })) pids.push(Number(pid));
    else rmSync(file, { force: true });
  }
  return pids;
}
