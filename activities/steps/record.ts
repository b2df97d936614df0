import type { Failure } from '../../domain/failures/failure-class.ts';
import type { DiffStat, Step } from '../../domain/work-orders/work-order.ts';
import {
  saveCheckpoint,
  saveOutcome,
  type AttemptKey,
  type OutcomeRecord,
} from '../../prisma/repositories/attempt-records.ts';
import { loadOrder } from '../../prisma/repositories/order-records.ts';
import type { StepDependencies } from './dependencies.ts';
import type { Route } from './route.ts';

/** How an attempt ended. */
export interface RecordInput extends AttemptKey {
  route: Route | null;
  failure: Failure | null;
  failedStep: Step | null;
  commit: string | null;
  diffStat: DiffStat;
  testTimeMs: number;
  executionTimeMs: number;
  planned: boolean;
}

/** Writes the one outcome of an attempt, and returns what it cost. */
export async function recordAttempt(
  dependencies: StepDependencies,
  input: RecordInput,
): Promise<{ costUsdMicros: number }> {
  const { database, ledger, policy } = dependencies;
  const { orderId, attempt, route, failure, failedStep } = input;
  const order = await loadOrder(database, orderId);
  const served = await ledger.servedModels(orderId, attempt);
  await saveOutcome(database, {
    orderId,
    attempt,
    failure:
      failure === null ? null : { failureClass: failure.failureClass, context: failure.context, step: failedStep },
    costUsdMicros: await ledger.spent(orderId, attempt),
    executionTimeMs: Math.round(input.executionTimeMs),
    modelServed: served.at(-1) ?? null,
    ...describeRoute(route),
    policyVersion: policy.version,
    diffStat: input.diffStat,
    testTimeMs: Math.round(input.testTimeMs),
    refinementCycles: input.planned ? 1 : 0,
    repairRounds: 0,
  });
  const { baseCommit } = order;
  const commit = input.commit ?? baseCommit;
  await saveCheckpoint(database, { orderId, attempt, step: 'record', baseCommit, commit, bundle: null });
  return { costUsdMicros: await ledger.spent(orderId) };
}

function describeRoute(route: Route | null): Pick<OutcomeRecord, 'modelAsked' | 'routeReason' | 'complexity'> {
  if (route !== null) return { modelAsked: route.model, routeReason: route.reason, complexity: route.complexity };
  const routeReason = 'The attempt ended before a model was chosen.';
  return { modelAsked: 'none', routeReason, complexity: { score: 0, factors: [] } };
}
