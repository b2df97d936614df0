import type { Acceptance } from '../../domain/acceptance/score.ts';
import type { EscalationTrigger } from '../../domain/escalations/triggers.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { fingerprintFailure } from '../../domain/failures/fingerprint-failure.ts';
import type { Guard, GuardHit } from '../../domain/guards/guard.ts';
import { nextRung } from '../../domain/work-orders/retry-ladder.ts';
import type { DiffStat, Step } from '../../domain/work-orders/work-order.ts';
import {
  saveCheckpoint,
  saveOutcome,
  type AttemptKey,
  type OutcomeRecord,
} from '../../prisma/repositories/attempt-records.ts';
import { saveDecision } from '../../prisma/repositories/decision-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { leavePlace } from '../admission/slots.ts';
import type { StepDependencies } from './dependencies.ts';
import type { Route } from './route.ts';

/** How an attempt ended. */
export interface RecordInput extends AttemptKey {
  route: Route | null;
  failure: Failure | null;
  failedStep: Step | null;
  blockedBy: Guard | null;
  commit: string | null;
  diffStat: DiffStat;
  testTimeMs: number;
  executionTimeMs: number;
  refinementCycles: number;
  repairRounds: number;
  acceptance: Acceptance | null;
  guardHits: GuardHit[];
}

/** What follows a failed attempt. */
export type NextRung =
  | { kind: 'same_model' | 'more_capable'; reason: string }
  | { kind: 'escalate'; trigger: EscalationTrigger; reason: string };

/** Writes the one outcome of an attempt, gives its place back, and tells what it cost and what comes next. */
export async function recordAttempt(
  dependencies: StepDependencies,
  input: RecordInput,
): Promise<{ costUsdMicros: number; next: NextRung | null }> {
  const { database, ledger } = dependencies;
  const { orderId, attempt, failure } = input;
  const [order, outcome] = await Promise.all([loadOrder(database, orderId), toOutcome(dependencies, input)]);
  await saveOutcome(database, outcome);
  const { baseCommit } = order;
  const commit = input.commit ?? baseCommit;
  await saveCheckpoint(database, { orderId, attempt, step: 'record', baseCommit, commit, bundle: null });
  await leavePlace(dependencies, orderId);
  const costUsdMicros = await ledger.spent(orderId);
  if (failure === null) return { costUsdMicros, next: null };
  const next = decideNext(dependencies, { order, input, failure, costUsdMicros });
  if (next.kind !== 'escalate') await saveRetry(dependencies, input, next);
  return { costUsdMicros, next };
}

async function toOutcome({ ledger, policy }: StepDependencies, input: RecordInput): Promise<OutcomeRecord> {
  const { orderId, attempt, route, failure, failedStep } = input;
  const [served, costUsdMicros, standIns] = await Promise.all([
    ledger.servedModels(orderId, attempt),
    ledger.spent(orderId, attempt),
    ledger.standIns(orderId, attempt),
  ]);
  return {
    orderId,
    attempt,
    failure:
      failure === null
        ? null
        : {
            failureClass: failure.failureClass,
            context: failure.context,
            step: failedStep,
            fingerprint: fingerprintFailure(failure),
          },
    costUsdMicros,
    executionTimeMs: Math.round(input.executionTimeMs),
    modelServed: served.at(-1) ?? null,
    isDegraded: standIns.length > 0,
    ...describeRoute(route),
    policyVersion: policy.version,
    diffStat: input.diffStat,
    testTimeMs: Math.round(input.testTimeMs),
    refinementCycles: input.refinementCycles,
    repairRounds: input.repairRounds,
    acceptance: input.acceptance,
    guardHits: input.guardHits,
    editFormat: route?.editFormat ?? null,
  };
}

function describeRoute(route: Route | null): Pick<OutcomeRecord, 'modelAsked' | 'routeReason' | 'complexity'> {
  if (route !== null) return { modelAsked: route.model, routeReason: route.reason, complexity: route.complexity };
  const routeReason = 'The attempt ended before a model was chosen.';
  return { modelAsked: 'none', routeReason, complexity: { score: 0, factors: [] } };
}

interface FailedAttempt {
  order: OrderSnapshot;
  input: RecordInput;
  failure: Failure;
  costUsdMicros: number;
}

function decideNext({ policy }: StepDependencies, failed: FailedAttempt): NextRung {
  const { order, input, failure, costUsdMicros } = failed;
  if (failure.rule === 'typed:conflicting-requirements') {
    const reason = 'The order contradicts itself, which no model can mend.';
    return { kind: 'escalate', trigger: 'conflicting_requirements', reason };
  }
  const { attempt, blockedBy } = input;
  const { kind, trigger, reason } = nextRung({ attempt, attemptsMax: policy.attemptsMax, failure, blockedBy });
  if (kind === 'escalate') return { kind, trigger: trigger ?? 'attempts_used_up', reason };
  const estimate = input.route?.estimateUsdMicros ?? 0;
  if (estimate > 0 && costUsdMicros > policy.costOverEstimateMax * estimate) {
    const over = `It has cost more than ${policy.costOverEstimateMax} times its estimate.`;
    return { kind: 'escalate', trigger: 'cost_over_estimate', reason: over };
  }
  if (Date.now() - order.createdAtMs > policy.runAgeMaxMs) {
    return { kind: 'escalate', trigger: 'run_too_old', reason: 'It has been at work for longer than its time.' };
  }
  return { kind, reason };
}

async function saveRetry({ database }: StepDependencies, input: RecordInput, next: NextRung): Promise<void> {
  const { orderId, attempt, failure, failedStep } = input;
  await saveDecision(database, {
    orderId,
    attempt,
    type: 'retry',
    agent: 'retry ladder',
    key: 'ladder',
    input: { failureClass: failure?.failureClass, failedStep, model: input.route?.model },
    output: { next: next.kind, attempt: attempt + 1 },
    reason: next.reason,
  });
}
