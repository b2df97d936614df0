import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError } from '../../domain/errors.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import { editResult, verifyResult, type Script, type WorkOrderRuns } from '../support/work-order-runs.ts';
import { answer, asks, expectSound, live, namesOf, startRuns, testFailure, untilAsked } from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

const commitOf = (round: number) => String(round).repeat(40);

/** What each round's verification finds: a number of new errors, always other ones, and 0 for green. */
function findsErrors(...rounds: number[]): Script {
  return {
    editAttempt: () => editResult(null, { commit: commitOf(0) }),
    repairAttempt: (_calls, { round }) => editResult(null, { commit: commitOf(round) }),
    verifyAttempt: (_calls, input) => {
      const newErrors = rounds[input.round] ?? 0;
      if (newErrors === 0) return verifyResult(input, null);
      const failure = failureOfClass('test_fail', 'test', `${newErrors} tests fail.`);
      return verifyResult(input, failure, { newErrors, fingerprint: `errors of round ${input.round}` });
    },
  };
}

describe('a failed verification that is worth a repair', () => {
  it('is repaired from its checkpoint with its failure, and verified again', async () => {
    const run = await runs.start(findsErrors(3, 0));
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    const { repairAttempt, verifyAttempt, publishAttempt } = run.trace.calls;
    expect(repairAttempt).toMatchObject([
      {
        attempt: 1,
        round: 1,
        commit: commitOf(0),
        model: 'scripted',
        failure: { context: { message: '3 tests fail.' } },
      },
    ]);
    expect(verifyAttempt).toMatchObject([
      { round: 0, commit: commitOf(0), fingerprints: [] },
      { round: 1, commit: commitOf(1), fingerprints: ['errors of round 0'] },
    ]);
    expect(publishAttempt).toMatchObject([{ commit: commitOf(1), failure: null, verification: { round: 1 } }]);
    expect(run.trace.outcomes).toMatchObject([
      { failure: null, failedStep: null, commit: commitOf(1), repairRounds: 1 },
    ]);
    expect(namesOf(run).filter((name) => /(?:verify|repair)$/.test(name))).toEqual([
      'step_started verify',
      'step_failed verify',
      'step_started repair',
      'step_finished repair',
      'step_started verify',
      'step_finished verify',
    ]);
    expectSound(run, 'completed');
  });

  it('is repaired twice at most in an attempt', async () => {
    const run = await runs.start({ ...findsErrors(4, 3, 2, 1), ...asks() });
    await untilAsked(run);
    expect(run.trace.calls.repairAttempt?.map(({ round }) => round)).toEqual([1, 2]);
    expect(run.trace.calls.verifyAttempt?.map(({ round }) => round)).toEqual([0, 1, 2]);
    expect(run.trace.outcomes).toMatchObject([{ repairRounds: 2, failedStep: 'verify', commit: commitOf(2) }]);
    await answer(run, { option: 'abort' });
    await run.result();
    expectSound(run, 'failed');
  });

  it('is left when a repair brought the same errors again', async () => {
    const run = await runs.start({
      ...asks(),
      verifyAttempt: (_calls, input) => verifyResult(input, testFailure),
    });
    await untilAsked(run);
    expect(run.trace.calls.repairAttempt).toHaveLength(1);
    await answer(run, { option: 'abort' });
    await run.result();
  });

  it('has its two rounds in each attempt', async () => {
    const run = await runs.start({
      ...findsErrors(4, 3, 2),
      verifyAttempt: (_calls, input) =>
        input.attempt === 2 && input.round === 2
          ? verifyResult(input, null)
          : verifyResult(input, testFailure, { fingerprint: `errors of round ${input.round}` }),
    });
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls.repairAttempt?.map(({ attempt, round }) => [attempt, round])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
    expect(run.trace.outcomes).toMatchObject([{ repairRounds: 2 }, { repairRounds: 2, failure: null }]);
  });
});

