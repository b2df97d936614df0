/** What the tests of work orders ask of a run, and tell it. */
import { expect } from 'vitest';

import type { EscalationAnswer } from '../../domain/escalations/answer.ts';
import type { EscalationTrigger } from '../../domain/escalations/triggers.ts';
import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import { canTransition, type WaitReason, type WorkOrderStatus } from '../../domain/work-orders/work-order.ts';
import { messages, type LiveState } from '../../workflows/contract.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  startWorkOrderRuns,
  verifyResult,
  type Script,
  type ScriptedActivity,
  type StartedRun,
  type WorkOrderRuns,
} from '../support/work-order-runs.ts';
import { provideWorkflowBundle } from '../support/workflow-bundles.ts';

/** Runs of the workflows as they are in this tree. */
export async function startRuns(): Promise<WorkOrderRuns> {
  return startWorkOrderRuns(await provideWorkflowBundle());
}

export const testFailure = failureOfClass('test_fail', 'test', 'Failing: sum');
const notWorthIt = { repair: false, reason: 'Not in this test.' };

/** Every verification fails in a way that no repair is tried for. */
export const failsAlways: Script = {
  verifyAttempt: (_calls, input) => verifyResult(input, testFailure, { repair: notWorthIt }),
};

/** The first verification fails like that, all others pass. */
export const failsOnce: Script = {
  verifyAttempt: (calls, input) =>
    verifyResult(input, calls === 0 ? testFailure : null, calls === 0 ? { repair: notWorthIt } : {}),
};

/** A person is asked after every failed attempt. */
export function asks(trigger: EscalationTrigger = 'attempts_used_up'): Required<Pick<Script, 'next'>> {
  return { next: () => ({ kind: 'escalate', trigger, reason: 'As the test wants it.' }) };
}

/** What holds a step until the test lets go; more than 15 s would count as the death of its worker. */
export function gate(): { reached: Promise<void>; open: () => void; pass: () => Promise<void> } {
  const reached = Promise.withResolvers<undefined>();
  const opened = Promise.withResolvers<undefined>();
  return {
    reached: reached.promise,
    open: () => {
      opened.resolve(undefined);
    },
    pass: () => {
      reached.resolve(undefined);
      return opened.promise;
    },
  };
}

export function live(run: StartedRun): Promise<LiveState> {
  return run.handle.query<LiveState>(messages.live);
}

/** @returns the id of the escalation that waits, once it is the one of the attempt */
export function untilAsked(run: StartedRun, attempt?: number): Promise<string> {
  return waitFor('escalation', async () => {
    const { escalation, attempt: present } = await live(run);
    return attempt === undefined || attempt === present ? escalation?.id : undefined;
  });
}

/** Waits until a run has told that it waits for something. */
export async function untilWaiting(run: StartedRun, reason: WaitReason): Promise<void> {
  await waitFor(`wait for ${reason}`, async () => (await live(run)).waitingFor === reason);
  const told = () => Promise.resolve(run.trace.events.at(-1)?.waitingFor === reason);
  await waitFor(`event that tells of the wait for ${reason}`, told);
}

/** Waits until an activity was asked so many times. */
export async function untilCalled(run: StartedRun, name: ScriptedActivity, times: number): Promise<void> {
  const isCalled = () => Promise.resolve((run.trace.calls[name]?.length ?? 0) >= times);
  await waitFor(`call ${times} of ${name}`, isCalled);
}

export function answer(run: StartedRun, given: EscalationAnswer): Promise<LiveState> {
  return run.handle.executeUpdate<LiveState, [EscalationAnswer]>(messages.resolveEscalation, { args: [given] });
}

/** Waits until nothing that the run has begun is left to be told in its history: it only waits. */
export async function untilIdle(run: StartedRun): Promise<void> {
  const isIdle = async () => {
    const { raw } = await run.handle.describe();
    return (raw.pendingActivities ?? []).length === 0 && !raw.pendingWorkflowTask;
  };
  await waitFor('a run without anything pending', isIdle);
}

/** How long a history is. */
export async function countEvents(run: StartedRun): Promise<number> {
  return (await run.handle.fetchHistory()).events?.length ?? 0;
}

/** The events of a run as `type step`. */
export function namesOf({ trace }: StartedRun): string[] {
  return trace.events.map(({ type, details }) =>
    typeof details['step'] === 'string' ? `${type} ${details['step']}` : type,
  );
}

/** What must hold for every run, however it ended. */
export function expectSound({ trace }: StartedRun, ending: WorkOrderStatus): void {
  const { events, outcomes, opened, closed, calls, defects } = trace;
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  let status: WorkOrderStatus = 'queued';
  for (const event of events) {
    expect(canTransition(status, event.status), `${status} to ${event.status}`).toBe(true);
    status = event.status;
  }
  const last = events.at(-1);
  expect(last).toMatchObject({ type: 'ended', status: ending, step: null, waitingFor: null });
  expect(new Set(closed.map(({ id }) => id)), 'escalations closed').toEqual(new Set(opened.map(({ id }) => id)));
  const attempts = Array.from({ length: last?.attempt ?? 0 }, (_none, index) => index + 1);
  expect(
    outcomes.map(({ attempt }) => attempt),
    'one outcome for each attempt',
  ).toEqual(attempts);
  expect(calls.announceEnd).toHaveLength(1);
  expect(calls.settleWorkOrder?.length).toBeGreaterThan(0);
  expect(defects).toEqual([]);
}
