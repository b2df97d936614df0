import { join } from 'node:path';

import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError } from '../../domain/errors.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import { canTransition, type WorkOrderStatus } from '../../domain/work-orders/work-order.ts';
import type { EscalationAnswer } from '../../domain/escalations/answer.ts';
import { messages, type LiveState } from '../../workflows/contract.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  editResult,
  startWorkOrderRuns,
  untilCancelled,
  verifyResult,
  type Script,
  type StartedRun,
  type WorkOrderRuns,
} from '../support/work-order-runs.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  const workflowsPath = join(import.meta.dirname, '../../workflows/index.ts');
  runs = await startWorkOrderRuns(await bundleWorkflowCode({ workflowsPath }));
});

afterAll(() => runs.close());

const testFailure = failureOfClass('test_fail', 'test', 'Failing: sum');
const failsOnce: Script = { verifyAttempt: (calls) => verifyResult(calls === 0 ? testFailure : null) };
const failsAlways: Script = { verifyAttempt: () => verifyResult(testFailure) };

const live = (run: StartedRun) => run.handle.query<LiveState>(messages.live);
const untilAsked = (run: StartedRun) => waitFor('escalation', async () => (await live(run)).escalation?.id, 20_000);
const answer = (run: StartedRun, given: EscalationAnswer) =>
  run.handle.executeUpdate<LiveState, [EscalationAnswer]>(messages.resolveEscalation, { args: [given] });

/** What must hold for the events of every run, however it ended. */
function expectSoundEvents({ trace: { events } }: StartedRun, ending: WorkOrderStatus): void {
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  let status: WorkOrderStatus = 'queued';
  for (const event of events) {
    expect(canTransition(status, event.status), `${status} to ${event.status}`).toBe(true);
    status = event.status;
  }
  expect(events.at(-1)).toMatchObject({ type: 'ended', status: ending, step: null, waitingFor: null });
}

describe('a work order', () => {
  it('goes through its steps once each, records one outcome and ends as completed', async () => {
    const run = await runs.start();
    expect(await run.result()).toEqual({ status: 'completed', attempts: 1, pullRequestNumber: 7 });
    expect(
      run.trace.events.map(({ type, details }) =>
        typeof details['step'] === 'string' ? `${type} ${details['step']}` : type,
      ),
    ).toEqual([
      'started',
      'step_started route',
      'step_finished route',
      'step_started plan',
      'step_finished plan',
      'step_started edit',
      'step_finished edit',
      'step_started verify',
      'step_finished verify',
      'step_started publish',
      'step_finished publish',
      'pull_request_opened',
      'ended',
    ]);
    expect(run.trace.outcomes).toMatchObject([{ attempt: 1, failure: null, commit: 'c'.repeat(40), planned: true }]);
    expect(run.trace.calls.settleWorkspaces).toHaveLength(1);
    expectSoundEvents(run, 'completed');
  });

  it('needs a review when nothing proved a criterion', async () => {
    const proofs = [{ id: 'AC1', verdict: 'unproven' as const, proof: 'not proven' }];
    const run = await runs.start({ verifyAttempt: () => verifyResult(null, proofs) });
    expect((await run.result()).status).toBe('needs_review');
    expectSoundEvents(run, 'needs_review');
  });

  it('has one run however many start it at once', async () => {
    const first = await runs.start();
    const many = await Promise.all(Array.from({ length: 100 }, () => runs.start({}, { orderId: first.orderId })));
    const described = await Promise.all(many.slice(0, 5).map(({ handle }) => handle.describe()));
    expect(new Set(described.map(({ runId }) => runId)).size).toBe(1);
    await first.result();
    expect(first.trace.outcomes).toHaveLength(1);
  });

  it('ends although its workspaces cannot be removed', async () => {
    const settle = () => {
      throw ApplicationFailure.nonRetryable('The disk is gone.');
    };
    const run = await runs.start({ settleWorkspaces: settle });
    expect((await run.result()).status).toBe('completed');
    expectSoundEvents(run, 'completed');
  });
});

