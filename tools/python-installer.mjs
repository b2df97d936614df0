/** Makes a Python environment in the cache and installs one package with all that it needs. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEntry, findEntry } from './cache.mjs';
import { hostEnvironment } from './environment.mjs';
import { askProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/** Itself a Python package: with it Aider takes 28 CPU seconds to install, with pip 69, while all cores are busy. */
const UV_VERSION = '0.13.9';

/** What of pip's settings says where packages come from; uv does not read them. */
const PIP_SOURCES = /\b(?:index-url|no-index|proxy)\b/;

/**
 * @typedef {object} Installation
 * @property {{ kind: 'uv' | 'python', path: string }} python what makes the environment
 * @property {string} folder of the environment
 * @property {string} requirement with its version, such as 'aider-chat==0.86.2'
 * @property {(text: string) => void} detail gets a word on what happens
 */

/** @typedef {{ part: string, version: string, program: string }} Environment `program`: the file's name, such as 'aider' */

/**
 * Looks for an environment in the cache; starts no process.
 *
 * @param {Environment} environment
 * @returns {string | undefined} its folder when it is complete and its program can be started
 */
export function findEnvironment(environment) {
  return findEntry(toEntry(environment));
}

/**
 * Returns an environment of the cache; makes it when it isn't there, and anew when the Python that it was made with is gone.
 *
 * @param {Environment & { fill: (folder: string) => Promise<void>, onWait?: (holderPid: number) => void }} request as
 *   `ensureEntry` has it
 * @returns {Promise<{ folder: string, isNew: boolean }>}
 */
export async function ensureEnvironment(request) {
  // A Python environment holds its own absolute path in every script, so it can't be made elsewhere and renamed.
  return ensureEntry({ ...request, ...toEntry(request), isMadeInPlace: true });
}

/**
 * @param {Environment} environment
 * @returns {import('./cache.mjs').CacheEntry}
 */
function toEntry({ part, version, program }) {
  return { part, version, isSound: (folder) => isStartable(folder, program) };
}

/**
 * An environment borrows its interpreter from the machine, where an upgrade removes it, or puts another version behind the
 * same name, which does not see the packages.
 *
 * @param {string} folder of an environment
 * @param {string} program
 */
function isStartable(folder, program) {
  const python = interpreterOf(folder);
  if (!existsSync(python) || !existsSync(join(folder, 'bin', program))) return false;
  const name = /python3\.\d{1,3}$/.exec(realpathSync(python))?.[0];
  return name === undefined || existsSync(join(folder, 'lib', name));
}

/**
 * Makes the environment and installs with uv where there is one or pip can get one, else with pip.
 *
 * @param {Installation} installation
 * @returns {Promise<string | undefined>} what the installer said last when it failed
 */
export async function installPackage({ python, folder, requirement, detail }) {
  if (python.kind === 'uv') {
    return installWithUv([python.path], ['--python', '3.12'], { folder, requirement, detail });
  }
  const uv = await provideUv(python.path, detail);
  if (uv !== undefined) {
    // Its downloads are not kept: somebody who has no uv would never use them.
    const failure = await installWithUv([uv, '--no-cache'], ['--python', python.path], { folder, requirement, detail });
    if (failure === undefined) return undefined;
  }
  return installWithPip(python.path, [], { folder, requirement, detail });
}

/** @param {string} folder of an environment */
function interpreterOf(folder) {
  return join(folder, 'bin', 'python');
}

/**
 * @param {[string, ...string[]]} uv the program and its options
 * @param {readonly string[]} python options that choose it
 * @param {Omit<Installation, 'python'>} installation
 * @returns {Promise<string | undefined>} as `installPackage`
 */
async function installWithUv([uv, ...options], python, { folder, requirement, detail }) {
  const failure = await runInstaller(uv, [...options, 'venv', '--clear', ...python, folder], detail);
  const args = ['pip', 'install', '--compile-bytecode', '--python', interpreterOf(folder), requirement];
  return failure ?? runInstaller(uv, [...options, ...args], detail);
}

/**
 * @param {string} python path of an interpreter
 * @param {readonly string[]} options of pip
 * @param {Omit<Installation, 'python'>} installation
 * @returns {Promise<string | undefined>} as `installPackage`
 */
async function installWithPip(python, options, { folder, requirement, detail }) {
  const failure = await runInstaller(python, ['-m', 'venv', '--clear', folder], detail);
  const quiet = ['--disable-pip-version-check', '--progress-bar', 'off'];
  const args = ['-m', 'pip', 'install', ...quiet, ...options, requirement];
  return failure ?? runInstaller(interpreterOf(folder), args, detail);
}

/**
 * A uv of our own in the cache.
 *
 * @param {string} python path of an interpreter
 * @param {(text: string) => void} detail
 * @returns {Promise<string | undefined>} undefined where it can't be had or may not be used
 */
async function provideUv(python, detail) {
  try {
    const { folder } = await ensureEnvironment({
      ...{ part: 'uv', version: UV_VERSION, program: 'uv' },
      async fill(workFolder) {
        const requirement = `uv==${UV_VERSION}`;
        const failure = await installWithPip(python, ['--only-binary', ':all:'], {
          ...{ folder: workFolder, requirement, detail },
        });
        if (failure !== undefined) throw new ProvisioningError(failure);
      },
    });
    const settings = await askProgram(interpreterOf(folder), ['-m', 'pip', 'config', 'list']);
    // A registry of one's own, or a way out, that only pip knows.
    return !settings.ok || PIP_SOURCES.test(settings.output) ? undefined : join(folder, 'bin', 'uv');
  } catch (error) {
    // Such as a platform that it is not built for: pip goes on, and says what is wrong if anything is.
    if (error instanceof ProvisioningError) return undefined;
    throw error;
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {(text: string) => void} detail
 * @returns {Promise<string | undefined>} its last lines when it failed
 */
async function runInstaller(command, args, detail) {
  const result = await runGuarded({ command, args, env: hostEnvironment(), onOutput: createProgress(detail) });
  if (result.exitCode === 0) return undefined;
  return `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-4).join(' / ');
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
