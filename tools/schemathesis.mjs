/**
 * Where schemathesis comes from, with which the tests hold the API against its own OpenAPI document: SCHEMATHESIS_PATH,
 * or a private Python environment in the cache. Only a test run needs it. One on the PATH is passed over, since another
 * version sends other requests.
 */
import { askProgram } from './find-program.mjs';
import { installPythonProgram, lookForPythonProgram } from './python-environment.mjs';

const SCHEMATHESIS_VERSION = '4.32.5';

/** @type {import('./python-environment.mjs').ReplaceableProgram} */
const WANTED = {
  part: 'schemathesis',
  program: 'schemathesis',
  variable: 'SCHEMATHESIS_PATH',
  requirement: 'schemathesis',
  version: SCHEMATHESIS_VERSION,
  name: 'schemathesis',
  loss: 'nothing holds the API against its OpenAPI document',
  remedy: 'set SCHEMATHESIS_PATH',
  needs: 'the network',
  readVersion: readSchemathesisVersion,
};

/** @typedef {import('./python-environment.mjs').FoundProgram} FoundSchemathesis */

/**
 * Looks without installing. Starts a process only to ask a program that is not ours for its version.
 *
 * @returns {Promise<FoundSchemathesis | undefined>}
 * @throws {import('./provisioning-error.mjs').ProvisioningError} when SCHEMATHESIS_PATH names nothing
 */
export function lookForSchemathesis() {
  return lookForPythonProgram(WANTED);
}

/**
 * Finds schemathesis or installs it into the cache (half a minute, 100 MB).
 *
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<FoundSchemathesis>}
 * @throws {import('./provisioning-error.mjs').ProvisioningError} without a usable Python, and when the installation fails
 */
export async function provideSchemathesis({ detail = () => undefined } = {}) {
  return (await lookForSchemathesis()) ?? installPythonProgram(WANTED, detail);
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined when it does not answer with a version
 */
async function readSchemathesisVersion(path) {
  const { ok, output } = await askProgram(path, ['--version']);
  return ok ? /, version (\d{1,4}(?:\.\d{1,6}){1,3})$/m.exec(output)?.[1] : undefined;
}
