import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';

import { AppError } from '../../../domain/errors.ts';
import { branchPrefix } from '../../../domain/work-orders/work-order.ts';
import type { Database } from '../../../prisma/client.ts';
import {
  findOrCreatePullRequest,
  listHeadBranches,
  loadForMerge,
  markMerged,
  type MergeableReference,
} from '../../../prisma/repositories/pull-request-records.ts';
import { lastLines, type Git } from '../../git/git-command.ts';
import type { Workspace } from '../../git/workspace.ts';
import type { Forge, PullRequestDraft } from '../forge.ts';

export interface LocalForgeDependencies {
  git: Git;
  database: Database;
  /** Absolute; bare repositories of the forge. */
  folder: string;
}

/**
 * Pull requests without a server: branches in a bare repository, records in the database. An order for a local bare
 * repository gets its branch right there; for every other repository the forge keeps a bare copy of its own, and the
 * user's repository is never written to.
 */
export function createLocalForge(dependencies: LocalForgeDependencies): Forge {
  return {
    async openPullRequest(draft, workspace) {
      const forgeLocation = await locate(dependencies, draft);
      await push(dependencies.git, { draft, workspace, forgeLocation });
      const { repository: _repository, mirror: _mirror, ...record } = draft;
      return findOrCreatePullRequest(dependencies.database, { ...record, forge: 'local', forgeLocation });
    },
    async mergePullRequest(id) {
      const reference = await loadForMerge(dependencies.database, id);
      if (reference.state === 'merged' && reference.mergeCommit !== null) return { mergeCommit: reference.mergeCommit };
      if (reference.state !== 'open') {
        throw new AppError(
          'pull-request-not-open',
          `Pull request ${reference.number} is ${reference.state}, so it cannot be merged.`,
        );
      }
      const mergeCommit = await merge(dependencies.git, reference);
      await markMerged(dependencies.database, id, mergeCommit);
      return { mergeCommit };
    },
    removeBranches: (order) => removeBranches(dependencies, order),
  };
}

async function removeBranches(
  { git, database, folder }: LocalForgeDependencies,
  { orderId, repository }: { orderId: string; repository: string },
): Promise<void> {
  const gitDir =
    isAbsolute(repository) && (await isBare(git, repository)) ? repository : ownCopyPath(folder, repository);
  if (!(await isRepository(gitDir))) return;
  const pattern = `refs/heads/${branchPrefix(orderId)}*`;
  const listed = await git(['for-each-ref', '--format=%(refname) %(objectname)', pattern], { gitDir, remote: true });
  const kept = new Set((await listHeadBranches(database, orderId)).map((branch) => `refs/heads/${branch}`));
  for (const line of listed.split('\n').filter((entry) => entry !== '')) {
    const [reference = '', commit = ''] = line.split(' ');
    // With its old value: what somebody pushed there meanwhile is not ours to remove.
    if (!kept.has(reference)) await git(['update-ref', '-d', reference, commit], { gitDir, remote: true });
  }
}

function ownCopyPath(folder: string, repository: string): string {
  const hash = createHash('sha256').update(repository).digest('hex').slice(0, 8);
  return join(folder, `${basename(repository, '.git').replaceAll(/[^\w.-]/g, '-')}-${hash}.git`);
}

async function locate({ git, folder }: LocalForgeDependencies, draft: PullRequestDraft): Promise<string> {
  if (isAbsolute(draft.repository) && (await isBare(git, draft.repository))) return draft.repository;
  const path = ownCopyPath(folder, draft.repository);
  await createOwnCopy(git, path);
  // Only forward: after merges here the base branch is ahead of the original's, and that is not undone.
  const branch = `refs/heads/${draft.baseBranch}`;
  const fetched = await git.attempt(['fetch', '--no-tags', draft.mirror, `${branch}:${branch}`], { gitDir: path });
  if (fetched.exitCode !== 0 && !/\[rejected\].*\(non-fast-forward\)/.test(fetched.stderr)) {
    throw new AppError(
      'git-failed',
      `The branch ${draft.baseBranch} could not be brought into ${path}: ${lastLines(fetched.stderr)}`,
    );
  }
  return path;
}

async function isBare(git: Git, path: string): Promise<boolean> {
  const result = await git.attempt(['rev-parse', '--is-bare-repository'], { cwd: path, remote: true });
  return result.exitCode === 0 && result.stdout.trim() === 'true';
}

async function createOwnCopy(git: Git, path: string): Promise<void> {
  if (await isRepository(path)) return;
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  await mkdir(temporary, { recursive: true });
  try {
    await git(['init', '--quiet', '--bare', temporary]);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another publish may have been faster: then its copy is the one.
    if (!(await isRepository(path))) throw error;
  }
}

async function isRepository(path: string): Promise<boolean> {
  return stat(join(path, 'HEAD')).then(
    () => true,
    () => false,
  );
}

/** The receiving side reads its own settings, so that it has to be told on its own to run no hook of the repository. */
const receivePack = '--receive-pack=git -c core.hooksPath=/dev/null receive-pack';

async function push(
  git: Git,
  { draft, workspace, forgeLocation }: { draft: PullRequestDraft; workspace: Workspace; forgeLocation: string },
): Promise<void> {
  const branch = `refs/heads/${draft.headBranch}`;
  const known = await git.attempt(['rev-parse', '--verify', '--quiet', branch], {
    gitDir: forgeLocation,
    remote: true,
  });
  const there = known.stdout.trim();
  if (there === draft.headCommit) return;
  if (there !== '') {
    throw new AppError(
      'branch-taken',
      `The branch ${draft.headBranch} in ${forgeLocation} holds another commit (${there.slice(0, 10)}), which is never overwritten. Rename or delete that branch, then try again.`,
    );
  }
  await git(['push', '--quiet', receivePack, forgeLocation, `${draft.headCommit}:${branch}`], {
    gitDir: workspace.gitDir,
    remote: true,
  });
}

async function merge(git: Git, reference: MergeableReference): Promise<string> {
  const gitDir = reference.forgeLocation;
  const branch = `refs/heads/${reference.baseBranch}`;
  const base = (await git(['rev-parse', `${branch}^{commit}`], { gitDir })).trim();
  const message = `Merge pull request ${reference.number}: ${reference.title}`;
  const contained = await git.attempt(['merge-base', '--is-ancestor', reference.headCommit, base], { gitDir });
  // Merged before, but killed before the record was written.
  if (contained.exitCode === 0) return base;
  const merged = await git.attempt(
    ['merge-tree', '--write-tree', '--name-only', '--no-messages', base, reference.headCommit],
    { gitDir },
  );
  if (merged.exitCode !== 0) {
    const files = merged.stdout.trim().split('\n').slice(1, 6).join(', ');
    throw new AppError(
      'pull-request-conflict',
      `Pull request ${reference.number} does not merge cleanly into ${reference.baseBranch}: ${files || 'see git merge-tree'}. Create a new order on the present base branch.`,
    );
  }
  const tree = merged.stdout.trim();
  const commit = (
    await git(['commit-tree', tree, '-p', base, '-p', reference.headCommit, '-F', '-'], { gitDir, input: message })
  ).trim();
  // Refused by git when somebody else moved the branch in between.
  await git(['update-ref', branch, commit, base], { gitDir });
  return commit;
}
