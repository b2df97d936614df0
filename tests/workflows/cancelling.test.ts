import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { messages } from '../../workflows/contract.ts';
import {
  untilCancelled,
  verifyResult,
  type Script,
  type ScriptedActivity,
  type StartedRun,
  type WorkOrderRuns,
} from '../support/work-order-runs.ts';
import {
  answer,
  asks,
  expectSound,
  failsAlways,
  gate,
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

const cancel = (run: StartedRun) => run.handle.signal(messages.cancelWorkOrder);
const pauseSignal = { name: messages.pauseWorkOrder, args: ['order'] };
const needsRepair: Script = { verifyAttempt: (_calls, input) => verifyResult(input, testFailure) };

async function expectCancelled(run: StartedRun): Promise<void> {
  expect((await run.result()).status).toBe('cancelled');
  expect(run.trace.calls.settleWorkOrder).toEqual([{ orderId: run.orderId, removesBranches: true }]);
  expectSound(run, 'cancelled');
}

describe('cancelling while a step runs', () => {
  const steps = [
    'routeAttempt',
    'planAttempt',
    'editAttempt',
    'verifyAttempt',
    'repairAttempt',
    'publishAttempt',
  ] as const;

  it.each(steps)('ends it, records the outcome and settles: %s', async (step) => {
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const held = { [step]: () => untilCancelled(() => resolve(undefined)) } as Script;
    const run = await runs.start({ ...(step === 'repairAttempt' ? needsRepair : {}), ...held });
    await started;
    await cancel(run);
    await expectCancelled(run);
    expect(run.trace.outcomes).toMatchObject([
      { attempt: 1, failedStep: step.replace('Attempt', ''), failure: { rule: 'typed:cancelled' } },
    ]);
    expect(run.trace.opened).toEqual([]);
  });

  it("by Temporal's own means does the same", async () => {
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const run = await runs.start({ editAttempt: () => untilCancelled(() => resolve(undefined)) });
    await started;
    await run.handle.cancel();
    await expectCancelled(run);
    expect(run.trace.outcomes).toHaveLength(1);
  });

  it('ends the measuring of the base commit, too, before anything is removed', async () => {
    const order: string[] = [];
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const run = await runs.start({
      planAttempt: () => untilCancelled(() => undefined),
      measureBaseline: () =>
        untilCancelled(() => resolve(undefined)).catch(async (error: unknown) => {
          await new Promise((wake) => setTimeout(wake, 1_000));
          order.push('measuring ended');
          throw error;
        }),
      settleWorkOrder: () => {
        order.push('settled');
      },
    });
    await started;
    await untilCalled(run, 'planAttempt', 1);
    await cancel(run);
    await expectCancelled(run);
    expect(order).toEqual(['measuring ended', 'settled']);
  });

  it('of the second attempt records two outcomes', async () => {
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const run = await runs.start({
      ...failsAlways,
      planAttempt: (calls) =>
        calls === 0
          ? { summary: 'A plan', files: [], findings: [], cycles: 1, failure: null }
          : untilCancelled(() => resolve(undefined)),
    });
    await started;
    await cancel(run);
    await expectCancelled(run);
    expect(run.trace.outcomes).toMatchObject([{ failedStep: 'verify' }, { failedStep: 'plan' }]);
  });

  it('that publishes an accepted draft records no second outcome', async () => {
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const run = await runs.start({
      ...failsAlways,
      ...asks(),
      publishAttempt: () => untilCancelled(() => resolve(undefined)),
    });
    await untilAsked(run);
    await answer(run, { option: 'accept_as_is' });
    await started;
    await cancel(run);
    await expectCancelled(run);
    expect(run.trace.outcomes).toMatchObject([{ failedStep: 'verify' }]);
  });
});

describe('cancelling an order that waits', () => {
  const notNow = () => ({ granted: false, reason: 'No room.' });
  const open = () => ({ state: 'waiting' as const, reason: 'It waits for #2.' });

  it('for a dependency ends it without an attempt', async () => {
    const run = await runs.start({ readDependencies: open });
    await untilWaiting(run, 'dependency');
    await cancel(run);
    await expectCancelled(run);
    expect(run.trace.outcomes).toEqual([]);
  });

  it('for a place ends it with the outcome of the attempt that had begun', async () => {
    const run = await runs.start({ takeSlot: notNow });
    await untilWaiting(run, 'slot');
    await cancel(run);
    await expectCancelled(run);
    expect(run.trace.outcomes).toMatchObject([
      { attempt: 1, failedStep: 'route', failure: { rule: 'typed:cancelled' } },
    ]);
  });

  it('because it is paused, before or in an attempt, ends it', async () => {
    const first = await runs.start({}, { firstSignal: pauseSignal });
    await untilWaiting(first, 'paused');
    await cancel(first);
    await expectCancelled(first);
    expect(first.trace.outcomes).toEqual([]);

    const held = gate();
    const second = await runs.start({
      planAttempt: () =>
        held.pass().then(() => ({ summary: 'A plan', files: [], findings: [], cycles: 1, failure: null })),
    });
    await held.reached;
    await second.handle.signal(messages.pauseWorkOrder, 'order');
    held.open();
    await untilWaiting(second, 'paused');
    await cancel(second);
    await expectCancelled(second);
    expect(second.trace.outcomes).toMatchObject([{ attempt: 1, failure: { rule: 'typed:cancelled' } }]);
  });

  it.each(['signal', 'cancel'] as const)('for an answer closes its escalation: %s', async (means) => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    const id = await untilAsked(run);
    await (means === 'signal' ? cancel(run) : run.handle.cancel());
    await expectCancelled(run);
    expect(run.trace.closed).toMatchObject([{ id, option: 'abort', resolvedBy: 'work order' }]);
    expect(run.trace.outcomes).toHaveLength(1);
  });

  it('for an answer about its dependencies closes that escalation', async () => {
    const run = await runs.start({ readDependencies: () => ({ state: 'blocked', reason: '#2 failed.' }) });
    await untilAsked(run);
    await cancel(run);
    await expectCancelled(run);
    expect(run.trace.closed).toMatchObject([{ option: 'abort', resolvedBy: 'work order' }]);
    expect(run.trace.outcomes).toEqual([]);
  });

  it('for what is upstream of it, or for a person, ends it with the answer that was given', async () => {
    const [parked, handedOver] = await Promise.all([
      runs.start({ ...failsAlways, ...asks('conflicting_requirements') }),
      runs.start({ ...failsAlways, ...asks() }),
    ]);
    await Promise.all([untilAsked(parked), untilAsked(handedOver)]);
    await answer(parked, { option: 'amend_upstream', upstream: 'a contract' });
    await answer(handedOver, { option: 'take_over' });
    await untilWaiting(parked, 'upstream');
    await untilWaiting(handedOver, 'person');
    await Promise.all([cancel(parked), cancel(handedOver)]);
    await expectCancelled(parked);
    await expectCancelled(handedOver);
    expect(parked.trace.closed).toMatchObject([{ option: 'amend_upstream' }]);
    expect(handedOver.trace.closed).toMatchObject([{ option: 'take_over' }]);
    for (const { trace } of [parked, handedOver]) expect(trace.outcomes).toHaveLength(1);
  });
});

describe('cancelling', () => {
  it('before the first step was begun is not lost', async () => {
    const run = await runs.start({}, { firstSignal: { name: messages.cancelWorkOrder, args: [] } });
    await expectCancelled(run);
    const begun = Object.keys(run.trace.calls) as ScriptedActivity[];
    expect(begun.filter((name) => name.endsWith('Attempt'))).toEqual([]);
    expect(run.trace.outcomes).toEqual([]);
  });

  it('at any moment leaves no open escalation, no attempt without an outcome and no gap in the events', async () => {
    const scripts: Script[] = [{ ...failsAlways, ...asks() }, {}, needsRepair];
    const many = await Promise.all(
      Array.from({ length: 24 }, async (_one, index) => {
        const run = await runs.start(scripts[index % scripts.length]);
        await new Promise((resolve) => setTimeout(resolve, index * 50));
        await cancel(run).catch(() => undefined);
        await run.result();
        return run;
      }),
    );
    for (const run of many) expectSound(run, run.trace.events.at(-1)?.status ?? 'queued');
  });
});
