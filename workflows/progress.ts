import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { RecordActivities } from '../activities/index.ts';
import { recordOptions } from './activity-options.ts';
import { searchAttributes } from './contract.ts';
import type { RunState } from './run-state.ts';

const records = proxyActivities<RecordActivities>(recordOptions);

const keys = {
  status: defineSearchAttributeKey(searchAttributes.status.name, SearchAttributeType.KEYWORD),
  step: defineSearchAttributeKey(searchAttributes.step.name, SearchAttributeType.KEYWORD),
  failureClass: defineSearchAttributeKey(searchAttributes.failureClass.name, SearchAttributeType.KEYWORD),
  escalationState: defineSearchAttributeKey(searchAttributes.escalationState.name, SearchAttributeType.KEYWORD),
  model: defineSearchAttributeKey(searchAttributes.model.name, SearchAttributeType.KEYWORD),
  attempt: defineSearchAttributeKey(searchAttributes.attempt.name, SearchAttributeType.INT),
  pullRequest: defineSearchAttributeKey(searchAttributes.pullRequest.name, SearchAttributeType.INT),
  costUsd: defineSearchAttributeKey(searchAttributes.costUsd.name, SearchAttributeType.DOUBLE),
  waitingSince: defineSearchAttributeKey(searchAttributes.waitingSince.name, SearchAttributeType.DATETIME),
};

/** Shows the state of a run in Temporal's own UI and lists. */
export function show(state: RunState, pullRequestNumber: number | null): void {
  const isOpen = state.escalation !== null;
  upsertSearchAttributes([
    { key: keys.status, value: state.status },
    { key: keys.step, value: state.step },
    { key: keys.failureClass, value: state.lastFailure?.failureClass ?? null },
    { key: keys.escalationState, value: isOpen ? 'open' : null },
    { key: keys.model, value: state.model },
    { key: keys.attempt, value: state.attempt },
    { key: keys.pullRequest, value: pullRequestNumber },
    { key: keys.costUsd, value: state.costUsdMicros / 1_000_000 },
    { key: keys.waitingSince, value: state.waitingSince === null ? null : new Date(state.waitingSince) },
  ]);
  setCurrentDetails(state.describe(pullRequestNumber));
}

/** Something that happened, with the state after it. */
export type RunEvent = Parameters<RecordActivities['appendEvents']>[0][number];

/** Numbers an event and takes the state along, for the mirror. */
export function toEvent(
  orderId: string,
  state: RunState,
  { type, details }: { type: string; details: Record<string, unknown> },
): RunEvent {
  return {
    orderId,
    sequence: state.nextSequence(),
    type,
    at: new Date().toISOString(),
    status: state.status,
    step: state.step,
    attempt: state.attempt,
    waitingFor: state.waitingFor,
    model: state.model,
    failureClass: state.lastFailure?.failureClass ?? null,
    details,
  };
}

/** Mirrors events into the records. */
export async function mirror(events: RunEvent[]): Promise<void> {
  const summary = events.map(({ type, step }) => (step === null ? type : `${type} ${step}`)).join(', ');
  await records.appendEvents.executeWithOptions({ summary }, [events]);
}
