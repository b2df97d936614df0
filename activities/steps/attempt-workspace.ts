import { findBundle } from '../../prisma/repositories/attempt-records.ts';
import type { OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { AppError } from '../../domain/errors.ts';
import { openWorkspace, type Workspace } from '../git/workspace.ts';
import { requireDiskSpace } from '../repository/inspect-repository.ts';
import type { StepDependencies } from './dependencies.ts';

/**
 * The workspace of an attempt in the state of a commit: the base commit, or a checkpoint that is stored.
 *
 * @throws AppError checkpoint-missing when the commit is neither
 */
export async function openAttemptWorkspace(
  dependencies: StepDependencies,
  { order, attempt, commit }: { order: OrderSnapshot; attempt: number; commit: string },
  signal: AbortSignal,
): Promise<Workspace> {
  const { database, git, mirrors, limits, stateDir, workspacesFolder } = dependencies;
  await requireDiskSpace(stateDir, limits.diskFreeMinBytes);
  const mirror = await mirrors.withCommit(order.repository, order.baseCommit, signal);
  const isBase = commit === order.baseCommit;
  const bundle = isBase ? null : await findBundle(database, { orderId: order.id, attempt, commit });
  if (!isBase && bundle === null) {
    throw new AppError(
      'checkpoint-missing',
      `No checkpoint is stored for commit ${commit.slice(0, 10)}. Start a new attempt.`,
    );
  }
  const { id: orderId, baseBranch, baseCommit } = order;
  return openWorkspace(git, workspacesFolder, { orderId, attempt, mirror, baseBranch, baseCommit, commit, bundle });
}
