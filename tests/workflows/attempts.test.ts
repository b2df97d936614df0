import { ApplicationFailure } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError } from '../../domain/errors.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { WorkOrderRuns } from '../support/work-order-runs.ts';
import { editResult, routeTo, verifyResult } from '../support/work-order-runs.ts';
import { answer, expectSound, failsAlways, failsOnce, live, namesOf, startRuns, untilAsked } from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

describe('the ladder', () => {
  it('gives the second attempt to the same model, with what failed', async () => {
    const run = await runs.start({ ...failsOnce, routeAttempt: () => routeTo('small') });
    expect(await run.result()).toEqual({ status: 'completed', attempts: 2, pullRequestNumber: 7 });
    const { calls, outcomes, opened } = run.trace;
    expect(calls.routeAttempt).toMatchObject([
      { attempt: 1, wanted: null },
      { attempt: 2, wanted: { rule: 'same', than: 'small' } },
    ]);
    for (const inputs of [calls.planAttempt, calls.editAttempt]) {
      expect(inputs).toMatchObject([
        { attempt: 1, model: 'small', guidance: null, previousFailure: null, contextFactor: 1, plan: 'mend' },
        { attempt: 2, previousFailure: expect.stringContaining('Failing: sum') as string, plan: 'mend' },
      ]);
    }
    expect(outcomes.map(({ failure }) => failure?.failureClass ?? null)).toEqual(['test_fail', null]);
    expect(opened).toEqual([]);
    expectSound(run, 'completed');
  });

  it('gives the third attempt to a more capable model than the second, then asks a person', async () => {
    const models = ['small', 'small', 'large'];
    const run = await runs.start({ ...failsAlways, routeAttempt: (calls) => routeTo(models[calls] ?? 'none') });
    await untilAsked(run);
    expect(run.trace.calls.routeAttempt?.map(({ wanted }) => wanted)).toEqual([
      null,
      { rule: 'same', than: 'small' },
      { rule: 'more_capable', than: 'small' },
    ]);
    expect(run.trace.calls.planAttempt?.[2]?.previousFailure).toContain('Failing: sum');
    expect(run.trace.opened).toMatchObject([{ attempt: 3, trigger: 'attempts_used_up', failedStep: 'verify' }]);
    await answer(run, { option: 'abort' });
    expect(await run.result()).toMatchObject({ status: 'failed', attempts: 3 });
    expect(run.trace.outcomes).toHaveLength(3);
    expectSound(run, 'failed');
  });

  it('measures each attempt with the edit and the verification that it made itself', async () => {
    const run = await runs.start({
      ...failsAlways,
      editAttempt: (calls) =>
        calls === 0
          ? editResult(null, { commit: '1'.repeat(40) })
          : editResult(failureOf('step-timeout', 'Slow.'), { files: 0 }),
      next: (attempt) =>
        attempt === 1
          ? { kind: 'same_model', reason: 'Again.' }
          : { kind: 'escalate', trigger: 'attempts_used_up', reason: 'Enough.' },
    });
    await untilAsked(run, 2);
    expect(run.trace.outcomes).toMatchObject([
      { attempt: 1, commit: '1'.repeat(40), failedStep: 'verify' },
      { attempt: 2, commit: 'c'.repeat(40), diffStat: { files: 0 }, failedStep: 'edit' },
    ]);
    expect(run.trace.opened).toMatchObject([{ hasChange: false }]);
    await answer(run, { option: 'abort' });
    await run.result();
  });

  it('asks at once, and for the reason that recording the attempt tells', async () => {
    const blocked = failureOfClass('contract_violation', 'tamper-block', 'A test was deleted.');
    const run = await runs.start({
      verifyAttempt: (_calls, input) => verifyResult(input, blocked, { blockedBy: 'tamper' }),
    });
    await untilAsked(run);
    expect(run.trace.outcomes).toMatchObject([{ attempt: 1, blockedBy: 'tamper' }]);
    expect(run.trace.calls.repairAttempt).toBeUndefined();
    expect(run.trace.opened).toMatchObject([
      { attempt: 1, trigger: 'tamper_block', failure: blocked, hasChange: true },
    ]);
    await answer(run, { option: 'abort' });
    await run.result();
    expectSound(run, 'failed');
  });

  it('asks for a plan that says that the order contradicts itself, before anything is edited', async () => {
    const failure = failureOfClass('contract_violation', 'conflicting-requirements', 'AC1 rules AC2 out.');
    const run = await runs.start({
      planAttempt: () => ({ summary: 'None', files: [], findings: [], cycles: 2, failure }),
      next: () => ({ kind: 'escalate', trigger: 'conflicting_requirements', reason: 'It contradicts itself.' }),
    });
    await untilAsked(run);
    expect(run.trace.outcomes).toMatchObject([{ failedStep: 'plan', failure, refinementCycles: 2, commit: null }]);
    expect(run.trace.calls.editAttempt).toBeUndefined();
    await answer(run, { option: 'abort' });
    await run.result();
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
      { failedStep: 'plan', failure: { failureClass: 'budget_exceeded', subReason: 'money_out' } },
    ]);
    expect(run.trace.opened).toMatchObject([{ trigger: 'budget_exceeded' }]);
    expect(await live(run)).toMatchObject({ status: 'waiting', waitingFor: 'escalation', costUsdMicros: 1_500 });
    await answer(run, { option: 'abort' });
    expect((await run.result()).status).toBe('failed');
    expectSound(run, 'failed');
  });

  it('is tried again while that can help, and goes on when it did', async () => {
    const run = await runs.start({
      editAttempt: (calls) => {
        if (calls === 0) throw toFailure(new AppError('git-failed', 'Busy.', { retryAfterMs: 50 })) as Error;
        return editResult(null);
      },
    });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.calls.editAttempt).toHaveLength(2);
    expectSound(run, 'completed');
  });

  it('ends the attempt with its class after the last try', async () => {
    const run = await runs.start({
      editAttempt: (calls) => {
        if (calls < 6) throw toFailure(new AppError('git-failed', 'Busy.', { retryAfterMs: 20 })) as Error;
        return editResult(null);
      },
    });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.editAttempt).toHaveLength(7);
    expect(run.trace.outcomes).toMatchObject([
      { failedStep: 'edit', failure: { failureClass: 'orchestration_error', subReason: 'git' } },
      { failure: null },
    ]);
  });

  it('of no known kind has the class unknown, and says which step it was', async () => {
    const run = await runs.start({
      publishAttempt: (calls) => {
        if (calls === 0) throw ApplicationFailure.nonRetryable('Nobody knows.', 'Surprise');
        return { number: 8, branch: 'b', title: 't', diffStat: { files: 1, added: 1, removed: 0 } };
      },
    });
    expect(await run.result()).toEqual({ status: 'completed', attempts: 2, pullRequestNumber: 8 });
    const context = { message: expect.stringContaining('publish') as string };
    expect(run.trace.outcomes).toMatchObject([
      { failedStep: 'publish', failure: { failureClass: 'unknown', context } },
      { failure: null },
    ]);
    expectSound(run, 'completed');
  });

  it('does not keep an attempt from verifying when it was only the measuring of the base commit', async () => {
    const run = await runs.start({
      measureBaseline: () => {
        throw ApplicationFailure.nonRetryable('No space is left.', 'disk-full');
      },
    });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expectSound(run, 'completed');
  });
});

