import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError } from '../../domain/errors.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { messages } from '../../workflows/contract.ts';
import { editResult, routeTo, verifyResult, type Script, type WorkOrderRuns } from '../support/work-order-runs.ts';
import {
  answer,
  asks,
  expectSound,
  failsAlways,
  failsOnce,
  live,
  startRuns,
  testFailure,
  untilAsked,
  untilCalled,
  untilWaiting,
} from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

const outOfMoney = failureOf('budget-exceeded', 'The cap of the order is reached.');
const failsThenAsks: Script = { ...failsOnce, ...asks() };

describe('retry_different_approach', () => {
  it('is a new attempt with a more capable model, the guidance, what failed and a larger view', async () => {
    const run = await runs.start({ ...failsThenAsks, routeAttempt: () => routeTo('small') });
    const escalationId = await untilAsked(run);
    await answer(run, { option: 'retry_different_approach', guidance: 'Use a map.', escalationId, resolvedBy: 'Ada' });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.routeAttempt?.[1]).toMatchObject({ wanted: { rule: 'more_capable', than: 'small' } });
    for (const inputs of [run.trace.calls.planAttempt, run.trace.calls.editAttempt]) {
      expect(inputs).toMatchObject([
        { attempt: 1, guidance: null, previousFailure: null, contextFactor: 1 },
        {
          attempt: 2,
          guidance: 'Use a map.',
          previousFailure: expect.stringContaining('Failing: sum') as string,
          contextFactor: 1.5,
          plan: 'mend',
        },
      ]);
    }
    const parameters = { guidance: 'Use a map.' };
    expect(run.trace.closed).toMatchObject([
      { id: escalationId, option: 'retry_different_approach', resolvedBy: 'Ada', parameters },
    ]);
    expect(run.trace.decisions).toMatchObject([{ type: 'retry', agent: 'person', attempt: 1 }]);
    expectSound(run, 'completed');
  });

  it('takes the model that a person named', async () => {
    const run = await runs.start(failsThenAsks);
    await untilAsked(run);
    await answer(run, { option: 'retry_different_approach', model: 'large' });
    expect((await run.result()).status).toBe('completed');
    expect(run.trace.calls.routeAttempt?.[1]).toMatchObject({ wanted: { rule: 'named', name: 'large' } });
  });

  it('keeps its guidance for the attempts of the ladder that follow it', async () => {
    const run = await runs.start({
      verifyAttempt: (calls, input) =>
        verifyResult(input, calls < 2 ? testFailure : null, { repair: { repair: false, reason: '' } }),
      next: (attempt) =>
        attempt === 1
          ? { kind: 'escalate', trigger: 'attempts_used_up', reason: 'Asked.' }
          : { kind: 'same_model', reason: 'Again.' },
    });
    await untilAsked(run);
    await answer(run, { option: 'retry_different_approach', guidance: 'Use a map.' });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 3 });
    expect(run.trace.calls.planAttempt?.map(({ guidance }) => guidance)).toEqual([null, 'Use a map.', 'Use a map.']);
  });
});

describe('pivot_solution', () => {
  it('is a new attempt that leaves the plan', async () => {
    const run = await runs.start(failsThenAsks);
    await untilAsked(run);
    await answer(run, { option: 'pivot_solution' });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.planAttempt).toMatchObject([
      { plan: 'mend' },
      { plan: 'discard', contextFactor: 1, previousFailure: expect.stringContaining('Failing: sum') as string },
    ]);
    expect(run.trace.calls.routeAttempt?.[1]).toMatchObject({ wanted: { rule: 'more_capable', than: 'scripted' } });
    expectSound(run, 'completed');
  });
});