describe('a step that ends with an error', () => {
  it('ends the attempt with the class that the activity told, at once when no retry can help', async () => {
    const run = await runs.start({
      planAttempt: () => {
        throw toFailure(new AppError('provider-money-out', 'The account is empty.')) as Error;
      },
    });
    await untilAsked(run);
    expect(run.trace.calls.planAttempt).toHaveLength(1);
    expect(run.trace.outcomes).toMatchObject([
      { failedStep: 'plan', failure: { failureClass: 'budget_exceeded', subReason: 'money_out' }, planned: false },
    ]);
    expect(await live(run)).toMatchObject({ status: 'waiting', waitingFor: 'escalation', costUsdMicros: 1_500 });
    await answer(run, { option: 'abort' });
    expect((await run.result()).status).toBe('failed');
    expectSoundEvents(run, 'failed');
  });

  it('is tried again while that can help, and goes on when it did', async () => {
    const run = await runs.start({
      editAttempt: (calls) => {
        if (calls === 0) throw toFailure(new AppError('git-failed', 'Busy.', { retryAfterMs: 50 })) as Error;
        return editResult(null);
      },
    });
    expect((await run.result()).status).toBe('completed');
    expect(run.trace.calls.editAttempt).toHaveLength(2);
  });

  it('ends the attempt with its class after the last try', async () => {
    const run = await runs.start({
      editAttempt: () => {
        throw toFailure(new AppError('git-failed', 'Busy.', { retryAfterMs: 20 })) as Error;
      },
    });
    await untilAsked(run);
    expect(run.trace.calls.editAttempt).toHaveLength(6);
    expect(run.trace.outcomes).toMatchObject([
      { failedStep: 'edit', failure: { failureClass: 'orchestration_error', subReason: 'git' } },
    ]);
    await answer(run, { option: 'abort' });
    await run.result();
  });
});

describe('an escalation', () => {
  it('answered by update starts a new attempt that knows the guidance and what failed', async () => {
    const run = await runs.start(failsOnce);
    const escalationId = await untilAsked(run);
    await answer(run, { option: 'retry_different_approach', guidance: 'Use a map.', escalationId, resolvedBy: 'Ada' });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.planAttempt).toMatchObject([
      { attempt: 1, guidance: null, previousFailure: null },
      { attempt: 2, guidance: 'Use a map.', previousFailure: expect.stringContaining('Failing: sum') },
    ]);
    expect(run.trace.closed).toMatchObject([
      { id: escalationId, option: 'retry_different_approach', resolvedBy: 'Ada' },
    ]);
    expect(run.trace.outcomes.map(({ failure }) => failure?.failureClass ?? null)).toEqual(['test_fail', null]);
    expect(run.trace.decisions).toEqual(['escalation', 'retry']);
    expectSoundEvents(run, 'completed');
  });

  it('answered by signal publishes the change as a draft', async () => {
    const run = await runs.start(failsAlways);
    await untilAsked(run);
    await run.handle.signal(messages.resolveEscalation, { option: 'accept_as_is' });
    expect(await run.result()).toEqual({ status: 'needs_review', attempts: 1, pullRequestNumber: 7 });
    expect(run.trace.calls.publishAttempt).toMatchObject([{ failure: testFailure }]);
    expect(run.trace.closed).toMatchObject([{ option: 'accept_as_is', resolvedBy: 'signal' }]);
    expectSoundEvents(run, 'needs_review');
  });

  it('waits on when a signal names an option that is not offered', async () => {
    const run = await runs.start({ editAttempt: () => editResult(failureOf('step-timeout', 'Stopped.'), 0) });
    await untilAsked(run);
    await run.handle.signal(messages.resolveEscalation, { option: 'accept_as_is' });
    await run.handle.signal(messages.resolveEscalation, { option: 'nonsense' });
    expect(await live(run)).toMatchObject({ status: 'waiting' });
    expect(run.trace.closed).toEqual([]);
    await run.handle.signal(messages.resolveEscalation, { option: 'abort' });
    expect((await run.result()).status).toBe('failed');
    expect(run.trace.closed).toHaveLength(1);
  });

  it('takes the first of two answers that come together, and refuses the other', async () => {
    const run = await runs.start(failsOnce);
    await untilAsked(run);
    const answers = await Promise.allSettled(
      Array.from({ length: 3 }, () => answer(run, { option: 'retry_different_approach' })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const error of refused) {
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((error as WorkflowUpdateFailedError).cause).toMatchObject({ type: 'escalation-closed' });
    }
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.closed).toHaveLength(1);
  });

  it('takes no answer before it is asked and none after the end', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const run = await runs.start({
      planAttempt: () => gate.then(() => ({ summary: 'A plan', files: [], findings: [] })),
    });
    await expect(answer(run, { option: 'abort' })).rejects.toMatchObject({ cause: { type: 'escalation-closed' } });
    go();
    expect((await run.result()).status).toBe('completed');
    await expect(answer(run, { option: 'abort' })).rejects.toThrow();
  });

  it('offers only what fits: nothing to accept when nothing was changed', async () => {
    const run = await runs.start({ editAttempt: () => editResult(failureOf('step-timeout', 'Stopped.'), 0) });
    await untilAsked(run);
    await expect(answer(run, { option: 'accept_as_is' })).rejects.toMatchObject({
      cause: { type: 'option-not-offered' },
    });
    await answer(run, { option: 'abort' });
    await run.result();
  });
});

