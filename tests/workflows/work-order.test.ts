import { ApplicationFailure } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { excerptLengthMax } from '../../domain/failures/failure-class.ts';
import { gateKinds } from '../../domain/gates/gate.ts';
import { verifyResult, type WorkOrderRuns } from '../support/work-order-runs.ts';
import { answer, asks, expectSound, namesOf, startRuns, testFailure, untilAsked } from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

describe('a work order', () => {
  it('goes through its steps once each, records one outcome and ends as completed', async () => {
    const run = await runs.start();
    expect(await run.result()).toEqual({ status: 'completed', attempts: 1, pullRequestNumber: 7 });
    expect(namesOf(run)).toEqual([
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
    const outcome = { attempt: 1, failure: null, commit: 'c'.repeat(40), refinementCycles: 1, repairRounds: 0 };
    expect(run.trace.outcomes).toMatchObject([outcome]);
    expect(run.trace.outcomes[0]?.route).toMatchObject({ model: 'scripted' });
    expect(run.trace.calls.measureBaseline).toHaveLength(1);
    expect(run.trace.calls.takeSlot).toEqual([{ orderId: run.orderId, model: 'scripted' }]);
    expect(run.trace.calls.settleWorkOrder).toEqual([{ orderId: run.orderId, removesBranches: false }]);
    expect(run.trace.decisions).toEqual([]);
    expectSound(run, 'completed');
  });

  it('needs a review when nothing proved a criterion', async () => {
    const proofs = [{ id: 'AC1', verdict: 'unproven' as const, proof: 'not proven' }];
    const run = await runs.start({ verifyAttempt: (_calls, input) => verifyResult(input, null, { proofs }) });
    expect((await run.result()).status).toBe('needs_review');
    expectSound(run, 'needs_review');
  });

  it('needs a review when its acceptance score does not pass, and is completed when it does', async () => {
    const scored = (score: number, passes: boolean) =>
      runs.start({
        verifyAttempt: (_calls, input) => verifyResult(input, null, { acceptance: { score, passes, parts: [] } }),
      });
    const [low, high] = await Promise.all([scored(6.9, false), scored(7, true)]);
    expect((await low.result()).status).toBe('needs_review');
    expect((await high.result()).status).toBe('completed');
    expect(low.trace.outcomes).toMatchObject([{ failure: null, acceptance: { score: 6.9 } }]);
    expectSound(low, 'needs_review');
    expectSound(high, 'completed');
  });

  it('has one run however many start it at once', async () => {
    const first = await runs.start();
    const many = await Promise.all(Array.from({ length: 100 }, () => runs.start({}, { orderId: first.orderId })));
    const described = await Promise.all(many.slice(0, 5).map(({ handle }) => handle.describe()));
    expect(new Set(described.map(({ runId }) => runId)).size).toBe(1);
    await first.result();
    expect(first.trace.outcomes).toHaveLength(1);
    expectSound(first, 'completed');
  });

  it('ends although its workspaces cannot be removed', async () => {
    const settleWorkOrder = () => {
      throw ApplicationFailure.nonRetryable('The disk is gone.');
    };
    const run = await runs.start({ settleWorkOrder });
    expect((await run.result()).status).toBe('completed');
    expectSound(run, 'completed');
  });

  it('tells those that depend on it only when it has settled and its end is written', async () => {
    const seen: string[] = [];
    const run = await runs.start({
      settleWorkOrder: () => {
        seen.push('settled');
      },
      announceEnd: () => {
        seen.push(namesOf(run).at(-1) ?? '');
      },
    });
    await run.result();
    expect(seen).toEqual(['settled', 'ended']);
  });
});

describe('the history of an attempt with one repair and an escalation', () => {
  it('has fewer than 200 events and 150 kB, with the longest failures and all gates', async () => {
    const excerpt = 'e'.repeat(excerptLengthMax);
    const failure = { ...testFailure, context: { ...testFailure.context, excerpt } };
    const gates = gateKinds.map((kind) => ({
      kind,
      command: `npm run ${kind}`,
      outcome: 'passed' as const,
      reason: 'It ended with 0.',
      exitCode: 0,
      durationMs: 1_000,
    }));
    // The same errors after the first repair: no second one.
    const run = await runs.start({
      ...asks(),
      verifyAttempt: (_calls, input) => verifyResult(input, failure, { gates }),
    });
    await untilAsked(run);
    await answer(run, { option: 'accept_as_is' });
    expect((await run.result()).status).toBe('needs_review');
    expect(run.trace.outcomes).toMatchObject([{ repairRounds: 1 }]);
    expectSound(run, 'needs_review');
    const { historyLength, historySize = 0 } = await run.handle.describe();
    expect(historyLength).toBeGreaterThan(50);
    expect(historyLength).toBeLessThan(200);
    expect(historySize).toBeGreaterThan(10_000);
    expect(historySize).toBeLessThan(150_000);
  });
});
