import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { workOrderWorkflowId } from '../../workflows/contract.ts';
import { makeLightExample } from '../support/light-example.ts';
import {
  bundledOrder,
  createOrder,
  currentDetailsOf,
  historyLength,
  resolveEscalation,
  runOf,
  searchAttributesOf,
  waitForEnd,
  waitForEscalation,
  type OrderAnswer,
} from '../support/orders.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const repairByAider = { title: 'Keep line breaks when wrapping', if: 'does not pass its checks' };

let stack: TestStack;
let repository: string;
let truncate: OrderAnswer;
let keepLineBreaks: OrderAnswer;
let acceptWidthZero: OrderAnswer;
let unproven: OrderAnswer;

// All orders at once: while one waits for a person, the others work.
beforeAll(async () => {
  // What cannot be done asks after one attempt: the ladder is in work-order-limits.test.ts.
  stack = await startTestStack({
    policy: { attemptsMax: 1, repairRoundsMax: 1 },
    editor: { aiderFor: ['Add a truncate function', repairByAider] },
  });
  // What each kind of gate proves of the whole example is seen at a first start, in tests/e2e.
  repository = await makeLightExample(stack.stateDirectory);
  const create = async (name: string) => createOrder(stack, { ...(await bundledOrder(name)), repository });
  truncate = await create('add-truncate');
  keepLineBreaks = await create('keep-line-breaks');
  acceptWidthZero = await create('accept-width-zero');
  const order = (await bundledOrder('add-truncate')) as { acceptanceCriteria: { id: string; text: string }[] };
  const acceptanceCriteria = order.acceptanceCriteria.map(({ id, text }) => ({ id, text }));
  const title = 'Add a truncate function, without commands';
  unproven = await createOrder(stack, { ...order, repository, title, acceptanceCriteria });
});

afterAll(() => stack.close());

describe('the first bundled order', () => {
  it('ends as completed with exactly one pull request that ticks every proven criterion', async () => {
    const ended = await waitForEnd(stack, truncate.id);
    expect(ended).toMatchObject({ status: 'completed', failureClass: null, openEscalationId: null });
    const pullRequests = await stack.database.pullRequest.findMany({ where: { workOrderId: truncate.id } });
    expect(pullRequests).toHaveLength(1);
    const [{ body, draft, state, diff } = { body: '', draft: null, state: null, diff: '' }] = pullRequests;
    expect({ draft, state }).toEqual({ draft: false, state: 'open' });
    expect(Array.from(body.matchAll(/^- \[(.)\] (\w+)/gm), ([, mark, id]) => [id, mark])).toEqual([
      ['AC1', 'x'],
      ['AC2', 'x'],
      ['AC3', 'x'],
    ]);
    expect(body).toContain('Scripted model');
    expect(body.trimEnd().split('\n').length).toBeLessThan(60);
    expect(Array.from(diff.matchAll(/^\+\+\+ b\/(.*)$/gm), ([, path]) => path)).toEqual([
      'src/index.ts',
      'src/truncate.ts',
      'test/truncate.test.ts',
    ]);
  });

  it('leaves one outcome, its decisions, a checkpoint after each step and a settled ledger', async () => {
    const where = { workOrderId: truncate.id };
    const { database } = stack;
    const outcomes = await database.outcomeVector.findMany({ where });
    expect(outcomes).toMatchObject([{ attempt: 1, success: true, failureClass: null, diffFiles: 3 }]);
    const decisions = await database.decisionLog.findMany({ where, orderBy: { createdAt: 'asc' } });
    expect(decisions.map(({ type }) => type)).toEqual(['routing', 'refinement_cycle']);
    const checkpoints = await database.checkpoint.findMany({ where });
    const steps = ['edit', 'plan', 'publish', 'record', 'route', 'verify'];
    expect(checkpoints.map(({ step }) => step).sort()).toEqual(steps);
    const calls = await database.modelCall.findMany({ where, orderBy: { createdAt: 'asc' } });
    expect(calls).toMatchObject([
      { step: 'plan', state: 'settled', provider: 'scripted' },
      { step: 'edit', state: 'settled', provider: 'scripted' },
    ]);
    expect(await database.modelAnswer.count({ where })).toBe(0);
    // Read from Aider's own analytics log: at most 1 % off, or the line would be another one.
    const log = await readFile(join(stack.stateDirectory, 'logs/worker.log'), 'utf8');
    const [counted] = log
      .split('\n')
      .filter((line) => line.includes('tokens as the gateway') && line.includes(truncate.id));
    expect(JSON.parse(counted ?? 'null')).toMatchObject({
      gateway: { inputTokens: calls[1]?.inputTokens, outputTokens: calls[1]?.outputTokens },
    });
    const gates = await database.gateResult.findMany({ where, orderBy: { position: 'asc' } });
    expect(gates.map(({ gate, outcome }) => `${gate} ${outcome}`)).toEqual(['test passed']);
  });

  it('counts its events without a gap and ends them with its status', async () => {
    const events = await stack.database.workOrderEvent.findMany({
      where: { workOrderId: truncate.id },
      orderBy: { sequence: 'asc' },
    });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'ended', payload: { status: 'completed' } });
  });

  it('leaves no workspace behind', async () => {
    expect(await readdir(join(stack.stateDirectory, 'workspaces'))).not.toContain(truncate.id);
  });

  it("can be read in Temporal's own tools, in less than 200 events and 150 kB", async () => {
    const handle = runOf(stack, truncate.id);
    const described = await handle.describe();
    expect(described.historyLength).toBeLessThan(200);
    expect(described.historySize).toBeLessThan(150_000);
    const { number } = await stack.database.pullRequest.findFirstOrThrow({ where: { workOrderId: truncate.id } });
    expect(await searchAttributesOf(stack, truncate.id)).toMatchObject({
      RatchetStatus: 'completed',
      Attempt: 1,
      PullRequest: number,
      Model: 'scripted',
      Repository: repository,
    });
    expect(await described.staticSummary()).toContain('Add a truncate function');
    expect(await currentDetailsOf(stack, truncate.id)).toContain('**Status:** completed');
    const found = stack.temporal.workflow.list({ query: 'RatchetStatus = "completed" AND Model = "scripted"' });
    const ids: string[] = [];
    for await (const { workflowId } of found) ids.push(workflowId);
    expect(ids).toContain(workOrderWorkflowId(truncate.id));
  });
});

