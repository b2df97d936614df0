import { coverageOfChangedLines, mergeCoverage } from '../../domain/acceptance/coverage.ts';
import { scoreAcceptance, type Acceptance } from '../../domain/acceptance/score.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import type { TestResult } from '../../domain/gates/test-reports/test-result.ts';
import type { FileChange } from '../../domain/text/unified-diff.ts';
import type { CriterionProof } from '../../domain/work-orders/pull-request-body.ts';
import { findProposal, type AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { findRoutedModel } from '../../prisma/repositories/decision-records.ts';
import type { OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import type { ChangeMeasures } from '../acceptance/measure-change.ts';
import { reviewCriteria } from '../acceptance/review-criteria.ts';
import { proveCriteria } from '../gates/prove-criteria.ts';
import type { GateRunOptions, JudgedGate } from '../gates/run-gates.ts';
import type { Workspace } from '../git/workspace.ts';
import type { StepProgress } from '../heartbeat.ts';
import type { StepDependencies } from './dependencies.ts';

/** A change whose gates are green. */
export interface CheckedChange {
  key: AttemptKey;
  order: OrderSnapshot;
  workspace: Workspace;
  changes: readonly FileChange[];
  gates: readonly JudgedGate[];
  baseline: readonly GateMeasurement[] | null;
  options: GateRunOptions;
  progress: StepProgress;
}

/**
 * Looks at a checkpoint whose gates are green: the proofs of the criteria, and the score of the change.
 *
 * @param measures of the change itself
 */
export async function acceptChange(
  dependencies: StepDependencies,
  checked: CheckedChange,
  measures: Promise<ChangeMeasures>,
): Promise<{ proofs: CriterionProof[]; acceptance: Acceptance }> {
  const { policy } = dependencies;
  const { changes, order, gates } = checked;
  const proofs = await findProofs(dependencies, checked);
  const reviewed = proofs.filter(({ verdict }) => verdict === 'reviewed');
  const measurements = {
    ...(await measures),
    newLintWarnings: countNewWarnings(gates),
    criteria: {
      proven: proofs.filter(({ verdict }) => verdict === 'proven').length,
      half: reviewed.length,
      total: order.acceptanceCriteria.length,
      notes: reviewed.map(({ id, proof }) => `${id}: ${proof}.`),
    },
    buildPassed: true,
    failingTests: 0,
    coverageOfChangedLines: coverageOf(gates, changes),
  };
  return { proofs, acceptance: scoreAcceptance(measurements, policy.acceptanceWeights, policy.acceptanceScoreMin) };
}

/** Proves the criteria; what no check proves is reviewed by the attempt's model, unless a check says that it failed. */
async function findProofs(
  dependencies: StepDependencies,
  { order, workspace, changes, options, key, progress, gates, baseline }: CheckedChange,
): Promise<CriterionProof[]> {
  const { database, gates: gateDependencies } = dependencies;
  const promised = (await findProposal(database, key))?.criterionTests ?? [];
  const work = {
    workspace,
    criteria: order.acceptanceCriteria,
    tests: { promised, fresh: freshTests(gates, baseline, changes) },
  };
  const proofs = await proveCriteria(gateDependencies, work, options);
  const verdicts = proofs.map(({ verdict }) => verdict);
  if (verdicts.includes('refuted') || !verdicts.includes('unproven')) return proofs;
  const model = await findRoutedModel(database, key);
  progress.say(`Asking ${model ?? 'nobody'} to review what nothing proved`);
  const { attempt } = key;
  return reviewCriteria(dependencies, { order, attempt, model, changes, proofs }, progress.signal);
}

/** The share of the changed lines that the tests of all gates run through; null where none says it. */
function coverageOf(gates: readonly JudgedGate[], changes: readonly FileChange[]): number | null {
  const all = mergeCoverage(gates.map(({ coverage }) => coverage).filter((coverage) => coverage !== null));
  return coverageOfChangedLines(all, changes);
}

function countNewWarnings(gates: readonly JudgedGate[]): number {
  const lint = gates.filter(({ kind }) => kind === 'lint');
  return lint.reduce((sum, { verdict }) => sum + verdict.newDiagnostics.length, 0);
}

/** Results of tests that the base commit does not have, or whose file the change touches. */
export function freshTests(
  gates: readonly JudgedGate[],
  baseline: readonly GateMeasurement[] | null,
  changes: readonly FileChange[],
): TestResult[] {
  const known = new Set((baseline ?? []).flatMap(({ tests }) => tests ?? []).map(({ name }) => name));
  const touched = changes.map(({ path }) => path);
  return gates
    .flatMap(({ measurement }) => measurement.tests ?? [])
    .filter(
      ({ name, file }) =>
        !known.has(name) || touched.some((path) => file === path || file?.endsWith(`/${path}`) === true),
    );
}

/** The failure of a criterion whose command fails; null where none does. One without any proof is no failure. */
export function failureOfCriteria(proofs: readonly CriterionProof[]): Failure | null {
  const refuted = proofs.filter(({ verdict }) => verdict === 'refuted');
  if (refuted.length === 0) return null;
  const ids = refuted.map(({ id }) => id).join(', ');
  const checks = refuted.map(({ id, proof }) => `${id}: ${proof}`).join('\n');
  const failure = failureOfClass('test_fail', 'acceptance', `The gates are green, but the check of ${ids} failed.`);
  return { ...failure, context: { ...failure.context, excerpt: checks } };
}
