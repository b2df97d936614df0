/**
 * Child processes that never outlive us. Each command leads a session and process group of its own, together with a
 * small watcher (guard.sh) that holds the read end of a pipe from this process. However this process ends, kill -9
 * included, the pipe closes and the watcher ends the whole group.
 *
 * Why not less: `spawn(..., { signal })` and `child.kill()` reach only the direct child; a group without a watcher
 * survives kill -9 of its parent; Linux's parent-death signal does not exist on macOS and does not reach grandchildren.
 * Out of reach: a grandchild that starts a session of its own (setsid). Only a container or a PID namespace ends that.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createOutputCapture } from './output-capture.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { assertFolder, runnableProgram } from './runnable.mjs';

const GUARD_PATH = fileURLToPath(new URL('./guard.sh', import.meta.url));
const DEFAULT_GRACE_MS = 10_000;
const DEFAULT_CAPTURE_BYTES_MAX = 1024 * 1024;

/** A grandchild in a session of its own may hold the pipes open for ever; what it prints after this is not waited for. */
const DRAIN_MS = 1_000;

/**
 * @typedef {object} GuardedOptions
 * @property {string} command absolute path, or a name that is looked up in the PATH of `env`
 * @property {readonly string[]} [args]
 * @property {string} [cwd] default: this process's working directory
 * @property {Record<string, string>} [env] the exact environment; default: empty. The shell in between may add PWD,
 *   SHLVL and _
 * @property {'ignore' | 'inherit' | { text: string }} [stdin] default 'ignore': reading gives end of file at once
 * @property {'capture' | 'inherit' | 'ignore' | number} [stdout] default 'capture'; a number is an open file descriptor
 * @property {'capture' | 'inherit' | 'ignore' | number} [stderr] default 'capture'
 * @property {number} [captureBytesMax] per stream; default 1 MiB; 0 keeps nothing (with `onOutput`)
 * @property {(text: string, stream: 'stdout' | 'stderr') => void} [onOutput] called with captured output as it comes,
 *   whole characters, not whole lines
 * @property {number} [timeoutMs] after this the group is stopped and `timedOut` is true; default: no limit
 * @property {AbortSignal} [signal] stops the group and sets `aborted`
 * @property {NodeJS.Signals} [stopSignal] first signal to the group; default SIGTERM
 * @property {number} [graceMs] time between that signal and SIGKILL; default 10 s
 * @property {number} [uid] run as this user (needs root)
 * @property {number} [gid] run as this group (needs root)
 */

/**
 * @typedef {object} GuardedResult
 * @property {number | null} exitCode null when a signal ended the command
 * @property {NodeJS.Signals | null} signal null when the command exited by itself
 * @property {boolean} timedOut
 * @property {boolean} aborted
 * @property {string} stdout empty unless captured
 * @property {string} stderr empty unless captured
 * @property {boolean} truncated whether bytes of either stream were left out
 * @property {number} durationMs
 */

/**
 * @typedef {object} GuardedProcess
 * @property {number} pid of the command, which is also the id of its process group
 * @property {Promise<GuardedResult>} finished settles when the command is gone and its group was ended; never rejects
 *   once the process has started
 * @property {() => Promise<GuardedResult>} stop stop signal to the group, SIGKILL after `graceMs`; may be called twice
 */

/**
 * Starts a command in a group of its own.
 *
 * @param {GuardedOptions} options
 * @returns {GuardedProcess}
 * @throws {ProvisioningError} when the working directory or the program is missing or may not be run
 */
export function startGuarded(options) {
  const graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const startedAtMs = Date.now();
  const child = spawnGuard(options, stopSignal, graceMs);
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', () => undefined);
    throw new ProvisioningError(
      `${options.command} could not be started, because the system has no free processes or memory: end other programs and try again.`,
    );
  }
  const outcome = { timedOut: false, aborted: false };
  const output = collectOutput(child, options);
  const finished = waitForEnd(child, pid, output.drained).then(({ exitCode, signal }) => ({
    exitCode,
    signal,
    ...outcome,
    stdout: output.stdout.text(),
    stderr: output.stderr.text(),
    truncated: output.stdout.isTruncated() || output.stderr.isTruncated(),
    durationMs: Date.now() - startedAtMs,
  }));

  /** @type {Promise<GuardedResult> | undefined} */
  let stopping;
  function stop() {
    stopping ??= endGroup(/** @type {number} */ (pid), { stopSignal, graceMs, finished });
    return stopping;
  }
  stopOnTimeoutOrAbort(options, { outcome, stop, finished });
  return { pid, finished, stop };
}

