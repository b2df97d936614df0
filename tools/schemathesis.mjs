/**
 * Where schemathesis comes from, with which the tests hold the API against its own OpenAPI document: SCHEMATHESIS_PATH,
 * or a private Python environment in the cache. Only a test run needs it. One on the PATH is passed over, since another
 * version sends other requests.
 */
import { existsSync } from 'node:fs';
import { readVariable } from './environment.mjs';
import { askProgram } from './find-program.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { ensurePythonProgram, findPythonProgram } from './python-environment.mjs';

const SCHEMATHESIS_VERSION = '4.32.5';

/** @type {import('./python-environment.mjs').PythonProgram} */
const WANTED = {
  part: 'schemathesis',
  program: 'schemathesis',
  requirement: 'schemathesis',
  version: SCHEMATHESIS_VERSION,
  name: 'schemathesis',
  loss: 'nothing holds the API against its OpenAPI document',
  remedy: 'set SCHEMATHESIS_PATH',
  needs: 'the network',
  readVersion: readSchemathesisVersion,
};

/**
 * @typedef {object} FoundSchemathesis
 * @property {string} path of the program
 * @property {string} version
 * @property {string} from for people, such as 'cache'
 */

/**
 * Looks without installing. Starts a process only to ask a program that is not ours for its version.
 *
 * @returns {Promise<FoundSchemathesis | undefined>}
 * @throws {ProvisioningError} when SCHEMATHESIS_PATH names nothing
 */
export async function lookForSchemathesis() {
  const given = readVariable('SCHEMATHESIS_PATH');
  if (given !== undefined) {
    if (!existsSync(given)) {
      throw new ProvisioningError(
        `SCHEMATHESIS_PATH is ${given} and there is no such file, so ${WANTED.loss}: correct it or unset it.`,
      );
    }
    return { path: given, version: (await readSchemathesisVersion(given)) ?? 'unknown', from: 'SCHEMATHESIS_PATH' };
  }
  const path = findPythonProgram(WANTED);
  return path === undefined ? undefined : { path, version: SCHEMATHESIS_VERSION, from: 'cache' };
}

/**
 * Finds schemathesis or installs it into the cache (half a minute, 100 MB).
 *
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<FoundSchemathesis>}
 * @throws {ProvisioningError} without a usable Python, and when the installation fails
 */
export async function provideSchemathesis({ detail = () => undefined } = {}) {
  const found = await lookForSchemathesis();
  if (found !== undefined) return found;
  const { path, isNew } = await ensurePythonProgram(WANTED, detail);
  return { path, version: SCHEMATHESIS_VERSION, from: isNew ? 'installed' : 'cache' };
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined when it does not answer with a version
 */
async function readSchemathesisVersion(path) {
  const { ok, output } = await askProgram(path, ['--version']);
  return ok ? /, version (\d{1,4}(?:\.\d{1,6}){1,3})$/m.exec(output)?.[1] : undefined;
}
