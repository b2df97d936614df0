import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../../domain/errors.ts';
import { lastLines, type Git } from './git-command.ts';

/** A bare copy of a repository on this machine, shared by all workspaces of it; later fetches bring only what is new. */
export interface Mirrors {
  /** Path of an up-to-date mirror. @throws AppError repository-unreachable, disk-full */
  refresh(location: string, signal?: AbortSignal): Promise<string>;
  /** Path of the mirror as it is; made when it is not there. Needs the commit to be in it, else it is refreshed. */
  withCommit(location: string, commit: string, signal?: AbortSignal): Promise<string>;
}

const fetchTimeoutMs = 10 * 60_000;

/** Commits that are remembered to be in a mirror. */
const seenMax = 1_000;

/** @param folder absolute; holds one bare repository per location */
export function createMirrors(git: Git, folder: string): Mirrors {
  // Two fetches into one mirror would fight for git's own locks.
  const running = new Map<string, Promise<unknown>>();
  const oneAtATime = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = running.get(key) ?? Promise.resolve();
    const next = before.then(work, work);
    running.set(key, next);
    return next;
  };
  const pathOf = (location: string) =>
    join(folder, `${createHash('sha256').update(location).digest('hex').slice(0, 16)}.git`);

  // Nothing takes a commit out of a mirror but making it anew, and looking costs a process of git each time.
  const seen = new Set<string>();

  const refresh = (location: string, signal?: AbortSignal) => {
    const path = pathOf(location);
    return oneAtATime(path, async () => {
      await prepare(git, path, () => seen.clear());
      await fetchAll(git, { path, location, signal });
      return path;
    });
  };

  return {
    refresh,
    async withCommit(location, commit, signal) {
      const path = pathOf(location);
      const key = `${path} ${commit}`;
      if (seen.has(key) && (await exists(join(path, 'objects'))) && (await exists(join(path, 'HEAD')))) return path;
      const found = await git.attempt(['cat-file', '-e', `${commit}^{commit}`], { gitDir: path, signal });
      if (found.exitCode !== 0) return refresh(location, signal);
      if (seen.size >= seenMax) seen.clear();
      seen.add(key);
      return path;
    },
  };
}

/** @param forget called before and after the mirror is made anew */
async function prepare(git: Git, path: string, forget: () => void): Promise<void> {
  if (await isHealthy(git, path)) {
    await removeHalfPacks(path);
    return;
  }
  forget();
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await git(['init', '--quiet', '--bare', path]);
  forget();
}

// A worker that was killed in the middle of a fetch leaves lock files behind; nothing but this process uses the mirror.
async function isHealthy(git: Git, path: string): Promise<boolean> {
  if (!(await exists(join(path, 'HEAD')))) return false;
  const branches = await readdir(join(path, 'refs'), { recursive: true }).catch(() => []);
  const locks = branches.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name));
  for (const lock of ['packed-refs.lock', 'config.lock', 'HEAD.lock', 'shallow.lock', ...locks]) {
    await rm(join(path, lock), { force: true });
  }
  const result = await git.attempt(['rev-parse', '--git-dir'], { gitDir: path });
  return result.exitCode === 0;
}

// Each killed fetch of a large repository leaves one behind, as large as what it had received; git never removes them.
async function removeHalfPacks(path: string): Promise<void> {
  const packs = join(path, 'objects', 'pack');
  const names = await readdir(packs);
  for (const name of names.filter((one) => one.startsWith('tmp_'))) await rm(join(packs, name), { force: true });
}

async function fetchAll(
  git: Git,
  { path, location, signal }: { path: string; location: string; signal: AbortSignal | undefined },
): Promise<void> {
  const args = ['fetch', '--quiet', '--prune', '--no-tags', '--force', '--', location, '+refs/heads/*:refs/heads/*'];
  const result = await git.attempt(args, { gitDir: path, remote: true, timeoutMs: fetchTimeoutMs, signal });
  if (result.exitCode === 0) return;
  if (/No space left on device/.test(result.stderr)) {
    throw new AppError('disk-full', 'The disk is full while fetching the repository. Free some space and try again.');
  }
  throw new AppError('repository-unreachable', unreachable(location, lastLines(result.stderr)));
}

/** The sentence for a repository that git cannot read. */
export function unreachable(location: string, words: string): string {
  return `The repository ${location} cannot be cloned: ${words.replace(/^fatal: /, '') || 'git did not say why'}. Check the address, and that git can clone it here.`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Bytes of all objects in a repository, as git counts them. */
export async function repositorySizeBytes(git: Git, gitDir: string): Promise<number> {
  const counted = await git(['count-objects', '-v'], { gitDir });
  const kibibytes = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(counted)?.[1] ?? 0);
  return (kibibytes('size') + kibibytes('size-pack')) * 1024;
}
