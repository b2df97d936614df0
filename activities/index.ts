import { AppError } from '../domain/errors.ts';
import { saveDecision, type DecisionRecord } from '../prisma/repositories/decision-records.ts';
import { closeEscalation, type EscalationAnswerRecord } from '../prisma/repositories/escalation-records.ts';
import { appendEvents, raiseCostCap, readProgress, type ProgressEvent } from '../prisma/repositories/order-records.ts';
import { findOrderOfPullRequest } from '../prisma/repositories/pull-request-records.ts';
import { readStopAll } from '../prisma/repositories/stop-all.ts';
import type { AttemptKey } from '../prisma/repositories/attempt-records.ts';
import type {
  InspectRepositoryInput,
  InspectRepositoryResult,
  MergePullRequestInput,
  MergePullRequestResult,
} from '../workflows/contract.ts';
import { checkOrderDependencies, isOrderDone, tellDependents } from './admission/dependencies.ts';
import { takePlace } from './admission/slots.ts';
import { withHeartbeat } from './heartbeat.ts';
import { inspectRepository } from './repository/inspect-repository.ts';
import { measureBaseline } from './steps/baseline.ts';
import type { StepDependencies } from './steps/dependencies.ts';
import { editAttempt } from './steps/edit.ts';
import { escalate, type EscalationInput } from './steps/escalate.ts';
import { planAttempt, type AttemptInput } from './steps/plan.ts';
import { publishAttempt, type PublishInput } from './steps/publish.ts';
import { recordAttempt, type RecordInput } from './steps/record.ts';
import { repairAttempt, type RepairInput } from './steps/repair.ts';
import { routeAttempt, type RouteInput } from './steps/route.ts';
import { moveToNewestBase, settleWorkOrder, type SettleInput } from './steps/settle.ts';
import { verifyAttempt, type VerifyInput } from './steps/verify.ts';
import { withFailures } from './to-failure.ts';

export type { EditResult } from './steps/edit.ts';
export type { AttemptInput } from './steps/plan.ts';
export type { PublishedPullRequest, PublishInput } from './steps/publish.ts';
export type { NextRung } from './steps/record.ts';
export type { RepairInput } from './steps/repair.ts';
export type { Route } from './steps/route.ts';
export type { VerifyResult } from './steps/verify.ts';

/** Short activities that read and write records; every worker runs many of them at once. */
export function createRecordActivities(dependencies: StepDependencies) {
  const { database } = dependencies;
  return withFailures({
    appendEvents: (events: ProgressEvent[]) => appendEvents(database, events),
    readProgress: ({ orderId }: { orderId: string }) => readProgress(database, orderId),
    openEscalation: (input: EscalationInput) => escalate(dependencies, input),
    closeEscalation: (answer: EscalationAnswerRecord) => closeEscalation(database, answer),
    saveDecision: (decision: DecisionRecord) => saveDecision(database, decision),
    recordAttempt: (input: RecordInput) => recordAttempt(dependencies, input),
    readDependencies: ({ orderId }: { orderId: string }) => checkOrderDependencies(dependencies, orderId),
    isOrderDone: ({ orderId }: { orderId: string }) => isOrderDone(dependencies, orderId),
    announceEnd: ({ orderId }: { orderId: string }) => tellDependents(dependencies, orderId),
    takeSlot: (claim: { orderId: string; model: string }) => takePlace(dependencies, claim),
    isAllStopped: async () => (await readStopAll(database)).stopped,
    raiseCostCap: ({ orderId, costCapUsdMicros }: { orderId: string; costCapUsdMicros: number }) =>
      raiseCostCap(database, orderId, costCapUsdMicros),
  });
}

/** Activities that wait for others: a person who creates an order must not wait behind somebody's tests. */
export function createWaitingActivities(dependencies: StepDependencies) {
  return withFailures({
    inspectRepository: (input: InspectRepositoryInput): Promise<InspectRepositoryResult> =>
      withHeartbeat(({ signal }) => asRefusal(() => inspectRepository(dependencies, input, signal))),
    mergePullRequest: ({ pullRequestId }: MergePullRequestInput): Promise<MergePullRequestResult> =>
      withHeartbeat(() =>
        asRefusal(async () => {
          const { mergeCommit } = await dependencies.forge.mergePullRequest(pullRequestId);
          const orderId = await findOrderOfPullRequest(dependencies.database, pullRequestId);
          if (orderId !== null) await tellDependents(dependencies, orderId);
          return { kind: 'merged' as const, mergeCommit };
        }),
      ),
    routeAttempt: (input: RouteInput) => withHeartbeat(() => routeAttempt(dependencies, input)),
    planAttempt: (input: AttemptInput) => withHeartbeat((progress) => planAttempt(dependencies, input, progress)),
    moveToNewestBase: ({ orderId }: { orderId: string }) =>
      withHeartbeat(({ signal }) => moveToNewestBase(dependencies, orderId, signal)),
    settleWorkOrder: (input: SettleInput) => withHeartbeat(() => settleWorkOrder(dependencies, input)),
  });
}

/** Activities that need a checkout on this machine; one or two at a time. */
export function createWorkspaceActivities(dependencies: StepDependencies) {
  return withFailures({
    editAttempt: (input: AttemptInput) => withHeartbeat((progress) => editAttempt(dependencies, input, progress)),
    repairAttempt: (input: RepairInput) => withHeartbeat((progress) => repairAttempt(dependencies, input, progress)),
    measureBaseline: (key: AttemptKey) => withHeartbeat((progress) => measureBaseline(dependencies, key, progress)),
    verifyAttempt: (input: VerifyInput) => withHeartbeat((progress) => verifyAttempt(dependencies, input, progress)),
    publishAttempt: (input: PublishInput) => withHeartbeat((progress) => publishAttempt(dependencies, input, progress)),
  });
}

export type RecordActivities = ReturnType<typeof createRecordActivities>;
export type WaitingActivities = ReturnType<typeof createWaitingActivities>;
export type WorkspaceActivities = ReturnType<typeof createWorkspaceActivities>;

// A refusal is an answer, not a fault: it goes back as a value. What a retry can mend stays an error.
async function asRefusal<T>(work: () => Promise<T>): Promise<T | { kind: 'refused'; code: string; message: string }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && !error.catalogueEntry.retryable) {
      return { kind: 'refused', code: error.code, message: error.message };
    }
    throw error;
  }
}
