import { findBundle } from '../../prisma/repositories/attempt-records.ts';
import type { OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { AppError } from '../../domain/errors.ts';
import { holdCommit, openWorkspace, type Workspace, type WorkspaceName } from '../git/workspace.ts';
import { requireDiskSpace } from '../repository/inspect-repository.ts';
import type { StepDependencies } from './dependencies.ts';

type Open = typeof openWorkspace;

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
  checkpoint: AttemptCheckpoint,
  signal: AbortSignal,
): Promise<Workspace> {
  return open(dependencies, await findCheckpoint(dependencies, checkpoint), { how: openWorkspace, signal });
}

/**
 * The same for those who need the commit alone: the tree may stand anywhere.
 *
 * @throws AppError checkpoint-missing when the commit is neither
 */
export async function holdAttemptCommit(
  dependencies: StepDependencies,
  checkpoint: AttemptCheckpoint,
  signal: AbortSignal,
): Promise<Workspace> {
  return open(dependencies, await findCheckpoint(dependencies, checkpoint), { how: holdCommit, signal });
}

interface AttemptCheckpoint {
  order: OrderSnapshot;
  attempt: number;
  commit: string;
}

async function findCheckpoint(
  dependencies: StepDependencies,
  { order, attempt, commit }: AttemptCheckpoint,
): Promise<WorkspaceWish> {
  const isBase = commit === order.baseCommit;
  const bundle = isBase ? null : await findBundle(dependencies.database, { orderId: order.id, commit });
  if (!isBase && bundle === null) {
    throw new AppError(
      'checkpoint-missing',
      `No checkpoint is stored for commit ${commit.slice(0, 10)}. Start a new attempt.`,
    );
  }
  return { order, name: attempt, commit, bundle };
}

/** The workspace in which the untouched base commit is measured: no attempt ever works in it. */
export async function openBaselineWorkspace(
  dependencies: StepDependencies,
  order: OrderSnapshot,
  signal: AbortSignal,
): Promise<Workspace> {
  const wish = { order, name: 'baseline' as const, commit: order.baseCommit, bundle: null };
  return open(dependencies, wish, { how: openWorkspace, signal });
}

async function open(
  dependencies: StepDependencies,
  { order, name, commit, bundle }: WorkspaceWish,
  { how, signal }: { how: Open; signal: AbortSignal },
): Promise<Workspace> {
  const { git, mirrors, limits, stateDir, workspacesFolder } = dependencies;
  await requireDiskSpace(stateDir, limits.diskFreeMinBytes);
  const mirror = await mirrors.withCommit(order.repository, order.baseCommit, signal);
  const { id: orderId, baseBranch, baseCommit } = order;
  return how(git, workspacesFolder, { orderId, name, mirror, baseBranch, baseCommit, commit, bundle });
}
