import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError } from '../../domain/errors.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { messages } from '../../workflows/contract.ts';
import {
  editResult,
  routeTo,
  verifyResult,
  type Script,
  type StartedRun,
  type WorkOrderRuns,
} from '../support/work-order-runs.ts';
import {
  answer,
  asks,
  expectSound,
  failsAlways,
  gate,
  live,
  namesOf,
  startRuns,
  testFailure,
  untilAsked,
  untilWaiting,
} from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

const pause = (run: StartedRun, scope: unknown = 'order') => run.handle.signal(messages.pauseWorkOrder, scope);
const resume = (run: StartedRun, scope: unknown = 'order') => run.handle.signal(messages.resumeWorkOrder, scope);
const plan = { summary: 'A plan', files: [], findings: [], cycles: 1, failure: null };
const published = { number: 7, branch: 'b', title: 't', diffStat: { files: 1, added: 1, removed: 0 } };

/** For each step: a script that holds the step before it, so that a pause can come in between. */
const before: Record<string, (pass: () => Promise<void>) => Script> = {
  plan: (pass) => ({ routeAttempt: () => pass().then(() => routeTo('scripted')) }),
  edit: (pass) => ({ planAttempt: () => pass().then(() => plan) }),
  verify: (pass) => ({ editAttempt: () => pass().then(() => editResult(null)) }),
  repair: (pass) => ({
    verifyAttempt: (calls, input) =>
      calls === 0 ? pass().then(() => verifyResult(input, testFailure)) : verifyResult(input, null),
  }),
  publish: (pass) => ({ verifyAttempt: (_calls, input) => pass().then(() => verifyResult(input, null)) }),
};

describe('a pause', () => {
  it.each(Object.keys(before))('before %s keeps that step from beginning until it is over', async (step) => {
    const held = gate();
    const run = await runs.start(before[step]?.(held.pass));
    await held.reached;
    await pause(run);
    expect(await live(run)).toMatchObject({ paused: true });
    held.open();
    await untilWaiting(run, 'paused');
    expect(namesOf(run)).not.toContain(`step_started ${step}`);
    expect(run.trace.calls[`${step}Attempt` as 'planAttempt']).toBeUndefined();
    expect(run.trace.events.at(-1)).toMatchObject({ type: 'waiting', status: 'waiting', waitingFor: 'paused' });
    expect(run.trace.decisions).toMatchObject([{ type: 'skip', attempt: 1, output: { waitsFor: 'paused' } }]);
    expect(run.trace.decisions[0]?.reason).toContain('paused');
    await resume(run);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    const names = namesOf(run);
    expect(names.filter((name) => name === `step_started ${step}`)).toHaveLength(1);
    expect(names.indexOf('resumed')).toBe(names.indexOf('waiting') + 1);
    expectSound(run, 'completed');
  });

  it('before the first step keeps the order from beginning at all', async () => {
    const run = await runs.start({}, { firstSignal: { name: messages.pauseWorkOrder, args: ['order'] } });
    await untilWaiting(run, 'paused');
    expect(run.trace.calls).toEqual({});
    expect(run.trace.decisions).toMatchObject([{ type: 'skip', attempt: null, output: { waitsFor: 'paused' } }]);
    await resume(run);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expectSound(run, 'completed');
  });

  it('by two must be released by both, in whatever order', async () => {
    for (const [first, second] of [
      ['order', 'all'],
      ['all', 'order'],
    ]) {
      const run = await runs.start({}, { firstSignal: { name: messages.pauseWorkOrder, args: ['order'] } });
      await pause(run, 'all');
      await untilWaiting(run, 'paused');
      await resume(run, first);
      expect(await live(run)).toMatchObject({ paused: true, waitingFor: 'paused' });
      await resume(run, first);
      expect(await live(run)).toMatchObject({ paused: true, waitingFor: 'paused' });
      expect(run.trace.calls.routeAttempt).toBeUndefined();
      await resume(run, second);
      expect((await run.result()).status).toBe('completed');
      expectSound(run, 'completed');
    }
  });

  it('that was taken back before the step was over delays nothing', async () => {
    const held = gate();
    const run = await runs.start(before['verify']?.(held.pass));
    await held.reached;
    await pause(run);
    await resume(run);
    held.open();
    expect((await run.result()).status).toBe('completed');
    expect(namesOf(run)).not.toContain('waiting');
  });

  it('while an escalation waits lets the answer through, and holds what follows from it', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    await pause(run);
    await answer(run, { option: 'accept_as_is' });
    await untilWaiting(run, 'paused');
    expect(run.trace.closed).toMatchObject([{ option: 'accept_as_is' }]);
    expect(run.trace.calls.publishAttempt).toBeUndefined();
    await resume(run);
    expect((await run.result()).status).toBe('needs_review');
    expect(run.trace.calls.publishAttempt).toHaveLength(1);
    expectSound(run, 'needs_review');
  });

  it('while an escalation waits holds the next attempt, too', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    await pause(run, 'all');
    await answer(run, { option: 'retry_different_approach' });
    await untilWaiting(run, 'paused');
    expect(run.trace.calls.routeAttempt).toHaveLength(1);
    await resume(run, 'all');
    await untilAsked(run, 2);
    await answer(run, { option: 'abort' });
    expect(await run.result()).toMatchObject({ status: 'failed', attempts: 2 });
    expectSound(run, 'failed');
  });

  it('does not keep an order from being aborted', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    await pause(run);
    await answer(run, { option: 'abort' });
    expect((await run.result()).status).toBe('failed');
    expectSound(run, 'failed');
  });
});

