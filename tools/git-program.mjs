/** The git of the host: every repository is worked on with it, so nothing starts without a new enough one. */
import { askProgram, findProgram } from './find-program.mjs';
import { isAtLeast } from './versions.mjs';

/** First git that merges without a checkout (`git merge-tree --write-tree`), which the local forge does. */
export const GIT_VERSION_MIN = '2.38.0';

/**
 * @typedef {object} FoundGit
 * @property {string} [path]
 * @property {string} [version] such as '2.39.5'
 * @property {string} [problem] one sentence, when it can't be used
 */

/**
 * @param {string} [searchPath] folders to look in; default: the PATH of this process
 * @returns {Promise<FoundGit>}
 */
export async function lookForGit(searchPath) {
  const path = findProgram('git', searchPath);
  if (path === undefined) {
    return { problem: 'git is not on the PATH, so no repository can be worked on: install git and start again.' };
  }
  const { ok, output } = await askProgram(path, ['--version']);
  const version = ok ? /^git version (\d+(?:\.\d+)*)/.exec(output)?.[1] : undefined;
  if (version !== undefined && isAtLeast(version, GIT_VERSION_MIN)) return { path, version };
  return {
    path,
    ...(version === undefined ? {} : { version }),
    problem: `${path} is git ${version ?? 'of an unknown version'}, and pull requests can't be merged with one older than ${GIT_VERSION_MIN}, so nothing was started: install a newer git and start again.`,
  };
}