/**
 * Starts a command and waits for its end. A non-zero exit code, a signal and a timeout are results, not errors.
 *
 * @param {GuardedOptions} options
 * @returns {Promise<GuardedResult>}
 * @throws {ProvisioningError} as `startGuarded`
 */
export async function runGuarded(options) {
  return await startGuarded(options).finished;
}

/**
 * @param {GuardedOptions} options
 * @param {NodeJS.Signals} stopSignal
 * @param {number} graceMs
 */
function spawnGuard(options, stopSignal, graceMs) {
  const environment = options.env ?? {};
  assertFolder(options.cwd);
  const program = runnableProgram(options.command, environment['PATH']);
  const stdin = options.stdin ?? 'ignore';
  const guardArguments = [GUARD_PATH, stopSignal.replace(/^SIG/, ''), String(Math.ceil(graceMs / 100)), program];
  const child = spawn('/bin/sh', [...guardArguments, ...(options.args ?? [])], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    env: environment,
    detached: true,
    stdio: [
      typeof stdin === 'object' ? 'pipe' : stdin,
      toStdio(options.stdout),
      toStdio(options.stderr),
      // The lifeline. Only this process holds its other end: Node marks it close-on-exec.
      'pipe',
    ],
  });
  if (typeof stdin === 'object' && child.stdin !== null) {
    // A command may end without reading its input; the broken pipe is its choice, not an error of ours.
    child.stdin.once('error', () => undefined);
    child.stdin.end(stdin.text);
  }
  return child;
}

/**
 * @param {'capture' | 'inherit' | 'ignore' | number | undefined} target
 * @returns {'pipe' | 'inherit' | 'ignore' | number}
 */
function toStdio(target) {
  return target === undefined || target === 'capture' ? 'pipe' : target;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {GuardedOptions} options
 */
function collectOutput(child, options) {
  const bytesMax = options.captureBytesMax ?? DEFAULT_CAPTURE_BYTES_MAX;
  const stdout = createOutputCapture(bytesMax);
  const stderr = createOutputCapture(bytesMax);
  const drained = Promise.all([
    drain(child.stdout, stdout, (text) => options.onOutput?.(text, 'stdout')),
    drain(child.stderr, stderr, (text) => options.onOutput?.(text, 'stderr')),
  ]);
  return { stdout, stderr, drained };
}

/**
 * @param {import('node:stream').Readable | null} stream
 * @param {import('./output-capture.mjs').OutputCapture} capture
 * @param {(text: string) => void} onText
 * @returns {Promise<void>}
 */
function drain(stream, capture, onText) {
  if (stream === null) return Promise.resolve();
  const decoder = new TextDecoder();
  stream.on('data', (/** @type {Buffer} */ chunk) => {
    capture.add(chunk);
    onText(decoder.decode(chunk, { stream: true }));
  });
  return new Promise((resolve) => {
    stream.once('close', () => {
      resolve();
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} pid
 * @param {Promise<unknown>} drained
 * @returns {Promise<{ exitCode: number | null, signal: NodeJS.Signals | null }>}
 */
async function waitForEnd(child, pid, drained) {
  const lifeline = child.stdio[3];
  lifeline?.on('error', () => undefined);
  const end = await new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      resolve({ exitCode, signal });
    });
  });
  // The watcher and whatever the command left running in its group.
  signalGroup(pid, 'SIGKILL');
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  await Promise.race([drained, patience]);
  clearTimeout(timer);
  for (const stream of child.stdio) stream?.destroy();
  return end;
}

/**
 * @param {number} pid
 * @param {{ stopSignal: NodeJS.Signals, graceMs: number, finished: Promise<GuardedResult> }} how
 * @returns {Promise<GuardedResult>}
 */
async function endGroup(pid, { stopSignal, graceMs, finished }) {
  signalGroup(pid, stopSignal);
  const timer = setTimeout(() => {
    signalGroup(pid, 'SIGKILL');
  }, graceMs);
  try {
    return await finished;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {GuardedOptions} options
 * @param {{ outcome: { timedOut: boolean, aborted: boolean }, stop: () => Promise<GuardedResult>, finished: Promise<GuardedResult> }} running
 */
function stopOnTimeoutOrAbort({ timeoutMs, signal }, { outcome, stop, finished }) {
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          outcome.timedOut = true;
          void stop();
        }, timeoutMs);
  function onAbort() {
    outcome.aborted = true;
    void stop();
  }
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  void finished.then(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  });
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: everybody is gone already. EPERM: macOS says this of a group in which only zombies are left.
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
