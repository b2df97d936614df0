/**
 * Where lizard comes from, which counts the complexity of changed code: LIZARD_PATH, or a private Python environment in
 * the cache. One on the PATH is passed over, since figures of two versions can't be compared. Orders run without it and
 * say that the complexity is unknown.
 */
import { existsSync } from 'node:fs';
import { readVariable } from './environment.mjs';
import { askProgram } from './find-program.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { ensurePythonProgram, findPythonProgram } from './python-environment.mjs';

export const LIZARD_VERSION = '1.24.3';

/** @type {import('./python-environment.mjs').PythonProgram} */
const WANTED = {
  part: 'lizard',
  program: 'lizard',
  requirement: 'lizard',
  version: LIZARD_VERSION,
  name: 'lizard',
  loss: 'the complexity of code stays unknown',
  remedy: 'set LIZARD_PATH',
  needs: 'the network',
  readVersion: readLizardVersion,
};

/**
 * @typedef {object} FoundLizard
 * @property {string} path of the program
 * @property {string} version
 * @property {string} from for people, such as 'cache'
 */

/**
 * Looks without installing. Starts a process only to ask a program that is not ours for its version.
 *
 * @returns {Promise<FoundLizard | undefined>}
 * @throws {ProvisioningError} when LIZARD_PATH names nothing
 */
export async function lookForLizard() {
  const given = readVariable('LIZARD_PATH');
  if (given !== undefined) {
    if (!existsSync(given)) {
      throw new ProvisioningError(
        `LIZARD_PATH is ${given} and there is no such file, so ${WANTED.loss}: correct it or unset it.`,
      );
    }
    return { path: given, version: (await readLizardVersion(given)) ?? 'unknown', from: 'LIZARD_PATH' };
  }
  const path = findPythonProgram(WANTED);
  return path === undefined ? undefined : { path, version: LIZARD_VERSION, from: 'cache' };
}

/**
 * Finds lizard or installs it into the cache (ten seconds, 30 MB).
 *
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<FoundLizard>}
 * @throws {ProvisioningError} without a usable Python, and when the installation fails
 */
export async function provideLizard({ detail = () => undefined } = {}) {
  const found = await lookForLizard();
  if (found !== undefined) return found;
  const { path, isNew } = await ensurePythonProgram(WANTED, detail);
  return { path, version: LIZARD_VERSION, from: isNew ? 'installed' : 'cache' };
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined when it does not answer with a version
 */
async function readLizardVersion(path) {
  const { ok, output } = await askProgram(path, ['--version']);
  return ok ? /^\d{1,4}(?:\.\d{1,6}){1,3}$/m.exec(output)?.[0] : undefined;
}
