/**
 * Where lizard comes from, which counts the complexity of changed code: LIZARD_PATH, or a private Python environment in
 * the cache. One on the PATH is passed over, since figures of two versions can't be compared. Orders run without it and
 * say that the complexity is unknown.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lookForPython } from './aider.mjs';
import { ensureEntry, findEntry } from './cache.mjs';
import { hostEnvironment, readVariable } from './environment.mjs';
import { askProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

export const LIZARD_VERSION = '1.24.3';

const REQUIREMENT = `lizard==${LIZARD_VERSION}`;

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
        `LIZARD_PATH is ${given} and there is no such file, so the complexity of code stays unknown: correct it or unset it.`,
      );
    }
    return { path: given, version: (await readLizardVersion(given)) ?? 'unknown', from: 'LIZARD_PATH' };
  }
  const cached = findEntry({ part: 'lizard', version: LIZARD_VERSION });
  return cached === undefined ? undefined : { path: programIn(cached), version: LIZARD_VERSION, from: 'cache' };
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
  const { folder, isNew } = await ensureEntry({
    part: 'lizard',
    version: LIZARD_VERSION,
    // A Python environment holds its own absolute path in every script, so it can't be made elsewhere and renamed.
    isMadeInPlace: true,
    onWait(holderPid) {
      detail(`waiting for process ${String(holderPid)}, which is already installing it`);
    },
    fill: (workFolder) => installLizard(workFolder, detail),
  });
  return { path: programIn(folder), version: LIZARD_VERSION, from: isNew ? 'installed' : 'cache' };
}

/** @param {string} folder */
function programIn(folder) {
  return join(folder, 'bin', 'lizard');
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined when it does not answer with a version
 */
async function readLizardVersion(path) {
  const { ok, output } = await askProgram(path, ['--version']);
  return ok ? /^\d{1,4}(?:\.\d{1,6}){1,3}$/m.exec(output)?.[0] : undefined;
}

/**
 * @param {string} folder
 * @param {(text: string) => void} detail
 */
async function installLizard(folder, detail) {
  const python = await lookForPython();
  if (python === undefined) {
    throw new ProvisioningError(
      `lizard ${LIZARD_VERSION} can't be installed, because there is neither uv nor Python 3.10 to 3.12, so the complexity of code stays unknown: install one of them, or set LIZARD_PATH.`,
    );
  }
  detail(`making a Python environment with ${python.kind} ${python.version}`);
  const interpreter = join(folder, 'bin', 'python');
  if (python.kind === 'uv') {
    await runInstaller(python.path, ['venv', '--clear', '--python', '3.12', folder]);
    await runInstaller(python.path, ['pip', 'install', '--compile-bytecode', '--python', interpreter, REQUIREMENT]);
  } else {
    await runInstaller(python.path, ['-m', 'venv', '--clear', folder]);
    const quiet = ['--disable-pip-version-check', '--progress-bar', 'off'];
    await runInstaller(interpreter, ['-m', 'pip', 'install', ...quiet, REQUIREMENT]);
  }
  if ((await readLizardVersion(programIn(folder))) === LIZARD_VERSION) return;
  throw new ProvisioningError(
    `lizard was installed but does not say that it is ${LIZARD_VERSION}, so it is not used: start again, or set LIZARD_PATH.`,
  );
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function runInstaller(command, args) {
  const result = await runGuarded({ command, args, env: hostEnvironment() });
  if (result.exitCode === 0) return;
  const lastLines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-4).join(' / ');
  throw new ProvisioningError(
    `lizard ${LIZARD_VERSION} could not be installed, so the complexity of code stays unknown: check the network and that Python can make environments (Debian: python3-venv) and start again; the installer says: ${lastLines}`,
  );
}
