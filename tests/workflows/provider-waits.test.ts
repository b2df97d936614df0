import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { messages } from '../../workflows/contract.ts';
import { editResult, type Script, type StartedRun, type WorkOrderRuns } from '../support/work-order-runs.ts';
import { asks, expectSound, live, namesOf, startRuns, untilAsked, untilWaiting } from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

const plan = { summary: 'A plan', files: [], findings: [], cycles: 1, failure: null };
const away = 'Anthropic cannot be reached (HTTP 529). Those who could stand in did not answer either.';
const goOn = (run: StartedRun) => run.handle.signal(messages.continueWorkOrder);

/** The plan fails that often, then it is made. */
function planFails(code: ErrorCode, times: number): Script {
  return {
    planAttempt: (calls) => {
      if (calls < times) throw toFailure(new AppError(code, away)) as Error;
      return plan;
    },
  };
}

describe('a step whose model providers are all away', () => {
  it.each(['provider-unavailable', 'provider-rate-limited', 'provider-timeout', 'provider-stream-broken'] as const)(
    'waits with the reason, and the same run goes on with the same step: %s',
    async (code) => {
      const run = await runs.start(planFails(code, 1));
      await untilWaiting(run, 'provider');
      expect(await live(run)).toMatchObject({ status: 'waiting', step: 'plan', attempt: 1 });
      expect(run.trace.events.at(-1)).toMatchObject({ type: 'waiting', waitingFor: 'provider' });
      expect(run.trace.decisions).toMatchObject([{ type: 'skip', reason: away, output: { waitsFor: 'provider' } }]);
      await goOn(run);
      expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
      expect(namesOf(run).filter((name) => name === 'step_started plan')).toHaveLength(2);
      expect(run.trace.outcomes).toMatchObject([{ attempt: 1, failure: null }]);
      expectSound(run, 'completed');
    },
  );

  it('waits also when it was the editor that got no answer', async () => {
    const failure = failureOf('provider-unavailable', away);
    const run = await runs.start({
      editAttempt: (calls) => editResult(calls === 0 ? failure : null, calls === 0 ? { files: 0 } : {}),
    });
    await untilWaiting(run, 'provider');
    await goOn(run);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('fails after two waits when each call came to no end in its time, because each may be billed', async () => {
    const run = await runs.start({ ...planFails('provider-timeout', 9), ...asks() });
    for (let waits = 0; waits < 2; waits += 1) {
      await untilWaiting(run, 'provider');
      await goOn(run);
    }
    await untilAsked(run);
    expect(run.trace.outcomes).toMatchObject([{ failure: { rule: 'typed:provider-timeout' }, failedStep: 'plan' }]);
  });

  it('does not wait for what waiting does not mend', async () => {
    const run = await runs.start({ ...planFails('provider-unauthorized', 9), ...asks() });
    await untilAsked(run);
    expect(namesOf(run)).not.toContain('waiting');
  });

  it('can be cancelled while it waits', async () => {
    const run = await runs.start(planFails('provider-unavailable', 9));
    await untilWaiting(run, 'provider');
    await run.handle.signal(messages.cancelWorkOrder);
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
  });
});

describe('a step for which there is no money left in the day or the month', () => {
  it('waits for money, and goes on when a person says so', async () => {
    const run = await runs.start(planFails('budget-limit-reached', 1));
    await untilWaiting(run, 'budget');
    await goOn(run);
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
  });
});
