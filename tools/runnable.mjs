/** Checks before a command is started, so that what is wrong with it is said in a sentence. */
import { accessSync, constants, statSync } from 'node:fs';
import { findProgram } from './find-program.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/**
 * @param {string | undefined} cwd undefined is always there
 * @throws {ProvisioningError} when there is no such folder
 */
export function assertFolder(cwd) {
  if (cwd === undefined || statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new ProvisioningError(
    `The folder ${cwd} does not exist, so nothing can be run in it: create it or name another one.`,
  );
}

/**
 * Checked here because the shell would only say "not found" into the command's own standard error.
 *
 * @param {string} command
 * @param {string | undefined} searchPath
 * @returns {string} path of the program
 * @throws {ProvisioningError} when it is missing or may not be executed
 */
export function runnableProgram(command, searchPath) {
  const path = command.includes('/') ? command : findProgram(command, searchPath);
  if (path === undefined) {
    throw new ProvisioningError(
      `The program ${command} is not on the PATH, so it can't be run: install it or correct the PATH.`,
    );
  }
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new ProvisioningError(`${path} is missing or may not be executed: check the path and its permissions.`, {
      cause,
    });
  }
  return path;
}
