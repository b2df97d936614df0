import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import { findGates } from '../../domain/gates/find-gates.ts';
import type { Gate } from '../../domain/gates/gate.ts';
import type { AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { restoreTracked, type Workspace } from '../git/workspace.ts';
import type { StepProgress } from '../heartbeat.ts';
import { readGateFiles } from '../repository/inspect-repository.ts';
import { openBaselineWorkspace } from './attempt-workspace.ts';
import type { StepDependencies } from './dependencies.ts';

/** Runs the gates on the untouched base commit of an order, unless that was done before. */
export async function measureBaseline(
  dependencies: StepDependencies,
  key: AttemptKey,
  progress: StepProgress,
): Promise<{ gates: number }> {
  const { git, mirrors, database } = dependencies;
  const order = await loadOrder(database, key.orderId);
  const mirror = await mirrors.withCommit(order.repository, order.baseCommit, progress.signal);
  const gates = findGates(await readGateFiles(git, mirror, order.baseCommit));
  const measurements = await baselineOf(dependencies, { order, gates }, progress);
  return { gates: measurements.length };
}

/** What the gates said of the base commit of an order. */
export async function baselineOf(
  dependencies: StepDependencies,
  { order, gates }: { order: OrderSnapshot; gates: readonly Gate[] },
  progress: StepProgress,
): Promise<GateMeasurement[]> {
  const { git, policy } = dependencies;
  let workspace: Workspace | undefined;
  const open = async () => (workspace ??= await openBaselineWorkspace(dependencies, order, progress.signal));
  const options = {
    policy,
    signal: progress.signal,
    onStart: (what: string) => {
      progress.say(`Running ${what}`);
    },
    restoreTree: async () => restoreTracked(git, await open()),
  };
  const { repositoryId, baseCommit: commit } = order;
  return dependencies.measureBaseline({ repositoryId, commit, gates, open }, options);
}