describe('an order whose criteria no command proves', () => {
  it('has them reviewed in one call that is paid like every other, ticks none, and waits for a look', async () => {
    expect(await waitForEnd(stack, unproven.id)).toMatchObject({ status: 'needs_review', failureClass: null });
    const where = { workOrderId: unproven.id };
    const calls = await stack.database.modelCall.findMany({ where, orderBy: { createdAt: 'asc' } });
    expect(calls.map(({ step, state }) => `${step} ${state}`)).toEqual([
      'plan settled',
      'edit settled',
      'review settled',
    ]);
    const { body } = await stack.database.pullRequest.findFirstOrThrow({ where });
    expect(
      body.match(
        /^- \[ \] AC\d: .* \(not proven, but reviewed by the scripted model, .* `src\/truncate\.ts:[79]`\)$/gm,
      ),
    ).toHaveLength(3);
    const { acceptance } = await stack.database.outcomeVector.findFirstOrThrow({ where });
    expect(acceptance).toMatchObject([
      { name: 'architecture' },
      {
        name: 'completeness',
        score: 5,
        reasons: expect.arrayContaining([expect.stringContaining('AC3: not proven, but reviewed')]) as string[],
      },
      { name: 'tests', score: 10, reasons: ['100 % of the changed lines are covered by tests.'] },
      { name: 'readability' },
      { name: 'build' },
    ]);
  });
});

describe('an order whose edit breaks a test', () => {
  it('is repaired in the same attempt, with what the failing test said, and completed', async () => {
    expect(await waitForEnd(stack, keepLineBreaks.id)).toMatchObject({
      status: 'completed',
      attempt: 1,
      pullRequest: { draft: false },
    });
    const where = { workOrderId: keepLineBreaks.id };
    const { database } = stack;
    const outcomes = await database.outcomeVector.findMany({ where });
    expect(outcomes).toMatchObject([{ attempt: 1, success: true, failureClass: null, repairRounds: 1 }]);
    expect(await database.escalation.count({ where })).toBe(0);
    expect(await database.pullRequest.count({ where })).toBe(1);
    const calls = await database.modelCall.findMany({ where, orderBy: { createdAt: 'asc' } });
    expect(calls.map(({ step }) => step)).toEqual(['plan', 'edit', 'repair']);
    const orderBy = [{ round: 'asc' as const }, { position: 'asc' as const }];
    const gates = await database.gateResult.findMany({ where: { ...where, gate: 'test' }, orderBy });
    expect(gates).toMatchObject([
      { round: 0, outcome: 'failed', output: expect.stringContaining('is empty for an empty text') as string },
      { round: 1, outcome: 'passed' },
    ]);
    const checkpoints = await database.checkpoint.findMany({ where });
    expect(checkpoints.map(({ step, round }) => `${step} ${round}`).sort()).toEqual([
      'edit 0',
      'plan 0',
      'publish 0',
      'record 0',
      'repair 1',
      'route 0',
      'verify 0',
      'verify 1',
    ]);
  });
});

