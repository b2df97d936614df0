/**
 * A long-running part of the stack: started, waited for until it answers, restarted when it dies, stopped. Its output
 * goes straight into a log file, so that nothing is lost with the supervisor and nothing has to pass through it.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const READY_POLL_MS = 25;
const LOG_LINES_SHOWN = 12;

/** Restarts of one part within the window before it is given up: it would crash for ever, and hide why. */
const RESTARTS_MAX = 6;
const RESTART_WINDOW_MS = 120_000;
const BACKOFF_START_MS = 200;
const BACKOFF_MAX_MS = 5_000;

/**
 * @typedef {object} PartDefinition
 * @property {string} name for people, such as 'PostgreSQL'
 * @property {string} logFile absolute; the last run's log is kept beside it as `.previous`
 * @property {() => Promise<import('./guarded-process.mjs').GuardedOptions>} command made anew for each start
 * @property {() => Promise<boolean>} isReady asked again and again until it says yes
 * @property {number} readyTimeoutMs
 * @property {(sentence: string) => void} say called when the part died, and when it is back
 * @property {(pid: number) => void} onStarted called for each start
 * @property {(error: Error) => void} onGivenUp called once, when the part can't be kept up
 */

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {() => Promise<void>} start resolves when the part answers; rejects with a ProvisioningError that shows the end
 *   of its log when it dies before or takes too long
 * @property {() => Promise<void>} stop ends the part for good; may be called at any time and twice
 */

/**
 * @param {PartDefinition} definition
 * @returns {Part}
 */
export function createPart(definition) {
  /** @type {import('./guarded-process.mjs').GuardedProcess | undefined} */
  let running;
  let isStopping = false;
  async function startOnce() {
    const command = await definition.command();
    if (isStopping) throw stoppedError(definition);
    const log = openSync(definition.logFile, 'a');
    try {
      running = startGuarded({ ...command, stdout: log, stderr: log });
    } finally {
      // The child has its own copy.
      closeSync(log);
    }
    definition.onStarted(running.pid);
    await waitUntilReady(definition, running, () => isStopping);
    return running;
  }

  /**
   * A restart that fails is one more death, which the loop counts.
   *
   * @param {import('./guarded-process.mjs').GuardedProcess} previous
   */
  async function restart(previous) {
    try {
      const next = await startOnce();
      definition.say(`${definition.name} is back.`);
      return next;
    } catch (error) {
      if (!(error instanceof ProvisioningError)) throw error;
      await running?.stop();
      return running ?? previous;
    }
  }

  return {
    name: definition.name,
    async start() {
      rotateLog(definition.logFile);
      const process = await startOnce();
      keepUp({ definition, process, restart, isStopping: () => isStopping }).catch((/** @type {Error} */ error) => {
        definition.onGivenUp(error);
      });
    },
    async stop() {
      isStopping = true;
      await running?.stop();
    },
  };
}

/**
 * Restarts the part each time it dies, after a pause that grows.
 *
 * @param {{
 *   definition: PartDefinition,
 *   process: import('./guarded-process.mjs').GuardedProcess,
 *   restart: (previous: import('./guarded-process.mjs').GuardedProcess) => Promise<import('./guarded-process.mjs').GuardedProcess>,
 *   isStopping: () => boolean,
 * }} loop
 */
async function keepUp({ definition, process, restart, isStopping }) {
  /** @type {number[]} */
  const restartTimesMs = [];
  for (let current = process; !isStopping();) {
    const result = await current.finished;
    if (isStopping()) return;
    const attempt = countRestart(restartTimesMs);
    if (attempt > RESTARTS_MAX) throw givenUpError(definition);
    definition.say(`${definition.name} ended (${describeEnd(result)}); restarting it.`);
    await sleep(Math.min(BACKOFF_START_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS));
    if (isStopping()) return;
    current = await restart(current);
  }
}

/**
 * @param {PartDefinition} definition
 * @param {import('./guarded-process.mjs').GuardedProcess} process
 * @param {() => boolean} isStopping
 */
async function waitUntilReady(definition, process, isStopping) {
  /** @type {import('./guarded-process.mjs').GuardedResult | undefined} */
  let end;
  void process.finished.then((result) => {
    end = result;
  });
  const deadlineMs = Date.now() + definition.readyTimeoutMs;
  while (!(await definition.isReady())) {
    if (end !== undefined) throw startError(definition, `ended at its start (${describeEnd(end)})`);
    if (isStopping()) throw stoppedError(definition);
    if (Date.now() > deadlineMs) {
      await process.stop();
      throw startError(definition, `does not answer after ${String(definition.readyTimeoutMs / 1000)} s`);
    }
    await sleep(READY_POLL_MS);
  }
  // Then it was another program that answered.
  if (end !== undefined) throw startError(definition, `ended at its start (${describeEnd(end)})`);
}

/** @param {PartDefinition} definition */
function stoppedError({ name }) {
  return new ProvisioningError(
    `${name} was stopped while it was starting, so it is not there: start again if that was not meant.`,
  );
}

/**
 * @param {PartDefinition} definition
 * @param {string} what
 */
function startError({ name, logFile }, what) {
  return new ProvisioningError(
    `${name} ${what}, so the stack can't run: look at ${logFile}, which ends with:\n${lastLines(logFile)}`,
  );
}

/** @param {PartDefinition} definition */
function givenUpError({ name, logFile }) {
  return new ProvisioningError(
    `${name} ended more than ${String(RESTARTS_MAX)} times within ${String(RESTART_WINDOW_MS / 1000)} s, so it is not restarted any more and the stack ends: look at ${logFile}, which ends with:\n${lastLines(logFile)}`,
  );
}

/** @param {import('./guarded-process.mjs').GuardedResult} result */
function describeEnd({ exitCode, signal }) {
  return signal === null ? `exit code ${String(exitCode)}` : `signal ${signal}`;
}

/**
 * @param {number[]} timesMs of the last restarts; the new one is added, old ones are dropped
 * @returns {number} restarts within the window, this one included
 */
function countRestart(timesMs) {
  const nowMs = Date.now();
  timesMs.push(nowMs);
  while (timesMs[0] !== undefined && timesMs[0] < nowMs - RESTART_WINDOW_MS) timesMs.shift();
  return timesMs.length;
}

/** @param {string} logFile */
function rotateLog(logFile) {
  mkdirSync(dirname(logFile), { recursive: true });
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.previous`);
}

/** @param {string} logFile */
function lastLines(logFile) {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
  return lines
    .slice(-LOG_LINES_SHOWN)
    .map((line) => `  ${line}`)
    .join('\n');
}