describe('a step that ends because all work is stopped', () => {
  const stopped = failureOf('all-stopped', 'All work is stopped.');
  const throwStopped = () => {
    throw toFailure(new AppError('all-stopped', 'All work is stopped.')) as Error;
  };
  const scripts: Record<string, Script> = {
    plan: { planAttempt: (calls) => (calls === 0 ? throwStopped() : plan) },
    edit: { editAttempt: (calls) => (calls === 0 ? editResult(stopped, { files: 0 }) : editResult(null)) },
    repair: {
      verifyAttempt: (calls, input) => verifyResult(input, calls === 0 ? testFailure : null),
      repairAttempt: (calls) => (calls === 0 ? editResult(stopped, { files: 0 }) : editResult(null)),
    },
    publish: { publishAttempt: (calls) => (calls === 0 ? throwStopped() : published) },
  };

  it.each(Object.keys(scripts))('is done again when that is over, in the same attempt: %s', async (step) => {
    const run = await runs.start(scripts[step]);
    await untilWaiting(run, 'paused');
    expect(await live(run)).toMatchObject({ paused: true });
    expect(run.trace.decisions).toMatchObject([{ type: 'skip', reason: 'All work is stopped.' }]);
    await resume(run, 'order');
    expect(await live(run)).toMatchObject({ waitingFor: 'paused' });
    await resume(run, 'all');
    expect(await run.result()).toEqual({ status: 'completed', attempts: 1, pullRequestNumber: 7 });
    const ofStep = namesOf(run).filter((name) => name.endsWith(` ${step}`));
    expect(ofStep).toEqual([
      `step_started ${step}`,
      `step_failed ${step}`,
      `step_started ${step}`,
      `step_finished ${step}`,
    ]);
    expect(run.trace.outcomes).toMatchObject([{ failure: null, failedStep: null }]);
    expectSound(run, 'completed');
  });

  it('publishes the same thing the second time: a stop makes no draft of it', async () => {
    const run = await runs.start(scripts['publish']);
    await untilWaiting(run, 'paused');
    await resume(run, 'all');
    await run.result();
    expect(run.trace.calls.publishAttempt?.map(({ failure }) => failure)).toEqual([null, null]);
  });

  it('goes on at once when the stop was over before the run knew of it', async () => {
    const run = await runs.start({ ...scripts['plan'], isAllStopped: () => false });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.calls.planAttempt).toHaveLength(2);
    expectSound(run, 'completed');
  });
});