describe('an order that cannot be done', () => {
  it('asks a person, with the class, the name of the test and what it said, and waits', async () => {
    const escalation = await waitForEscalation(stack, acceptWidthZero.id);
    expect(escalation).toMatchObject({ failureClass: 'test_fail', state: 'open', trigger: 'attempts_used_up' });
    expect(escalation.message + escalation.excerpt).toContain('refuses a width that is no positive whole number');
    expect(escalation.excerpt).toMatch(/AssertionError|Missing expected exception/);
    const offered = escalation.options.map(({ option }) => option).sort();
    expect(offered).toEqual(['abort', 'accept_as_is', 'pivot_solution', 'retry_different_approach', 'take_over']);
    const described = await runOf(stack, acceptWidthZero.id).describe();
    expect(described.status.name).toBe('RUNNING');
    expect(await searchAttributesOf(stack, acceptWidthZero.id)).toMatchObject({
      EscalationState: 'open',
      FailureClass: 'test_fail',
    });
    expect(await currentDetailsOf(stack, acceptWidthZero.id)).toContain('**Waits for a person.**');
  });

  it('refuses an option that is not offered with 422 and an unknown escalation, without an event in its history', async () => {
    const { id } = await waitForEscalation(stack, acceptWidthZero.id);
    const before = await historyLength(stack, acceptWidthZero.id);
    expect((await resolveEscalation(stack, id, { option: 'increase_budget' })).status).toBe(422);
    const run = runOf(stack, acceptWidthZero.id);
    // Around the API, as a client that races it would: the run itself refuses too.
    const send = (answer: object) => run.executeUpdate('resolveEscalation', { args: [answer] });
    await expect(send({ option: 'increase_budget' })).rejects.toMatchObject({ cause: { type: 'option-not-offered' } });
    await expect(send({ option: 'abort', escalationId: 'another' })).rejects.toMatchObject({
      cause: { type: 'escalation-closed' },
    });
    expect(await historyLength(stack, acceptWidthZero.id)).toBe(before);
  });

  it('goes on in the same run when a person answers, and becomes a draft when it is accepted as it is', async () => {
    const { runId } = await runOf(stack, acceptWidthZero.id).describe();
    const { id } = await waitForEscalation(stack, acceptWidthZero.id);
    const answer = { option: 'accept_as_is' };
    expect((await resolveEscalation(stack, id, answer)).status).toBe(200);
    expect((await resolveEscalation(stack, id, { option: 'abort' })).status).toBe(409);
    const ended = await waitForEnd(stack, acceptWidthZero.id);
    expect(ended).toMatchObject({ status: 'needs_review', attempt: 1, pullRequest: { draft: true } });
    expect((await runOf(stack, acceptWidthZero.id).describe()).runId).toBe(runId);
    const where = { workOrderId: acceptWidthZero.id };
    const pullRequests = await stack.database.pullRequest.findMany({ where });
    expect(pullRequests).toHaveLength(1);
    expect(pullRequests[0]?.body).toContain('- [ ] AC1');
    expect(pullRequests[0]?.body).toContain('Draft, not proven');
    expect(await stack.database.escalation.findMany({ where })).toMatchObject([
      { id, state: 'resolved', chosenOption: 'accept_as_is', resolvedBy: 'local operator' },
    ]);
  });

  it('answers a second answer with 409, without an event in its history', async () => {
    const where = { workOrderId: acceptWidthZero.id };
    const escalation = await stack.database.escalation.findFirstOrThrow({ where });
    // The records tell its end before the run itself has come to it.
    await runOf(stack, acceptWidthZero.id).result();
    const before = await historyLength(stack, acceptWidthZero.id);
    expect((await resolveEscalation(stack, escalation.id, { option: 'abort' })).status).toBe(409);
    expect(await historyLength(stack, acceptWidthZero.id)).toBe(before);
  });
});
