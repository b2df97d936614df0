/** Finding programs and asking them short questions. */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hostEnvironment, readVariable } from './environment.mjs';

const QUESTION_TIMEOUT_MS = 20_000;

/**
 * Looks a program up without starting a process.
 *
 * @param {string} name
 * @param {string} [searchPath] folders to look in; default: the PATH of this process
 * @returns {string | undefined} absolute path of the first executable file with that name
 */
export function findProgram(name, searchPath = readVariable('PATH') ?? '/usr/local/bin:/usr/bin:/bin') {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find((path) => isExecutableFile(path));
}

/**
 * Runs a program that answers at once (a version, a probe) and returns what it printed.
 *
 * @param {string} path
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, timeoutMs?: number, cwd?: string }} [options]
 * @returns {Promise<{ ok: boolean, output: string }>} `ok` is false for a non-zero exit code, a signal, a timeout and a
 *   program that can't be started; `output` is standard output and standard error together, trimmed
 */
export function askProgram(path, args, options = {}) {
  const { env = hostEnvironment(), timeoutMs = QUESTION_TIMEOUT_MS, cwd } = options;
  const settings = { env, timeout: timeoutMs, ...(cwd === undefined ? {} : { cwd }) };
  return new Promise((resolve) => {
    const child = execFile(path, args, settings, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() });
    });
    child.stdin?.end();
  });
}

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there or not ours to run: the next folder of the PATH may have it.
    return false;
  }
}
