/**
 * One run per clone. `.ratchet/run.json` says which process supervises it and where its parts answer; the lock beside it
 * decides who may write that file.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ownIdentity, readCommandLine } from './process-identity.mjs';
import { tryLock } from './process-lock.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/** A little more than the supervisor gives all parts together to end. */
const STOP_TIMEOUT_MS = 40_000;
const STOP_POLL_MS = 100;

/**
 * @typedef {object} Run
 * @property {number} pid of the process that a stop signal goes to
 * @property {string} processStartTime tells that process from a later one with the same pid
 * @property {string} startedAt ISO 8601
 * @property {'starting' | 'ready'} state
 * @property {string} [apiUrl] such as http://127.0.0.1:4747
 * @property {string} [apiReferenceUrl]
 * @property {string} [temporalAddress] host:port
 * @property {string} [temporalUiUrl] missing when the Temporal server is not ours and TEMPORAL_UI_URL is not set
 * @property {string | undefined} [temporalProgram] path of Temporal's own command line, when this stack found one
 * @property {string} [workerHealthUrl]
 * @property {Record<string, number>} [pids] of the supervisor and the running parts: postgres, temporal, worker, api
 * @property {Record<string, string>} [exampleRepositories] name to path of the bare repository
 */

/**
 * @param {string} root the clone
 * @returns {string} the folder that holds the state of its stack
 */
export function stateFolder(root) {
  return join(root, '.ratchet');
}

/** Code, prompts and runs lie there: for nobody else on this machine. @param {string} root */
function makeStateFolder(root) {
  mkdirSync(stateFolder(root), { recursive: true });
  chmodSync(stateFolder(root), 0o700);
}

/**
 * Becomes the run of this clone. After kill -9 of another one, waits until the guards have ended what it had started: two
 * servers on the same state would damage it.
 *
 * @param {string} root the clone
 * @param {{ onWait?: () => void }} [options] `onWait` is called once, when there is something to wait for
 * @returns {Promise<{ release: () => Promise<void> }>} `release` waits until all parts have ended, also those of a
 *   supervisor that was killed, removes run.json and gives the lock back
 * @throws {ProvisioningError} when another run of this clone is alive, with its addresses; when parts of a killed one stay
 */
export async function takeRun(root, { onWait } = {}) {
  makeStateFolder(root);
  const lock = await tryLock(join(stateFolder(root), 'run.lock'));
  if (lock === undefined) throw new ProvisioningError(describeOtherRun(readRun(root)));
  await waitForKilledRun(root, onWait);
  const { pid, startTime } = ownIdentity();
  writeRun(root, { pid, processStartTime: startTime, startedAt: new Date().toISOString(), state: 'starting' });
  return {
    async release() {
      try {
        await waitForKilledRun(root, undefined);
        rmSync(runFile(root), { force: true });
      } finally {
        lock.release();
      }
    },
  };
}

/**
 * The run of this clone that is alive now.
 *
 * @param {string} root the clone
 * @returns {Run | undefined} undefined when none runs; what a killed run left does not count
 */
export function readRun(root) {
  const run = readRunFile(root);
  return run !== undefined && isRunning({ pid: run.pid, startTime: run.processStartTime }) ? run : undefined;
}

/**
 * Adds what became known to run.json, in one atomic step. Only the supervisor of the run calls this.
 *
 * @param {string} root the clone
 * @param {Partial<Run>} changes
 */
export function updateRun(root, changes) {
  const run = readRunFile(root);
  if (run !== undefined) writeRun(root, { ...run, ...changes });
}

/**
 * Ends the run of this clone and waits until it is gone.
 *
 * @param {string} root the clone
 * @param {{ timeoutMs?: number }} [options] default 40 s
 * @returns {Promise<boolean>} false when none was running
 * @throws {ProvisioningError} when it is still there after the time
 */
export async function stopRun(root, { timeoutMs = STOP_TIMEOUT_MS } = {}) {
  const run = readRun(root);
  if (run === undefined) return false;
  const identity = { pid: run.pid, startTime: run.processStartTime };
  process.kill(run.pid, 'SIGTERM');
  const deadlineMs = Date.now() + timeoutMs;
  while (isRunning(identity)) {
    if (Date.now() > deadlineMs) {
      throw new ProvisioningError(
        `The run with pid ${String(run.pid)} did not end within ${String(Math.round(timeoutMs / 1000))} s, so its parts are still there: end it with kill -9 ${String(run.pid)}, its parts end with it.`,
      );
    }
    await sleep(STOP_POLL_MS);
  }
  return true;
}

/**
 * @param {string} root
 * @param {(() => void) | undefined} onWait
 */
async function waitForKilledRun(root, onWait) {
  const deadlineMs = Date.now() + STOP_TIMEOUT_MS;
  let remains = remainingPids(root);
  if (remains.length > 0) onWait?.();
  while (remains.length > 0) {
    if (Date.now() > deadlineMs) {
      throw new ProvisioningError(
        `Parts of a run of this clone that was killed are still there, so a new one would damage their state: end them with kill -9 ${remains.join(' ')} and start again.`,
      );
    }
    await sleep(STOP_POLL_MS);
    remains = remainingPids(root);
  }
}

/**
 * @param {string} root
 * @returns {number[]} processes of the last run that are still there; a number may belong to another program by now, which
 *   does not name this clone
 */
function remainingPids(root) {
  return Object.values(readRunFile(root)?.pids ?? {}).filter((pid) => readCommandLine(pid)?.includes(root) === true);
}

/** @param {Run | undefined} run */
function describeOtherRun(run) {
  // Between taking the lock and writing the file, and between removing the file and giving the lock back.
  if (run === undefined)
    return 'Ratchet is just starting or ending in this clone, so a second start would disturb it: try again in a moment.';
  const addresses = [
    run.apiUrl === undefined ? '' : `API ${run.apiUrl}`,
    run.temporalUiUrl === undefined ? '' : `Temporal ${run.temporalUiUrl}`,
  ].filter((address) => address !== '');
  const where = addresses.length > 0 ? `, ${addresses.join(', ')}` : ', still starting';
  return `Ratchet is already running in this clone (pid ${String(run.pid)}${where}), so nothing was started: use that one, or end it with npx ratchet down.`;
}

/** @param {string} root */
function runFile(root) {
  return join(stateFolder(root), 'run.json');
}

/**
 * @param {string} root
 * @returns {Run | undefined}
 */
function readRunFile(root) {
  try {
    return /** @type {Run} */ (JSON.parse(readFileSync(runFile(root), 'utf8')));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    // Written by rename, so half a file can't be ours. Whatever it is, it names no living run.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * @param {string} root
 * @param {Run} run
 */
function writeRun(root, run) {
  const temporary = `${runFile(root)}.${String(process.pid)}`;
  writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, runFile(root));
}
