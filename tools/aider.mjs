/**
 * Where Aider comes from: AIDER_PATH, `aider` on the PATH with exactly the pinned version, or a private Python
 * environment in the cache. The version is exact because its behaviour (edit formats, exit codes, log lines) is.
 */
import { openSync, readSync, closeSync } from 'node:fs';
import { askProgram, findProgram } from './find-program.mjs';
import { findGivenProgram, findPythonProgram, installPythonProgram } from './python-environment.mjs';

export const AIDER_VERSION = '0.86.2';

/** @type {import('./python-environment.mjs').ReplaceableProgram} */
const WANTED = {
  part: 'aider',
  program: 'aider',
  variable: 'AIDER_PATH',
  requirement: 'aider-chat',
  version: AIDER_VERSION,
  name: 'Aider',
  loss: 'nothing can edit',
  remedy: `set AIDER_PATH to an aider ${AIDER_VERSION}`,
  needs: 'the network, the free disk space (1 GB)',
  readVersion: readAiderVersion,
};

/** @typedef {import('./python-environment.mjs').FoundProgram} FoundAider */

/**
 * Looks without installing. Starts a process only to ask an `aider` that is not ours for its version, never for the cache.
 *
 * @returns {Promise<{ found?: FoundAider, note?: string }>} `note` says why an `aider` on the PATH was passed over
 * @throws {import('./provisioning-error.mjs').ProvisioningError} when AIDER_PATH names nothing
 */
export async function lookForAider() {
  const found = await findGivenProgram(WANTED);
  if (found !== undefined) return { found };
  const onPath = findProgram('aider');
  const version = onPath === undefined ? undefined : await readAiderVersion(onPath);
  if (onPath !== undefined && version === AIDER_VERSION) {
    return { found: { path: onPath, version, from: `PATH (${onPath})` } };
  }
  const note =
    onPath === undefined
      ? {}
      : {
          note: `${onPath} is version ${version ?? 'unknown'} and exactly ${AIDER_VERSION} is needed, so it is passed over`,
        };
  const cached = findPythonProgram(WANTED);
  return cached === undefined ? note : { found: { path: cached, version: AIDER_VERSION, from: 'cache' }, ...note };
}

/**
 * Finds Aider or installs it into the cache (a minute, 700 MB).
 *
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<FoundAider>}
 * @throws {import('./provisioning-error.mjs').ProvisioningError} without a usable Python, and when the installation fails
 */
export async function provideAider({ detail = () => undefined } = {}) {
  const { found, note } = await lookForAider();
  if (note !== undefined) detail(note);
  if (found !== undefined) return found;
  return installPythonProgram(WANTED, detail);
}

/**
 * Asks the interpreter of the program's first line for the installed version: the program itself imports for three
 * seconds before it answers.
 *
 * @param {string} path of an `aider` script
 * @returns {Promise<string | undefined>} undefined when the script does not start with a Python of its own
 */
export async function readAiderVersion(path) {
  const head = readStart(path, 512);
  // Long paths do not fit a first line; installers then write: #!/bin/sh, and '''exec' "PYTHON" ... in the second.
  const interpreter =
    /^#!(\/\S*python[\d.]*)\s/.exec(head)?.[1] ?? /^'''exec' "?(\/[^"\n]*python[\d.]*)"? /m.exec(head)?.[1];
  if (interpreter === undefined) return undefined;
  const question = 'import importlib.metadata; print(importlib.metadata.version("aider-chat"))';
  const { ok, output } = await askProgram(interpreter, ['-c', question]);
  return ok ? output : undefined;
}

/**
 * @param {string} path
 * @param {number} bytes
 */
function readStart(path, bytes) {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}
