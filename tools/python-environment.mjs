/**
 * Programs of Python packages, each in a private environment in the cache: made once, by one process, for every clone on
 * this machine.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from './environment.mjs';
import { askProgram, findProgram } from './find-program.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { ensureEnvironment, findEnvironment, installPackage } from './python-installer.mjs';

const PYTHON_NAMES = ['python3.12', 'python3.11', 'python3.10', 'python3'];
const PYTHON_VERSIONS = ['3.10', '3.11', '3.12'];

/**
 * @typedef {object} PythonProgram
 * @property {string} part names its folder in the cache, such as 'aider'
 * @property {string} program the file's name, such as 'aider'
 * @property {string} requirement of the package without its version, such as 'aider-chat'
 * @property {string} version exact
 * @property {string} name for people, such as 'Aider'
 * @property {string} loss what it means that it can't be had, such as 'nothing can edit'
 * @property {string} remedy what somebody can do who has no Python, such as 'set AIDER_PATH'
 * @property {string} needs what its installation needs besides Python, such as 'the network'
 * @property {(path: string) => Promise<string | undefined>} readVersion asks the installed program for its version
 */

/**
 * One that people may have of their own.
 *
 * @typedef {PythonProgram & { variable: string }} ReplaceableProgram `variable` may name another program, such as `AIDER_PATH`
 */

/**
 * @typedef {object} FoundProgram
 * @property {string} path of the program
 * @property {string} version
 * @property {string} from for people, such as 'PATH' or 'cache'
 */

/**
 * The program that somebody named; it is asked for its version.
 *
 * @param {Pick<ReplaceableProgram, 'variable' | 'loss' | 'readVersion'>} wanted
 * @returns {Promise<FoundProgram | undefined>} undefined where nobody named one
 * @throws {ProvisioningError} when the variable names nothing
 */
export async function findGivenProgram({ variable, loss, readVersion }) {
  const path = readVariable(variable);
  if (path === undefined) return undefined;
  if (!existsSync(path)) {
    throw new ProvisioningError(
      `${variable} is ${path} and there is no such file, so ${loss}: correct it or unset it.`,
    );
  }
  return { path, version: (await readVersion(path)) ?? 'unknown', from: variable };
}

/**
 * Looks for the program that was named, else in the cache, without installing. Starts a process only to ask a program that
 * is not ours for its version.
 *
 * @param {ReplaceableProgram} wanted
 * @returns {Promise<FoundProgram | undefined>}
 * @throws {ProvisioningError} when the variable names nothing
 */
export async function lookForPythonProgram(wanted) {
  const given = await findGivenProgram(wanted);
  if (given !== undefined) return given;
  const path = findPythonProgram(wanted);
  return path === undefined ? undefined : { path, version: wanted.version, from: 'cache' };
}

/**
 * Looks without installing; starts no process.
 *
 * @param {Pick<PythonProgram, 'part' | 'program' | 'version'>} wanted
 * @returns {string | undefined} path of the program; undefined as well where the Python that it was installed with is gone
 */
export function findPythonProgram(wanted) {
  const folder = findEnvironment(wanted);
  return folder === undefined ? undefined : join(folder, 'bin', wanted.program);
}

/**
 * Finds a program in the cache or installs it there, also where it lies and can't be started.
 *
 * @param {PythonProgram} wanted
 * @param {(text: string) => void} detail gets a word on what happens
 * @returns {Promise<{ path: string, isNew: boolean }>}
 * @throws {ProvisioningError} without a usable Python, and when the installation fails
 */
export async function ensurePythonProgram(wanted, detail) {
  const { folder, isNew } = await ensureEnvironment({
    part: wanted.part,
    version: wanted.version,
    program: wanted.program,
    onWait(holderPid) {
      detail(`waiting for process ${String(holderPid)}, which is already installing it`);
    },
    fill: (workFolder) => install(workFolder, wanted, detail),
  });
  return { path: join(folder, 'bin', wanted.program), isNew };
}

/**
 * Has a program installed that was looked for and not found.
 *
 * @param {PythonProgram} wanted
 * @param {(text: string) => void} detail gets a word on what happens
 * @returns {Promise<FoundProgram>}
 * @throws {ProvisioningError} without a usable Python, and when the installation fails
 */
export async function installPythonProgram(wanted, detail) {
  const { path, isNew } = await ensurePythonProgram(wanted, detail);
  return { path, version: wanted.version, from: isNew ? 'installed' : 'cache' };
}

/**
 * Looks for what can make a Python environment.
 *
 * @returns {Promise<{ kind: 'uv' | 'python', path: string, version: string } | undefined>}
 */
export async function lookForPython() {
  const uv = findProgram('uv');
  if (uv !== undefined) {
    const { ok, output } = await askProgram(uv, ['--version']);
    if (ok) return { kind: 'uv', path: uv, version: output.replace(/^uv /, '') };
  }
  for (const name of PYTHON_NAMES) {
    const path = findProgram(name);
    const version = path === undefined ? undefined : await readPythonVersion(path);
    if (path !== undefined && version !== undefined) return { kind: 'python', path, version };
  }
  return undefined;
}

/**
 * @param {string} folder
 * @param {PythonProgram} wanted
 * @param {(text: string) => void} detail
 */
async function install(folder, wanted, detail) {
  const { name, version, loss, remedy, needs } = wanted;
  const python = await lookForPython();
  if (python === undefined) {
    throw new ProvisioningError(
      `${name} ${version} can't be installed, because there is neither uv nor Python 3.10 to 3.12, so ${loss}: install one of them, or ${remedy}.`,
    );
  }
  detail(`making a Python environment with ${python.kind === 'uv' ? 'uv' : 'Python'} ${python.version}`);
  const answer = await installPackage({ python, folder, requirement: `${wanted.requirement}==${version}`, detail });
  if (answer !== undefined) {
    throw new ProvisioningError(
      `${name} ${version} could not be installed, so ${loss}: check ${needs} and that Python can make environments (Debian: python3-venv) and start again; the installer says: ${answer}`,
    );
  }
  if ((await wanted.readVersion(join(folder, 'bin', wanted.program))) === version) return;
  throw new ProvisioningError(
    `${name} was installed but does not say that it is ${version}, so it is not used: start again, or ${remedy}.`,
  );
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} the full version when it is one that the programs run on
 */
async function readPythonVersion(path) {
  // Started for real: version managers put names on the PATH that answer with an error.
  const { ok, output } = await askProgram(path, ['-c', 'import platform; print(platform.python_version())']);
  const isSupported = PYTHON_VERSIONS.some((version) => output.startsWith(`${version}.`));
  return ok && isSupported ? output : undefined;
}
