import { AppError } from '../../domain/errors.ts';
import { loadOrder, moveBase } from '../../prisma/repositories/order-records.ts';
import { leavePlace } from '../admission/slots.ts';
import { removeWorkspaces } from '../git/workspace.ts';
import type { StepDependencies } from './dependencies.ts';

export interface SettleInput {
  orderId: string;
  /** Whether branches that no pull request belongs to go as well. */
  removesBranches: boolean;
}

/** Leaves nothing of an ended order behind: its place, its workspaces and, when it was given up, its branches. */
export async function settleWorkOrder(dependencies: StepDependencies, input: SettleInput): Promise<void> {
  const { orderId, removesBranches } = input;
  await leavePlace(dependencies, orderId);
  await removeWorkspaces(dependencies.workspacesFolder, orderId);
  if (!removesBranches) return;
  const order = await loadOrder(dependencies.database, orderId);
  await dependencies.forge.removeBranches({ orderId, repository: order.repository });
}

/**
 * Lets the next attempt of an order begin at the newest commit of its base branch.
 *
 * @throws AppError repository-unreachable, base-branch-unknown
 */
export async function moveToNewestBase(
  { database, git, mirrors }: StepDependencies,
  orderId: string,
  signal: AbortSignal,
): Promise<{ baseCommit: string }> {
  const order = await loadOrder(database, orderId);
  const mirror = await mirrors.refresh(order.repository, signal);
  const reference = `refs/heads/${order.baseBranch}^{commit}`;
  const found = await git.attempt(['rev-parse', '--verify', '--quiet', reference], { gitDir: mirror });
  const baseCommit = found.stdout.trim();
  if (found.exitCode !== 0 || baseCommit === '') {
    throw new AppError('base-branch-unknown', `${order.repository} has no branch "${order.baseBranch}" any more.`);
  }
  await moveBase(database, orderId, baseCommit);
  return { baseCommit };
}
