import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { messages } from '../../workflows/contract.ts';
import type { WorkOrderRuns } from '../support/work-order-runs.ts';
import {
  answer,
  expectSound,
  failsOnce,
  live,
  namesOf,
  startRuns,
  untilAsked,
  untilCalled,
  untilWaiting,
} from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

const ready = { state: 'ready' as const, reason: 'Everything it depends on is done.' };
const waiting = { state: 'waiting' as const, reason: 'It waits for work order #2.' };
const blocked = { state: 'blocked' as const, reason: 'It depends on work order #2, which will not be completed.' };

describe('an order that depends on others', () => {
  it('waits until they are done, and is told when to look', async () => {
    let state: typeof ready | typeof waiting = waiting;
    const run = await runs.start({ readDependencies: () => state });
    await untilWaiting(run, 'dependency');
    expect(run.trace.calls.routeAttempt).toBeUndefined();
    expect(run.trace.events.at(-1)).toMatchObject({ type: 'waiting', details: { reason: waiting.reason } });
    expect(run.trace.decisions).toMatchObject([
      { type: 'skip', attempt: null, reason: waiting.reason, output: { waitsFor: 'dependency' } },
    ]);
    await run.handle.signal(messages.dependencyEnded);
    await untilCalled(run, 'readDependencies', 2);
    expect(await live(run)).toMatchObject({ waitingFor: 'dependency' });
    expect(run.trace.calls.routeAttempt).toBeUndefined();
    state = ready;
    await run.handle.signal(messages.dependencyEnded);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(namesOf(run).slice(0, 4)).toEqual(['started', 'waiting', 'resumed', 'step_started route']);
    expectSound(run, 'completed');
  });

  it('begins at once when they are done', async () => {
    const run = await runs.start({ readDependencies: () => ready });
    expect((await run.result()).status).toBe('completed');
    expect(run.trace.calls.readDependencies).toHaveLength(1);
    expect(run.trace.decisions).toEqual([]);
  });

  it('does not miss the word that comes before it waits', async () => {
    const run = await runs.start(
      { readDependencies: (calls) => (calls === 0 ? waiting : ready) },
      { firstSignal: { name: messages.dependencyEnded, args: [] } },
    );
    expect((await run.result()).status).toBe('completed');
    expectSound(run, 'completed');
  });

  it('asks a person when they will never be done, and begins no attempt', async () => {
    const run = await runs.start({ readDependencies: () => blocked });
    await untilAsked(run);
    expect(run.trace.decisions).toMatchObject([
      { type: 'skip', reason: blocked.reason, output: { waitsFor: 'dependency' } },
    ]);
    expect(run.trace.opened).toMatchObject([
      { attempt: 0, trigger: 'dependency_failed', failedStep: null, hasChange: false },
    ]);
    const options = (await live(run)).escalation?.options.map(({ option }) => option);
    expect(options).toContain('amend_upstream');
    expect(options).not.toContain('accept_as_is');
    await answer(run, { option: 'abort' });
    expect(await run.result()).toEqual({ status: 'failed', attempts: 0, pullRequestNumber: null });
    expect(run.trace.outcomes).toEqual([]);
    expect(run.trace.calls.settleWorkOrder).toMatchObject([{ removesBranches: true }]);
    expectSound(run, 'failed');
  });

  it('asks a person also when they fail while it waits', async () => {
    const run = await runs.start({ readDependencies: (calls) => (calls === 0 ? waiting : blocked) });
    await untilWaiting(run, 'dependency');
    await run.handle.signal(messages.dependencyEnded);
    await untilAsked(run);
    await answer(run, { option: 'abort' });
    await run.result();
    expectSound(run, 'failed');
  });

  it('parks when a person wants them amended, then begins from the newest base once they are done', async () => {
    const run = await runs.start({ readDependencies: (calls) => (calls === 0 ? blocked : ready) });
    await untilAsked(run);
    await answer(run, { option: 'amend_upstream', upstream: 'work order #2' });
    await untilWaiting(run, 'upstream');
    await run.handle.signal(messages.continueWorkOrder);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.calls.moveToNewestBase).toHaveLength(1);
    expect(run.trace.calls.planAttempt).toMatchObject([{ attempt: 1 }]);
    expectSound(run, 'completed');
  });

  it('begins in spite of them, with the guidance and the model that a person gave', async () => {
    const run = await runs.start({ readDependencies: () => blocked });
    await untilAsked(run);
    await answer(run, { option: 'retry_different_approach', guidance: 'Do without it.', model: 'large' });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.calls.routeAttempt).toMatchObject([{ wanted: { rule: 'named', name: 'large' } }]);
    expect(run.trace.calls.planAttempt).toMatchObject([{ guidance: 'Do without it.', contextFactor: 1.5 }]);
    expect(run.trace.decisions).toMatchObject([{ type: 'skip' }, { type: 'retry', attempt: null }]);
    expectSound(run, 'completed');
  });
});

describe('a place to work', () => {
  it('that is not free is waited for without a paid step, and taken when it is granted', async () => {
    let granted = false;
    const run = await runs.start({ takeSlot: () => ({ granted, reason: 'Two orders work on this repository.' }) });
    await untilWaiting(run, 'slot');
    expect(run.trace.calls.planAttempt).toBeUndefined();
    expect(run.trace.calls.measureBaseline).toBeUndefined();
    expect(run.trace.decisions).toMatchObject([{ type: 'skip', attempt: 1, output: { waitsFor: 'slot' } }]);
    expect(run.trace.decisions[0]?.reason).toBe('Two orders work on this repository.');
    await run.handle.signal(messages.slotGranted);
    await untilCalled(run, 'takeSlot', 2);
    expect(await live(run)).toMatchObject({ waitingFor: 'slot' });
    expect(run.trace.calls.planAttempt).toBeUndefined();
    granted = true;
    await run.handle.signal(messages.slotGranted);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expectSound(run, 'completed');
  });

  it('that is granted while the run asks for it is not waited for in vain', async () => {
    const run = await runs.start({
      takeSlot: async (calls) => {
        if (calls === 0) await run.handle.signal(messages.slotGranted);
        return { granted: calls > 0, reason: 'No room.' };
      },
    });
    expect((await run.result()).status).toBe('completed');
    expect(run.trace.calls.takeSlot).toHaveLength(2);
    expectSound(run, 'completed');
  });

  it('is asked for in each attempt, for the model of that attempt', async () => {
    const run = await runs.start(failsOnce);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    const claim = { orderId: run.orderId, model: 'scripted' };
    expect(run.trace.calls.takeSlot).toEqual([claim, claim]);
  });
});
