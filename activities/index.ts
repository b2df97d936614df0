import { AppError } from '../domain/errors.ts';
import { saveDecision, type DecisionRecord } from '../prisma/repositories/decision-records.ts';
import {
  closeEscalation,
  openEscalation,
  type EscalationAnswerRecord,
  type EscalationRecord,
} from '../prisma/repositories/escalation-records.ts';
import { appendEvents, readProgress, type ProgressEvent } from '../prisma/repositories/order-records.ts';
import type { AttemptKey } from '../prisma/repositories/attempt-records.ts';
import type {
  InspectRepositoryInput,
  InspectRepositoryResult,
  MergePullRequestInput,
  MergePullRequestResult,
} from '../workflows/contract.ts';
import { removeWorkspaces } from './git/workspace.ts';
import { withHeartbeat } from './heartbeat.ts';
import { inspectRepository } from './repository/inspect-repository.ts';
import type { StepDependencies } from './steps/dependencies.ts';
import { editAttempt } from './steps/edit.ts';
import { planAttempt, type AttemptInput } from './steps/plan.ts';
import { publishAttempt, type PublishInput } from './steps/publish.ts';
import { recordAttempt, type RecordInput } from './steps/record.ts';
import { routeAttempt } from './steps/route.ts';
import { verifyAttempt } from './steps/verify.ts';
import { withFailures } from './to-failure.ts';

export type { EditResult } from './steps/edit.ts';
export type { AttemptInput } from './steps/plan.ts';
export type { PublishedPullRequest, PublishInput } from './steps/publish.ts';
export type { Route } from './steps/route.ts';
export type { VerifyResult } from './steps/verify.ts';

/** Short activities that read and write records; every worker runs many of them at once. */
export function createRecordActivities(dependencies: StepDependencies) {
  const { database } = dependencies;
  return withFailures({
    appendEvents: (events: ProgressEvent[]) => appendEvents(database, events),
    readProgress: ({ orderId }: { orderId: string }) => readProgress(database, orderId),
    openEscalation: (escalation: EscalationRecord) => openEscalation(database, escalation),
    closeEscalation: (answer: EscalationAnswerRecord) => closeEscalation(database, answer),
    saveDecision: (decision: DecisionRecord) => saveDecision(database, decision),
    recordAttempt: (input: RecordInput) => recordAttempt(dependencies, input),
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
          return { kind: 'merged' as const, mergeCommit };
        }),
      ),
    routeAttempt: (key: AttemptKey) => withHeartbeat(() => routeAttempt(dependencies, key)),
    planAttempt: (input: AttemptInput) => withHeartbeat((progress) => planAttempt(dependencies, input, progress)),
    settleWorkspaces: ({ orderId }: { orderId: string }) =>
      withHeartbeat(() => removeWorkspaces(dependencies.workspacesFolder, orderId)),
  });
}

/** Activities that need a checkout on this machine; one or two at a time. */
export function createWorkspaceActivities(dependencies: StepDependencies) {
  return withFailures({
    editAttempt: (input: AttemptInput) => withHeartbeat((progress) => editAttempt(dependencies, input, progress)),
    verifyAttempt: (input: AttemptKey & { commit: string }) =>
      withHeartbeat((progress) => verifyAttempt(dependencies, input, progress)),
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
