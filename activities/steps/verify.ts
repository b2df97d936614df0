import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { findGates } from '../../domain/work-orders/find-gates.ts';
import { findRedefinedGates } from '../../domain/work-orders/gate-definitions.ts';
import type { Gate, GateOutcome } from '../../domain/work-orders/gates.ts';
import type { CriterionProof } from '../../domain/work-orders/pull-request-body.ts';
import { saveCheckpoint, saveGateResults, type AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder } from '../../prisma/repositories/order-records.ts';
import { proveCriteria, runGates } from '../gates/run-gates.ts';
import type { StepProgress } from '../heartbeat.ts';
import { restoreTracked } from '../git/workspace.ts';
import { readGateFiles } from '../repository/inspect-repository.ts';
import { openAttemptWorkspace } from './attempt-workspace.ts';
import type { StepDependencies } from './dependencies.ts';

/** What the gates and the criteria said of a checkpoint. */
export interface VerifyResult {
  gates: GateOutcome[];
  proofs: CriterionProof[];
  sandboxed: boolean;
  testTimeMs: number;
  failure: Failure | null;
}

/**
 * Runs the repository's own gates on a checkpoint, then the commands of the acceptance criteria. The gates are those of
 * the base commit: an attempt can't take one away, and one that it redefined proves nothing.
 */
export async function verifyAttempt(
  dependencies: StepDependencies,
  { commit, ...key }: AttemptKey & { commit: string },
  progress: StepProgress,
): Promise<VerifyResult> {
  const { database, git, gates: gateDependencies } = dependencies;
  const order = await loadOrder(database, key.orderId);
  const workspace = await openAttemptWorkspace(dependencies, { order, attempt: key.attempt, commit }, progress.signal);
  const before = await readGateFiles(git, workspace.gitDir, order.baseCommit);
  const gates = findGates(before);
  const redefined = findRedefinedGates(gates, before, await readGateFiles(git, workspace.gitDir, commit));
  const options = {
    policy: dependencies.policy,
    signal: progress.signal,
    onStart: (what: string) => {
      progress.say(`Running ${what}`);
    },
    restoreTree: () => restoreTracked(git, workspace),
  };
  const { runs, failure } = await runGates(gateDependencies, { workspace, gates }, options);
  const criteria = order.acceptanceCriteria;
  const proofs = failure === null ? await proveCriteria(gateDependencies, { workspace, criteria }, options) : [];
  const { sandboxed } = gateDependencies.containment;
  const results = runs.map(({ kind, ...run }) => ({ gate: kind, ...run }));
  await saveGateResults(database, key, { results, sandboxed });
  await saveCheckpoint(database, { ...key, step: 'verify', baseCommit: order.baseCommit, commit, bundle: null });
  return {
    gates: runs.map(({ output: _output, ...outcome }) => outcome),
    proofs,
    sandboxed,
    testTimeMs: runs.filter(({ kind }) => kind === 'test').reduce((total, { durationMs }) => total + durationMs, 0),
    failure: failure ?? failureOfRedefined(redefined) ?? failureOfCriteria(proofs),
  };
}

function failureOfRedefined(gates: readonly Gate[]): Failure | null {
  const [first] = gates;
  if (first === undefined) return null;
  const message = `The change redefines the ${first.kind} gate (${first.source}), so its result proves nothing. Look at that change, then accept it as it is, or ask for another approach.`;
  return failureOfClass('unknown', 'gate-redefined', message);
}

// A criterion without a command is not proven, which is no failure; one whose command fails is.
function failureOfCriteria(proofs: readonly CriterionProof[]): Failure | null {
  const refuted = proofs.filter(({ verdict }) => verdict === 'refuted');
  if (refuted.length === 0) return null;
  const ids = refuted.map(({ id }) => id).join(', ');
  return failureOfClass('test_fail', 'acceptance', `The gates are green, but the check of ${ids} failed.`);
}
