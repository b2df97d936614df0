/**
 * Runs short commands from a small process of its own. Starting a process copies the page tables of the one that starts
 * it: from a worker of 400 MB that takes 20 ms, in which nothing else of the worker runs; from one of 40 MB it takes 5.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ProvisioningError } from './provisioning-error.mjs';

const LAUNCHED_PATH = fileURLToPath(new URL('./process-launcher-child.mjs', import.meta.url));

/** @typedef {import('./guarded-process.mjs').GuardedOptions} GuardedOptions */
/** @typedef {import('./guarded-process.mjs').GuardedResult} GuardedResult */
/** @typedef {Omit<GuardedOptions, 'onOutput' | 'signal'>} LaunchedOptions what can be said to another process */
/** @typedef {{ id: number, options: LaunchedOptions } | { id: number, abort: true }} LauncherRequest */
/** @typedef {{ id: number, result: GuardedResult } | { id: number, error: string }} LauncherAnswer */

/** @typedef {{ resolve: (result: GuardedResult) => void, reject: (error: Error) => void }} Waiting */

/**
 * @typedef {object} ProcessLauncher
 * @property {(options: GuardedOptions) => Promise<GuardedResult>} run as `runGuarded`, without `onOutput`
 * @property {() => void} close ends the small process, and with it what still runs
 */

/**
 * The small process is started with the first command, and again when it was ended. It ends when this process does,
 * however that ends, and whatever it runs ends with it.
 *
 * @returns {ProcessLauncher}
 */
export function createProcessLauncher() {
  /** @type {LauncherConnection | undefined} */
  let connection;
  let isClosed = false;
  return {
    async run(options) {
      if (isClosed) throw new ProvisioningError('This process is ending, so it starts no further command.');
      if (connection?.hasEnded() !== false) connection = new LauncherConnection();
      return await connection.run(options);
    },
    close() {
      isClosed = true;
      connection?.close();
    },
  };
}

function noLauncher() {
  return new ProvisioningError('The process that runs short commands was ended from outside: try again.');
}

/** One small process, and who waits for its answers. */
class LauncherConnection {
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #lastId = 0;
  #isOver = false;
  #child = fork(LAUNCHED_PATH, [], {
    execArgv: [],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  constructor() {
    this.#child.on('message', (/** @type {LauncherAnswer} */ answer) => {
      const one = this.#take(answer.id);
      if ('result' in answer) one?.resolve(answer.result);
      else one?.reject(new ProvisioningError(answer.error));
    });
    const end = () => {
      this.#isOver = true;
      for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(noLauncher());
    };
    this.#child.once('exit', end);
    // More than one can come, and one that nobody hears would end this process.
    this.#child.on('error', end);
    // Nobody stays for its sake alone.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  hasEnded() {
    return this.#isOver || !this.#child.connected;
  }

  close() {
    if (this.#child.connected) this.#child.disconnect();
  }

  /**
   * @param {GuardedOptions} options
   * @returns {Promise<GuardedResult>}
   */
  async run({ signal, ...options }) {
    const id = (this.#lastId += 1);
    const abort = () => this.#send({ id, abort: true });
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#child.channel?.ref();
    this.#send({ id, options });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    try {
      return await answer;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @param {LauncherRequest} request */
  #send(request) {
    // Without a channel where the system had no file or process left for it.
    if (!this.#child.connected) {
      this.#take(request.id)?.reject(noLauncher());
      return;
    }
    this.#child.send(request, (error) => {
      if (error !== null) this.#take(request.id)?.reject(noLauncher());
    });
  }

  /**
   * @param {number} id
   * @returns {Waiting | undefined}
   */
  #take(id) {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#child.channel?.unref();
    return one;
  }
}