describe('amend_upstream', () => {
  const conflicting = { ...failsOnce, ...asks('conflicting_requirements') };

  it('parks the order until it is told to go on, then begins anew from the newest base', async () => {
    const order: string[] = [];
    const run = await runs.start({
      ...conflicting,
      moveToNewestBase: () => {
        order.push('moved');
        return { baseCommit: 'd'.repeat(40) };
      },
      routeAttempt: (calls) => {
        order.push(`attempt ${calls + 1}`);
        return routeTo('scripted');
      },
    });
    await untilAsked(run);
    await answer(run, { option: 'amend_upstream', upstream: 'the contract of the cart' });
    await untilWaiting(run, 'upstream');
    expect(run.trace.events.at(-1)?.details['reason']).toContain('the contract of the cart');
    expect(run.trace.decisions).toMatchObject([{ type: 'skip', output: { waitsFor: 'upstream' } }]);
    expect(order).toEqual(['attempt 1']);
    await run.handle.signal(messages.continueWorkOrder);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(order).toEqual(['attempt 1', 'moved', 'attempt 2']);
    expect(run.trace.calls.planAttempt?.[1]).toMatchObject({ attempt: 2, plan: 'mend' });
    expectSound(run, 'completed');
  });

  it('goes on when the named order is done, and not before', async () => {
    const upstreamOrderId = randomUUID();
    let isDone = false;
    const run = await runs.start({ ...conflicting, isOrderDone: () => isDone });
    await untilAsked(run);
    await answer(run, { option: 'amend_upstream', upstreamOrderId });
    await untilWaiting(run, 'upstream');
    await untilCalled(run, 'isOrderDone', 1);
    await run.handle.signal(messages.dependencyEnded);
    await untilCalled(run, 'isOrderDone', 2);
    expect(await live(run)).toMatchObject({ waitingFor: 'upstream' });
    expect(run.trace.calls.moveToNewestBase).toBeUndefined();
    isDone = true;
    await run.handle.signal(messages.dependencyEnded);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(new Set(run.trace.calls.isOrderDone?.map(({ orderId }) => orderId))).toEqual(new Set([upstreamOrderId]));
    expect(run.trace.calls.moveToNewestBase).toHaveLength(1);
    expectSound(run, 'completed');
  });

  it('does not go on because of a word that came before it was parked', async () => {
    const run = await runs.start(conflicting);
    await untilAsked(run);
    await run.handle.signal(messages.continueWorkOrder);
    await answer(run, { option: 'amend_upstream', upstream: 'a contract' });
    await untilWaiting(run, 'upstream');
    expect(await live(run)).toMatchObject({ status: 'waiting', waitingFor: 'upstream' });
    await run.handle.signal(messages.continueWorkOrder);
    expect((await run.result()).status).toBe('completed');
  });
});

