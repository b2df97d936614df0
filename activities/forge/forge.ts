import type { PullRequestRecord } from '../../prisma/repositories/pull-request-records.ts';
import type { Workspace } from '../git/workspace.ts';

/** A pull request that is to be opened, without what only the forge knows. */
export type PullRequestDraft = Omit<PullRequestRecord, 'forge' | 'forgeLocation'> & {
  /** What `git clone` gets for the order's repository. */
  repository: string;
  /** Mirror of that repository on this machine. */
  mirror: string;
};

export interface OpenedPullRequest {
  id: string;
  number: number;
}

/** Where pull requests live. */
export interface Forge {
  /**
   * Pushes the head commit as its branch and opens a pull request for it. Repeated, it finds the first one.
   *
   * @throws AppError branch-taken when the branch holds somebody else's commits
   */
  openPullRequest(draft: PullRequestDraft, workspace: Workspace): Promise<OpenedPullRequest>;
  /**
   * Merges an open pull request into its base branch and returns the merge commit.
   *
   * @throws AppError pull-request-not-open, pull-request-conflict
   */
  mergePullRequest(id: string): Promise<{ mergeCommit: string }>;
  /** Removes the branches of an order that was given up, as far as no pull request belongs to them. */
  removeBranches(order: { orderId: string; repository: string }): Promise<void>;
}