describe('a record that can not be written', () => {
  it('ends the order, and the attempt that had begun has its outcome', async () => {
    const run = await runs.start({
      takeSlot: () => {
        throw ApplicationFailure.nonRetryable('The database does not know this order.', 'Missing');
      },
    });
    expect(await run.result()).toMatchObject({ status: 'failed', attempts: 1 });
    expect(run.trace.outcomes).toMatchObject([
      { attempt: 1, failedStep: 'route', failure: { failureClass: 'unknown' } },
    ]);
    expect(run.trace.events.at(-1)?.details).toMatchObject({
      reason: expect.stringContaining('does not know this order') as string,
    });
    expectSound(run, 'failed');
  });
});

describe('the measuring of the base commit', () => {
  it('runs beside the plan and the edit, and is over before the change is verified', async () => {
    const order: string[] = [];
    const run = await runs.start({
      measureBaseline: async () => {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        order.push('measured');
        return { gates: 1 };
      },
      editAttempt: () => {
        order.push('edited');
        return editResult(null);
      },
      verifyAttempt: (_calls, input) => {
        order.push('verified');
        return verifyResult(input, null);
      },
    });
    await run.result();
    expect(order).toEqual(['edited', 'measured', 'verified']);
    expect(namesOf(run)).not.toContain('step_failed verify');
  });
});

describe('a step that begins while the database is away', () => {
  it('is run again once the record of its beginning can be written, and the attempt goes on', async () => {
    const run = await runs.start({
      beforeTelling: async (events) => {
        const isBegun = events.some(({ type, step }) => type === 'step_started' && step === 'verify');
        if (isBegun) await new Promise((resolve) => setTimeout(resolve, 2_500));
      },
      verifyAttempt: (calls, input) => {
        if (calls === 0) throw ApplicationFailure.nonRetryable('The database is away.');
        return verifyResult(input, null);
      },
    });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.calls.verifyAttempt).toHaveLength(2);
    expect(run.trace.outcomes).toMatchObject([{ failure: null }]);
    expectSound(run, 'completed');
  });
});
