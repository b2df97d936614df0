/**
 * Where lizard comes from, which counts the complexity of changed code: LIZARD_PATH, or a private Python environment in
 * the cache. One on the PATH is passed over, since figures of two versions can't be compared. Orders run without it and
 * say that the complexity is unknown.
 */
import { askProgram } from './find-program.mjs';
import { installPythonProgram, lookForPythonProgram } from './python-environment.mjs';

export const LIZARD_VERSION = '1.24.3';

/** @type {import('./python-environment.mjs').ReplaceableProgram} */
const WANTED = {
  part: 'lizard',
  program: 'lizard',
  variable: 'LIZARD_PATH',
  requirement: 'lizard',
  version: LIZARD_VERSION,
  name: 'lizard',
  loss: 'the complexity of code stays unknown',
  remedy: 'set LIZARD_PATH',
  needs: 'the network',
  readVersion: readLizardVersion,
};

/** @typedef {import('./python-environment.mjs').FoundProgram} FoundLizard */

/**
 * Looks without installing. Starts a process only to ask a program that is not ours for its version.
 *
 * @returns {Promise<FoundLizard | undefined>}
 * @throws {import('./provisioning-error.mjs').ProvisioningError} when LIZARD_PATH names nothing
 */
export function lookForLizard() {
  return lookForPythonProgram(WANTED);
}

/**
 * Finds lizard or installs it into the cache (ten seconds, 30 MB).
 *
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<FoundLizard>}
 * @throws {import('./provisioning-error.mjs').ProvisioningError} without a usable Python, and when the installation fails
 */
export async function provideLizard({ detail = () => undefined } = {}) {
  return (await lookForLizard()) ?? installPythonProgram(WANTED, detail);
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined when it does not answer with a version
 */
async function readLizardVersion(path) {
  const { ok, output } = await askProgram(path, ['--version']);
  return ok ? /^\d{1,4}(?:\.\d{1,6}){1,3}$/m.exec(output)?.[0] : undefined;
}