describe('raise_budget', () => {
  it('raises the cap and goes on from the checkpoint: nothing is planned or edited again', async () => {
    const run = await runs.start({
      ...asks('budget_exceeded'),
      editAttempt: () => editResult(null, { commit: '5'.repeat(40) }),
      verifyAttempt: (calls, input) => verifyResult(input, calls === 0 ? testFailure : null),
      repairAttempt: () => editResult(outOfMoney, { files: 0 }),
    });
    await untilAsked(run);
    await answer(run, { option: 'raise_budget', costCapUsd: 7.5 });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    const { calls } = run.trace;
    expect(calls.raiseCostCap).toEqual([{ orderId: run.orderId, costCapUsdMicros: 7_500_000 }]);
    expect(calls.planAttempt).toHaveLength(1);
    expect(calls.editAttempt).toHaveLength(1);
    expect(calls.routeAttempt?.[1]).toMatchObject({ wanted: { rule: 'same', than: 'scripted' } });
    expect(calls.verifyAttempt?.[1]).toMatchObject({ attempt: 2, round: 0, commit: '5'.repeat(40), fingerprints: [] });
    expect(run.trace.closed).toMatchObject([{ option: 'raise_budget', parameters: { costCapUsd: 7.5 } }]);
    expectSound(run, 'completed');
  });

  it('plans nothing again but edits when the money was gone before there was a change', async () => {
    const run = await runs.start({
      editAttempt: (calls) => (calls === 0 ? editResult(outOfMoney, { files: 0 }) : editResult(null)),
    });
    await untilAsked(run);
    expect(run.trace.opened).toMatchObject([{ trigger: 'budget_exceeded', hasChange: false }]);
    await answer(run, { option: 'raise_budget', costCapUsd: 7 });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.planAttempt).toHaveLength(1);
    expect(run.trace.calls.editAttempt?.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('plans again when the money was gone before there was a plan', async () => {
    const run = await runs.start({
      planAttempt: (calls) => {
        if (calls === 0) throw toFailure(new AppError('budget-exceeded', 'The cap is reached.')) as Error;
        return { summary: 'A plan', files: [], findings: [], cycles: 1, failure: null };
      },
    });
    await untilAsked(run);
    await answer(run, { option: 'raise_budget', costCapUsd: 7 });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.planAttempt).toHaveLength(2);
    expectSound(run, 'completed');
  });
});

describe('accept_as_is', () => {
  it('publishes the change as a draft with its failure, whoever answered by signal', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    await run.handle.signal(messages.resolveEscalation, { option: 'accept_as_is' });
    expect(await run.result()).toEqual({ status: 'needs_review', attempts: 1, pullRequestNumber: 7 });
    expect(run.trace.calls.publishAttempt).toMatchObject([{ failure: testFailure }]);
    expect(run.trace.closed).toMatchObject([{ option: 'accept_as_is', resolvedBy: 'signal' }]);
    expect(run.trace.calls.settleWorkOrder).toMatchObject([{ removesBranches: false }]);
    expectSound(run, 'needs_review');
  });

  it('ends as failed, with the reason, when the draft can not be published', async () => {
    const run = await runs.start({
      ...failsAlways,
      ...asks(),
      publishAttempt: () => {
        throw toFailure(new AppError('branch-taken', 'The branch holds other commits.')) as Error;
      },
    });
    await untilAsked(run);
    await answer(run, { option: 'accept_as_is' });
    expect((await run.result()).status).toBe('failed');
    const reason = expect.stringContaining('The branch holds other commits.') as string;
    expect(run.trace.events.at(-1)?.details).toMatchObject({ reason });
    expectSound(run, 'failed');
  });
});

describe('take_over', () => {
  it('publishes what there is, waits, and ends as needs_review when the person is done', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    await answer(run, { option: 'take_over' });
    await untilWaiting(run, 'person');
    expect(run.trace.calls.publishAttempt).toMatchObject([{ failure: testFailure }]);
    expect(run.trace.events.at(-1)?.details['reason']).toContain('ratchet/00000000-change');
    await run.handle.signal(messages.continueWorkOrder);
    expect(await run.result()).toEqual({ status: 'needs_review', attempts: 1, pullRequestNumber: 7 });
    expect(run.trace.calls.settleWorkOrder).toMatchObject([{ removesBranches: false }]);
    expectSound(run, 'needs_review');
  });

  it('has nothing to publish where nothing was changed, and waits all the same', async () => {
    const run = await runs.start({ ...asks(), editAttempt: () => editResult(outOfMoney, { files: 0 }) });
    await untilAsked(run);
    await answer(run, { option: 'take_over' });
    await untilWaiting(run, 'person');
    expect(run.trace.calls.publishAttempt).toBeUndefined();
    await run.handle.signal(messages.continueWorkOrder);
    expect((await run.result()).status).toBe('needs_review');
    expectSound(run, 'needs_review');
  });
});

describe('abort', () => {
  it('ends as failed, keeps the reason and removes the branches', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    await answer(run, { option: 'abort', note: 'Not needed any more.' });
    expect(await run.result()).toEqual({ status: 'failed', attempts: 1, pullRequestNumber: null });
    expect(run.trace.calls.settleWorkOrder).toEqual([{ orderId: run.orderId, removesBranches: true }]);
    expect(run.trace.closed).toMatchObject([{ option: 'abort', note: 'Not needed any more.' }]);
    const reason = expect.stringContaining('Failing: sum') as string;
    expect(run.trace.events.at(-1)?.details).toMatchObject({ reason });
    expectSound(run, 'failed');
  });
});
