/** Runs the checks of the code base (npm scripts named `check:...`) and shows their times and complaints. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const OUTPUT_BYTES_MAX = 256 * 1024;

/** Beside the packages and not in them: tests link all packages into clones while the checks write here. */
const MEMORY = join('.ratchet', 'checks');

/** Beside the code itself, what says which imports are right: the cruiser compares only files with code. */
const SETTINGS_OF_IMPORTS = ['package.json', 'package-lock.json', 'tsconfig.json', 'dependency-cruiser.config.mjs'];

/**
 * What lets a check remember the files that it has found good, by their content and its own version and options. The
 * linter has no memory: its rules read types that come from other files, and it takes seconds for all of them.
 *
 * @param {string} root
 * @param {string} name
 * @returns {readonly string[]} arguments of its npm script
 */
export function memoryArguments(root, name) {
  if (name === 'format') {
    return ['--cache', '--cache-strategy', 'content', '--cache-location', join(MEMORY, 'format')];
  }
  // What it remembers is how each file reads; what is used by nobody is found out anew.
  if (name === 'dead-code') return ['--cache', '--cache-location', join(MEMORY, 'dead-code')];
  if (name !== 'imports') return [];
  // It remembers its whole answer, and takes it only while no file has changed.
  return ['--cache-strategy', 'content', '--cache', provideMemory(root, name, SETTINGS_OF_IMPORTS)];
}

/**
 * A memory that is good for these settings; those of others are forgotten.
 *
 * @param {string} root
 * @param {string} name
 * @param {readonly string[]} settings files that need not be there
 * @returns {string} the folder, relative to the clone
 */
function provideMemory(root, name, settings) {
  const hash = createHash('sha256');
  for (const path of settings.map((file) => join(root, file))) {
    hash.update(existsSync(path) ? readFileSync(path) : 'missing').update('\0');
  }
  const folder = join(MEMORY, name);
  const key = hash.digest('hex').slice(0, 16);
  const others = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((entry) => entry !== key) : [];
  for (const entry of others) rmSync(join(root, folder, entry), { recursive: true, force: true });
  return join(folder, key);
}

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
  const memory = memoryArguments(root, name);
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