describe('of several checkpoints', () => {
  const cases: [number[], number][] = [
    [[1, 5, 3], 0],
    [[5, 1, 3], 1],
    [[5, 3, 1], 2],
    [[2, 2, 2], 0],
  ];

  it.each(cases)('with %j new errors, that with the fewest is offered and published', async (errors, best) => {
    const run = await runs.start({ ...findsErrors(...errors), ...asks() });
    await untilAsked(run);
    const message = `${errors[best]} tests fail.`;
    expect(run.trace.outcomes).toMatchObject([
      { commit: commitOf(best), failedStep: 'verify', failure: { context: { message } } },
    ]);
    expect(run.trace.opened).toMatchObject([
      { failure: { context: { message } }, failedStep: 'verify', hasChange: true },
    ]);
    await answer(run, { option: 'accept_as_is' });
    expect((await run.result()).status).toBe('needs_review');
    expect(run.trace.calls.publishAttempt).toMatchObject([
      { commit: commitOf(best), verification: { round: best }, failure: { context: { message } } },
    ]);
    expectSound(run, 'needs_review');
  });
});

describe('a repair that fails', () => {
  const outOfMoney = failureOf('budget-exceeded', 'The cap of the order is reached.');
  const outOfTime = failureOf('step-timeout', 'The editor was stopped at its time limit.');
  const noChange = failureOf('provider-bad-answer', 'The editor changed no file.');
  const outside = failureOf('workspace-breach', 'The edit touched b.ts.');
  const silent = failureOfClass('unknown', 'editor-ended', 'The editor ended without asking.');

  async function recordOf(script: Script): Promise<{ failure: Failure | null; failedStep: string | null }> {
    const run = await runs.start({ ...findsErrors(3, 2), ...asks(), ...script });
    await untilAsked(run);
    const { lastFailure } = await live(run);
    await answer(run, { option: 'accept_as_is' });
    await run.result();
    expectSound(run, 'needs_review');
    // Lists and Temporal's UI tell of the same failure as the outcome.
    expect(lastFailure).toEqual(run.trace.outcomes[0]?.failure);
    expect(run.trace.calls.publishAttempt).toMatchObject([{ commit: commitOf(0), verification: { round: 0 } }]);
    const [outcome] = run.trace.outcomes;
    expect(outcome).toMatchObject({ repairRounds: 1, commit: commitOf(0) });
    return { failure: outcome?.failure ?? null, failedStep: outcome?.failedStep ?? null };
  }

  it.each([outOfMoney, outOfTime])('for money or time shows that: $rule', async (failure) => {
    const repairAttempt = () => editResult(failure, { files: 0, commit: commitOf(9) });
    expect(await recordOf({ repairAttempt })).toEqual({ failure, failedStep: 'repair' });
  });

  it('with a refusal of its provider shows that', async () => {
    const repairAttempt = () => {
      throw toFailure(new AppError('provider-unauthorized', 'The key is refused.')) as Error;
    };
    const { failure, failedStep } = await recordOf({ repairAttempt });
    expect(failedStep).toBe('repair');
    expect(failure).toMatchObject({ subReason: 'credentials' });
  });

  it.each([noChange, outside, silent])('because it was of no help shows what the gate said: $rule', async (failure) => {
    const repairAttempt = () => editResult(failure, { commit: commitOf(9) });
    const shown = await recordOf({ repairAttempt });
    expect(shown).toMatchObject({ failedStep: 'verify', failure: { context: { message: '3 tests fail.' } } });
  });

  it('to be verified leaves the checkpoint of which something is known', async () => {
    const usual = findsErrors(3);
    const shown = await recordOf({
      verifyAttempt: (calls, input) => {
        if (input.round === 0) return usual.verifyAttempt?.(calls, input) ?? verifyResult(input, null);
        throw toFailure(new AppError('checkpoint-missing', 'The checkpoint is gone.')) as Error;
      },
    });
    expect(shown).toMatchObject({ failedStep: 'verify', failure: { rule: 'typed:checkpoint-missing' } });
  });
});
