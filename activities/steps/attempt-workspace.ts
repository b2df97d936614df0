import { findBundle } from '../../prisma/repositories/attempt-records.ts';
import type { OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { AppError } from '../../domain/errors.ts';
import { openWorkspace, type Workspace, type WorkspaceName } from '../git/workspace.ts';
import { requireDiskSpace } from '../repository/inspect-repository.ts';
import type { StepDependencies } from './dependencies.ts';

interface WorkspaceWish {
  order: OrderSnapshot;
  name: WorkspaceName;
  commit: string;
  /** The commits between base and `commit`. */
  bundle: Uint8Array | null;
}

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
  const isBase = commit === order.baseCommit;
  const bundle = isBase ? null : await findBundle(dependencies.database, { orderId: order.id, commit });
  if (!isBase && bundle === null) {
    throw new AppError(
      'checkpoint-missing',
      `No checkpoint is stored for commit ${commit.slice(0, 10)}. Start a new attempt.`,
    );
  }
  return open(dependencies, { order, name: attempt, commit, bundle }, signal);
}

/** The workspace in which the untouched base commit is measured: no attempt ever works in it. */
export async function openBaselineWorkspace(
  dependencies: StepDependencies,
  order: OrderSnapshot,
  signal: AbortSignal,
): Promise<Workspace> {
  return open(dependencies, { order, name: 'baseline', commit: order.baseCommit, bundle: null }, signal);
}

async function open(
  dependencies: StepDependencies,
  { order, name, commit, bundle }: WorkspaceWish,
  signal: AbortSignal,
): Promise<Workspace> {
  const { git, mirrors, limits, stateDir, workspacesFolder } = dependencies;
  await requireDiskSpace(stateDir, limits.diskFreeMinBytes);
  const mirror = await mirrors.withCommit(order.repository, order.baseCommit, signal);
  const { id: orderId, baseBranch, baseCommit } = order;
  return openWorkspace(git, workspacesFolder, { orderId, name, mirror, baseBranch, baseCommit, commit, bundle });
}
