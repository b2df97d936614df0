/**
 * Where Aider comes from: AIDER_PATH, `aider` on the PATH with exactly the pinned version, or a private Python
 * environment in the cache. The version is exact because its behaviour (edit formats, exit codes, log lines) is.
 */
import { existsSync, openSync, readSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEntry, findEntry } from './cache.mjs';
import { hostEnvironment, readVariable } from './environment.mjs';
import { askProgram, findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

export const AIDER_VERSION = '0.86.2';

const PYTHON_NAMES = ['python3.12', 'python3.11', 'python3.10', 'python3'];
const PYTHON_VERSIONS = ['3.10', '3.11', '3.12'];
const REQUIREMENT = `aider-chat==${AIDER_VERSION}`;

/**
 * @typedef {object} FoundAider
 * @property {string} path of the program
 * @property {string} version
 * @property {string} from for people, such as 'PATH' or 'cache'
 */

/**
 * Looks without installing. Starts a process only to ask an `aider` that is not ours for its version, never for the cache.
 *
 * @returns {Promise<{ found?: FoundAider, note?: string }>} `note` says why an `aider` on the PATH was passed over
 * @throws {ProvisioningError} when AIDER_PATH names nothing
 */
export async function lookForAider() {
  const given = readVariable('AIDER_PATH');
  if (given !== undefined) {
    if (!existsSync(given)) {
      throw new ProvisioningError(
        `AIDER_PATH is ${given} and there is no such file, so nothing can edit: correct it or unset it.`,
      );
    }
    return { found: { path: given, version: (await readAiderVersion(given)) ?? 'unknown', from: 'AIDER_PATH' } };
  }
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
  const cached = findEntry({ part: 'aider', version: AIDER_VERSION });
  return cached === undefined
    ? note
    : { found: { path: programIn(cached), version: AIDER_VERSION, from: 'cache' }, ...note };
}

/**
 * Finds Aider or installs it into the cache (a minute, 700 MB).
 *
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<FoundAider>}
 * @throws {ProvisioningError} without a usable Python, and when the installation fails
 */
export async function provideAider({ detail = () => undefined } = {}) {
  const { found, note } = await lookForAider();
  if (note !== undefined) detail(note);
  if (found !== undefined) return found;
  const { folder, isNew } = await ensureEntry({
    part: 'aider',
    version: AIDER_VERSION,
    // A Python environment holds its own absolute path in every script, so it can't be made elsewhere and renamed.
    isMadeInPlace: true,
    onWait(holderPid) {
      detail(`waiting for process ${String(holderPid)}, which is already installing it`);
    },
    fill: (workFolder) => installAider(workFolder, detail),
  });
  return { path: programIn(folder), version: AIDER_VERSION, from: isNew ? 'installed' : 'cache' };
}

/**
 * Looks for what can make the Python environment.
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

/** @param {string} folder */
function programIn(folder) {
  return join(folder, 'bin', 'aider');
}

/**
 * @param {string} folder
 * @param {(text: string) => void} detail
 */
async function installAider(folder, detail) {
  const python = await lookForPython();
  if (python === undefined) {
    throw new ProvisioningError(
      `Aider ${AIDER_VERSION} can't be installed, because there is neither uv nor Python 3.10 to 3.12, so nothing can edit: install one of them, or set AIDER_PATH to an aider ${AIDER_VERSION}.`,
    );
  }
  const interpreter = join(folder, 'bin', 'python');
  if (python.kind === 'uv') {
    detail(`making a Python environment with uv ${python.version}`);
    await runInstaller(python.path, ['venv', '--clear', '--python', '3.12', folder], detail);
    await runInstaller(
      python.path,
      ['pip', 'install', '--compile-bytecode', '--python', interpreter, REQUIREMENT],
      detail,
    );
  } else {
    detail(`making a Python environment with Python ${python.version}`);
    await runInstaller(python.path, ['-m', 'venv', '--clear', folder], detail);
    const quiet = ['--disable-pip-version-check', '--progress-bar', 'off'];
    await runInstaller(interpreter, ['-m', 'pip', 'install', ...quiet, REQUIREMENT], detail);
  }
  if ((await readAiderVersion(programIn(folder))) === AIDER_VERSION) return;
  throw new ProvisioningError(
    `Aider was installed but does not say that it is ${AIDER_VERSION}, so it is not used: start again, or set AIDER_PATH to an aider ${AIDER_VERSION}.`,
  );
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {(text: string) => void} detail
 */
async function runInstaller(command, args, detail) {
  const result = await runGuarded({
    command,
    args,
    env: hostEnvironment(),
    onOutput: createProgress(detail),
  });
  if (result.exitCode === 0) return;
  const lastLines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-4).join(' / ');
  throw new ProvisioningError(
    `Aider ${AIDER_VERSION} could not be installed, so nothing can edit: check the network, the free disk space (1 GB) and that Python can make environments (Debian: python3-venv) and start again; the installer says: ${lastLines}`,
  );
}

/**
 * @param {(text: string) => void} detail
 * @returns {(text: string) => void} takes the installer's output
 */
function createProgress(detail) {
  let foundCount = 0;
  return (text) => {
    for (const line of text.split('\n')) {
      const name = /^Collecting ([\w.-]+)/.exec(line)?.[1];
      if (name !== undefined) {
        foundCount += 1;
        detail(`pip, ${String(foundCount)} packages fetched, ${name}`);
      } else if (line.startsWith('Installing collected packages')) {
        detail(`pip, installing ${String(foundCount)} packages`);
      } else if (/^(Resolved|Prepared|Installed) /.test(line)) {
        detail(`uv, ${line}`);
      }
    }
  };
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} the full version when it is one that Aider runs on
 */
async function readPythonVersion(path) {
  // Started for real: version managers put names on the PATH that answer with an error.
  const { ok, output } = await askProgram(path, ['-c', 'import platform; print(platform.python_version())']);
  const isSupported = PYTHON_VERSIONS.some((version) => output.startsWith(`${version}.`));
  return ok && isSupported ? output : undefined;
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
