/** Makes git repositories of the example folders, which lie in the clone as plain files. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.mjs';
import { GIT_VERSION_MIN } from './git-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const IDENTITY = 'Ratchet example';
const EMAIL = 'example@localhost';

/** Fixed, so that everybody's first commit of an example has the same hash. */
const COMMIT_DATE = '2026-01-01T00:00:00Z';
const BRANCH = 'main';

/**
 * Makes a bare repository with the example as its only commit on `main`. A repository that is there stays as it is: pull
 * requests live in it. Made under another name and renamed, so a kill leaves none or a whole one.
 *
 * @param {{ root: string, stateDirectory: string, name: string }} example `name` is a folder of `examples/`
 * @returns {Promise<{ path: string, isNew: boolean }>} absolute path of the bare repository
 * @throws {ProvisioningError} when there is no such example, or git fails
 */
export async function ensureExampleRepository({ root, stateDirectory, name }) {
  const path = join(stateDirectory, 'forge', `${name}.git`);
  if (existsSync(path)) return { path, isNew: false };
  const source = join(root, 'examples', name);
  if (!existsSync(source)) {
    throw new ProvisioningError(
      `There is no folder examples/${name}, so no repository can be made of it: check the name.`,
    );
  }
  mkdirSync(join(stateDirectory, 'forge'), { recursive: true });
  const partial = `${path}.partial-${randomBytes(4).toString('hex')}`;
  try {
    await commitFolder(source, partial);
    return { path, isNew: moveUnlessPresent(partial, path) };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * @param {string} root the clone
 * @returns {string[]} names of the bundled example libraries
 */
export function listExamples(root) {
  const folder = join(root, 'examples');
  if (!existsSync(folder)) return [];
  // The bundled orders lie beside the libraries; only what has a manifest is a repository.
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));
}

/**
 * @param {string} source
 * @param {string} repository
 */
async function commitFolder(source, repository) {
  await git(['init', '--quiet', '--bare', `--initial-branch=${BRANCH}`, '--template=', repository]);
  mkdirSync(join(repository, 'info'), { recursive: true });
  writeFileSync(join(repository, 'info', 'exclude'), 'node_modules/\n.git/\n');
  const location = [`--git-dir=${repository}`, `--work-tree=${source}`];
  await git([...location, 'add', '--all', '.'], source);
  await git([...location, 'commit', '--quiet', '--no-verify', '--message', 'Add the example library'], source);
  // The index is a worker's tool; a bare repository has none.
  rmSync(join(repository, 'index'), { force: true });
}

/**
 * @param {string} partial
 * @param {string} path
 * @returns {boolean} false when another process was faster; its result is as good
 */
function moveUnlessPresent(partial, path) {
  try {
    renameSync(partial, path);
    return true;
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
async function git(args, cwd) {
  const command = findProgram('git');
  if (command === undefined) {
    throw new ProvisioningError('git is not on the PATH, so no repository can be made: install git and start again.');
  }
  const result = await runGuarded({
    command,
    // Nothing of the user's configuration: hooks, signing and line endings would change the commit or ask questions.
    args: ['-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false', '-c', 'core.excludesFile=/dev/null', ...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: {
      PATH: '/usr/bin:/bin',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: IDENTITY,
      GIT_AUTHOR_EMAIL: EMAIL,
      GIT_AUTHOR_DATE: COMMIT_DATE,
      GIT_COMMITTER_NAME: IDENTITY,
      GIT_COMMITTER_EMAIL: EMAIL,
      GIT_COMMITTER_DATE: COMMIT_DATE,
    },
  });
  if (result.exitCode === 0) return;
  throw new ProvisioningError(
    `git ${args[0] ?? ''} failed while an example became a repository, so the first order has nothing to work on: check the free disk space and git's version (${GIT_VERSION_MIN} or newer) and start again; git says: ${result.stderr.trim()}`,
  );
}