describe('cancelling', () => {
  const steps = ['routeAttempt', 'planAttempt', 'editAttempt', 'verifyAttempt', 'publishAttempt'] as const;

  it.each(steps)('during %s ends the step, records the outcome and settles the workspace', async (step) => {
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const run = await runs.start({ [step]: () => untilCancelled(() => resolve(undefined)) });
    await started;
    await run.handle.signal(messages.cancelWorkOrder);
    expect((await run.result()).status).toBe('cancelled');
    expect(run.trace.outcomes).toMatchObject([{ attempt: 1, failedStep: step.replace('Attempt', '') }]);
    expect(run.trace.outcomes[0]?.failure).not.toBeNull();
    expect(run.trace.calls.settleWorkspaces).toHaveLength(1);
    expectSoundEvents(run, 'cancelled');
  });

  it("by Temporal's own means does the same", async () => {
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const run = await runs.start({ editAttempt: () => untilCancelled(() => resolve(undefined)) });
    await started;
    await run.handle.cancel();
    expect((await run.result()).status).toBe('cancelled');
    expect(run.trace.outcomes).toHaveLength(1);
    expect(run.trace.calls.settleWorkspaces).toHaveLength(1);
    expectSoundEvents(run, 'cancelled');
  });

  it.each(['signal', 'cancel'] as const)(
    'an order that waits for a person closes its escalation: %s',
    async (means) => {
      const run = await runs.start(failsAlways);
      const id = await untilAsked(run);
      await (means === 'signal' ? run.handle.signal(messages.cancelWorkOrder) : run.handle.cancel());
      expect((await run.result()).status).toBe('cancelled');
      expect(run.trace.closed).toMatchObject([{ id, option: 'abort', resolvedBy: 'work order' }]);
      expectSoundEvents(run, 'cancelled');
    },
  );

  it('before the first step was begun is not lost', async () => {
    const run = await runs.start({}, { firstSignal: messages.cancelWorkOrder });
    expect((await run.result()).status).toBe('cancelled');
    expect(run.trace.calls.editAttempt).toBeUndefined();
    expectSoundEvents(run, 'cancelled');
  });

  it('at any moment leaves no open escalation, no attempt without an outcome and no gap in the events', async () => {
    const many = await Promise.all(
      Array.from({ length: 24 }, async (_one, index) => {
        const run = await runs.start(index % 2 === 0 ? failsAlways : {});
        await new Promise((resolve) => setTimeout(resolve, index * 25));
        await run.handle.signal(messages.cancelWorkOrder).catch(() => undefined);
        await run.result();
        return run;
      }),
    );
    for (const run of many) {
      const { trace } = run;
      expectSoundEvents(run, trace.events.at(-1)?.status ?? 'queued');
      expect(new Set(trace.closed.map(({ id }) => id))).toEqual(new Set(trace.opened));
      expect(trace.outcomes).toHaveLength(1);
    }
  });
});
