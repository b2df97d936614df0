/** Runs the checks of the code base (npm scripts named `check:...`) and shows their times and complaints. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles, listFiles } from './clone-files.mjs';
import { findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const OUTPUT_BYTES_MAX = 256 * 1024;

/** Beside the packages and not in them: tests link all packages into clones while the checks write here. */
const MEMORY = join('.ratchet', 'checks');

/** Read by the checks and not known to git: what is installed, and what is generated from the schema. */
const UNTRACKED = [join('node_modules', '.package-lock.json'), join('prisma', 'generated')];

/**
 * What lets a check remember single files that it has found good, by their content and its own version and options. The
 * linter has no such memory, since its rules read types that come from other files; nor have the imports, whose rules are
 * about all files together.
 *
 * @param {string} name
 * @returns {readonly string[]} arguments of its npm script
 */
function memoryArguments(name) {
  if (name === 'format') {
    return ['--cache', '--cache-strategy', 'content', '--cache-location', join(MEMORY, 'format')];
  }
  // What it remembers is how each file reads; what is used by nobody is found out anew.
  if (name === 'dead-code') return ['--cache', '--cache-location', join(MEMORY, 'dead-code')];
  return [];
}

/**
 * Everything that a check could read: a check of the same files says the same. Its Node is that of the installed packages,
 * whichever runs this.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>} undefined where git doesn't know the files
 */
async function fingerprintFiles(root) {
  const known = await listFiles(root);
  return known && hashFiles(root, [...known, ...UNTRACKED.flatMap((path) => filesOf(root, path))]);
}

/**
 * @param {string} root
 * @param {string} path of a file or folder that need not be there
 * @returns {string[]} relative to the clone
 */
function filesOf(root, path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .map((entry) => join(path, entry))
    .sort();
}

/**
 * @typedef {object} CheckResult
 * @property {string} name without `check:`
 * @property {boolean} hasPassed
 * @property {string} text a line for people, and below it what the check complains of
 */

/**
 * Runs checks one after the other, all of them even when one fails. They print nothing, since tests run beside them. One
 * that has passed runs again when any file has changed since.
 *
 * @param {string} root the clone
 * @param {readonly string[]} names of the npm scripts, without `check:`
 * @param {Record<string, string>} environment whose PATH starts with the Node of the packages
 * @returns {Promise<CheckResult[]>} in the order of the names
 * @throws {ProvisioningError} when npm is missing
 */
export async function runChecks(root, names, environment) {
  if (names.length === 0) return [];
  const before = await fingerprintFiles(root);
  /** @type {CheckResult[]} */
  const results = [];
  /** @type {string[]} */
  const passed = [];
  for (const name of names) {
    const isAsItPassed = before !== undefined && readPassed(root, name) === before;
    const result = isAsItPassed ? unchanged(name) : await runCheck(root, name, environment);
    results.push(result);
    if (!isAsItPassed && result.hasPassed) passed.push(name);
  }
  // Nobody knows which content was checked of a file that changed meanwhile.
  if (before !== undefined && passed.length > 0 && (await fingerprintFiles(root)) === before) {
    for (const name of passed) writePassed(root, name, before);
  }
  return results;
}

/**
 * @param {string} name
 * @returns {CheckResult}
 */
function unchanged(name) {
  return { name, hasPassed: true, text: `✔ ${name} (no file has changed since it passed)\n` };
}

/** @param {string} root @param {string} name @returns {string | undefined} the fingerprint of the files that passed */
function readPassed(root, name) {
  const path = join(root, MEMORY, `${name}.passed`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** @param {string} root @param {string} name @param {string} fingerprint */
function writePassed(root, name, fingerprint) {
  mkdirSync(join(root, MEMORY), { recursive: true });
  writeFileSync(join(root, MEMORY, `${name}.passed`), fingerprint);
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
  const memory = memoryArguments(name);
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
