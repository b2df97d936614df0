import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createGit, type Git } from '../../activities/git/git-command.ts';
import type { WorkspaceRequest } from '../../activities/git/workspace.ts';
import { readVariable } from '../../tools/environment.mjs';

const searchPath = readVariable('PATH') ?? '';

export interface TestGit {
  /** Absolute; removed at the end. */
  folder: string;
  /** git as the product starts it, with an empty home. */
  git: Git;
  /** Makes a repository with a first commit on `main` and returns its path. */
  makeRepository(name: string): Promise<string>;
  remove(): Promise<void>;
}

/** A folder with repositories for one test file. */
export async function createTestGit(): Promise<TestGit> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-test-git-'));
  const home = join(folder, 'home');
  await mkdir(home);
  return {
    folder,
    git: createGit({ searchPath, home, redact: (text) => text }),
    async makeRepository(name) {
      const path = join(folder, name);
      await mkdir(path, { recursive: true });
      userGit(path, 'init', '--quiet', '--initial-branch=main');
      userGit(path, 'commit', '--quiet', '--allow-empty', '--message', 'First');
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** git as a person runs it in a repository of theirs. @returns what it printed, without the last line break */
export function userGit(cwd: string, ...args: string[]): string {
  const person = [
    '-c',
    'user.name=A person',
    '-c',
    'user.email=person@example.org',
    '-c',
    'protocol.file.allow=always',
  ];
  const env = { PATH: searchPath, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...person, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
}

/** Commits everything in a repository. @returns the commit */
export function commitAll(repository: string, message = 'A change'): string {
  userGit(repository, 'add', '--all');
  userGit(repository, 'commit', '--quiet', '--allow-empty', '--message', message);
  return userGit(repository, 'rev-parse', 'HEAD');
}

/** What a step asks for when it opens the workspace of a first attempt on its base commit. */
export function requestFor(
  mirror: string,
  baseCommit: string,
  given: Partial<WorkspaceRequest> = {},
): WorkspaceRequest {
  return {
    orderId: 'order',
    name: 1,
    mirror,
    baseBranch: 'main',
    baseCommit,
    commit: baseCommit,
    bundle: null,
    ...given,
  };
}
