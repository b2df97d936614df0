/** Hands the terminal to another program, as a shell's exec would. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { hostEnvironment } from './environment.mjs';

/**
 * Runs a program in the same process group and with the same streams: to the terminal and to Ctrl-C it is one program, which
 * is why it needs no guard. Signals to this process are passed on. Its environment is the same, but reaches this machine
 * without a proxy.
 *
 * @param {string} program absolute path
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code; 128 + number for a signal, as a shell reports it
 * @throws {Error} when the program can't be started
 */
export function runInForeground(program, args) {
  const child = spawn(program, args, { stdio: 'inherit', env: hostEnvironment() });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => {
      resolve(exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
