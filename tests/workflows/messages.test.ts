import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EscalationAnswer } from '../../domain/escalations/answer.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { messages } from '../../workflows/contract.ts';
import { editResult, type Script, type WorkOrderRuns } from '../support/work-order-runs.ts';
import {
  answer,
  asks,
  countEvents,
  expectSound,
  failsAlways,
  failsOnce,
  gate,
  live,
  startRuns,
  untilAsked,
  untilIdle,
} from './run-probes.ts';

let runs: WorkOrderRuns;

beforeAll(async () => {
  runs = await startRuns();
});

afterAll(() => runs.close());

const changesNothing: Script = {
  ...asks(),
  editAttempt: () => editResult(failureOf('step-timeout', 'Stopped.'), { files: 0 }),
};

describe('an answer by update', () => {
  const wrong: [string, unknown, string][] = [
    ['of an option that was not offered', { option: 'accept_as_is' }, 'option-not-offered'],
    ['of an option that does not exist', { option: 'nonsense' }, 'option-not-offered'],
    ['that is no object', 'abort', 'option-not-offered'],
    ['that is nothing', null, 'option-not-offered'],
    ['with a field of the wrong kind', { option: 'abort', note: 7 }, 'option-not-offered'],
    ['that raises the budget without a cap', { option: 'raise_budget' }, 'option-not-offered'],
    ['to another escalation', { option: 'abort', escalationId: 'another' }, 'escalation-closed'],
  ];

  it('that can not be taken is refused, leaves no event and changes nothing', async () => {
    const run = await runs.start(changesNothing);
    await untilAsked(run);
    await untilIdle(run);
    const before = { events: await countEvents(run), live: await live(run) };
    for (const [what, given, type] of wrong) {
      const refused = answer(run, given as EscalationAnswer);
      await expect(refused, what).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      await expect(refused, what).rejects.toMatchObject({ cause: { type } });
    }
    expect({ events: await countEvents(run), live: await live(run) }).toEqual(before);
    expect(run.trace.closed).toEqual([]);
    await answer(run, { option: 'abort' });
    expect((await run.result()).status).toBe('failed');
    expect(run.trace.closed).toHaveLength(1);
    expectSound(run, 'failed');
  });

  it('is taken once: of three that come together one counts, and the others are refused', async () => {
    const run = await runs.start({ ...failsOnce, ...asks() });
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
    const taken = (await run.handle.fetchHistory()).events?.filter(
      ({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted !== null && accepted !== undefined,
    );
    expect(taken, 'updates in the history').toHaveLength(1);
    expectSound(run, 'completed');
  });

  it('is refused before anybody was asked, and after the end', async () => {
    const planning = gate();
    const run = await runs.start({
      planAttempt: async () => {
        await planning.pass();
        return { summary: 'A plan', files: [], findings: [], cycles: 1, failure: null };
      },
    });
    await planning.reached;
    await expect(answer(run, { option: 'abort' })).rejects.toMatchObject({ cause: { type: 'escalation-closed' } });
    planning.open();
    expect((await run.result()).status).toBe('completed');
    const before = await countEvents(run);
    await expect(answer(run, { option: 'abort' })).rejects.toThrow();
    expect(await countEvents(run)).toBe(before);
  });

  it('that comes late, meant for an escalation that was answered, does not answer the next one', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    const first = await untilAsked(run, 1);
    await answer(run, { option: 'retry_different_approach', escalationId: first });
    const second = await untilAsked(run, 2);
    expect(second).not.toBe(first);
    const late = answer(run, { option: 'abort', escalationId: first });
    await expect(late).rejects.toMatchObject({ cause: { type: 'escalation-closed' } });
    expect(await live(run)).toMatchObject({ status: 'waiting', escalation: { id: second } });
    await answer(run, { option: 'accept_as_is', escalationId: second });
    expect(await run.result()).toMatchObject({ status: 'needs_review', attempts: 2 });
    expectSound(run, 'needs_review');
  });

  it('tells at once what it made of the run', async () => {
    const run = await runs.start({ ...failsAlways, ...asks() });
    await untilAsked(run);
    const { options, recommendation } = (await live(run)).escalation ?? {};
    expect(options?.map(({ option }) => option)).toContain('accept_as_is');
    expect(options?.map(({ option }) => option)).toContain(recommendation?.option);
    expect(await answer(run, { option: 'abort' })).toMatchObject({ attempt: 1 });
    await run.result();
  });
});

describe('an answer by signal', () => {
  it('that can not be taken leaves the run waiting', async () => {
    const run = await runs.start(changesNothing);
    await untilAsked(run);
    for (const given of [{ option: 'accept_as_is' }, { option: 'nonsense' }, 'abort', null, 7, ['abort']]) {
      await run.handle.signal(messages.resolveEscalation, given);
    }
    await run.handle.signal(messages.resolveEscalation);
    expect(await live(run)).toMatchObject({ status: 'waiting', waitingFor: 'escalation' });
    expect(run.trace.closed).toEqual([]);
    await run.handle.signal(messages.resolveEscalation, { option: 'abort' });
    expect((await run.result()).status).toBe('failed');
    expect(run.trace.closed).toHaveLength(1);
    expectSound(run, 'failed');
  });

  it('that comes before the question does not answer it', async () => {
    const first = { name: messages.resolveEscalation, args: [{ option: 'abort' }] };
    const run = await runs.start({ ...failsAlways, ...asks() }, { firstSignal: first });
    await untilAsked(run);
    expect(await live(run)).toMatchObject({ status: 'waiting', waitingFor: 'escalation' });
    await answer(run, { option: 'accept_as_is' });
    expect((await run.result()).status).toBe('needs_review');
  });
});

describe('words that nobody waits for', () => {
  it('change nothing', async () => {
    const planning = gate();
    const run = await runs.start({
      planAttempt: async () => {
        await planning.pass();
        return { summary: 'A plan', files: [], findings: [], cycles: 1, failure: null };
      },
    });
    await planning.reached;
    const { continueWorkOrder, slotGranted, dependencyEnded, resumeWorkOrder } = messages;
    for (const name of [continueWorkOrder, slotGranted, dependencyEnded]) await run.handle.signal(name);
    await run.handle.signal(resumeWorkOrder, 'order');
    await run.handle.signal(resumeWorkOrder, { scope: 'nonsense' });
    planning.open();
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.decisions).toEqual([]);
    expectSound(run, 'completed');
  });
});
