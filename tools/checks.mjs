/** Runs the checks of the code base (npm scripts named `check:...`) and shows their times and complaints. */
import { join } from 'node:path';
import { findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const OUTPUT_BYTES_MAX = 256 * 1024;

/** Beside the packages and not in them: tests link all packages into clones while the checks write here. */
const MEMORY = join('.ratchet', 'checks');

/**
 * What lets a check remember the files that it has found good, by their content and its own version and options. The
 * linter has no memory: its rules read types that come from other files, and it takes seconds for all of them.
 *
 * @type {Record<string, readonly string[]>}
 */
const MEMORY_ARGUMENTS = {
  format: ['--cache', '--cache-strategy', 'content', '--cache-location', join(MEMORY, 'format')],
};

/**
 * @typedef {object} CheckResult
 * @property {string} name without `check:`
 * @property {boolean} hasPassed
 * @property {string} text a line for people, and below it what the check complains of
 */

/**
 * Runs checks one after the other, all of them even when one fails. They print nothing, since tests run beside them.
 *
 * @param {string} root the clone
 * @param {readonly string[]} names of the npm scripts, without `check:`
 * @param {Record<string, string>} environment whose PATH starts with the Node of the packages
 * @returns {Promise<CheckResult[]>} in the order of the names
 * @throws {ProvisioningError} when npm is missing
 */
export async function runChecks(root, names, environment) {
  /** @type {CheckResult[]} */
  const results = [];
  for (const name of names) results.push(await runCheck(root, name, environment));
  return results;
}

/**
 * @param {string} root
 * @param {string} name
 * @param {Record<string, string>} environment
 * @returns {Promise<CheckResult>}
 */
async function runCheck(root, name, environment) {
  const npm = findProgram('npm');
  if (npm === undefined)
    throw new ProvisioningError('npm is not on the PATH, so the checks can not run: install Node together with npm.');
  const memory = MEMORY_ARGUMENTS[name] ?? [];
  const result = await runGuarded({
    command: npm,
    args: ['run', '--silent', `check:${name}`, ...(memory.length > 0 ? ['--', ...memory] : [])],
    cwd: root,
    env: environment,
    captureBytesMax: OUTPUT_BYTES_MAX,
  });
  const hasPassed = result.exitCode === 0;
  const seconds = (result.durationMs / 1000).toFixed(1);
  const line = `${hasPassed ? '✔' : '✖'} ${name} (${seconds} s)\n`;
  return { name, hasPassed, text: hasPassed ? line : `${line}${result.stdout}${result.stderr}\n` };
}
