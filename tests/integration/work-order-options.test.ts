import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  providerEnvironment,
  startEditingProvider,
  stepOf,
  wrongEdit,
  type AskedStep,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import {
  answerEscalation,
  callApi,
  createOrder,
  expectNothingLeft,
  readOrder,
  waitForEnd,
  waitForEscalation,
  type OrderAnswer,
} from '../support/orders.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { changedFiles, checkedFiles, git, makeRepository } from '../support/repositories.ts';
import { askAtOnce, startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const guidance = 'A constant says its own name.';
const contract = 'contract.md';

let stack: TestStack;
let provider: ProviderServer;
let repository: string;
let upstream: string;
let guided: OrderAnswer;
let accepted: OrderAnswer;
let taken: OrderAnswer;
let amended: OrderAnswer;
let capped: OrderAnswer;
/** The folders of orders that have a workspace while both are edited. */
let atOnce: string[] = [];
const bothEdited = Promise.withResolvers<undefined>();
const edited = new Set<string>();

// How an order is aborted, and what is left of it then, is in work-order-ending.test.ts.
beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  stack = await startTestStack({ environment: providerEnvironment(provider), policy: askAtOnce, editor: 'quick' });
  const folder = join(stack.stateDirectory, 'repositories');
  repository = await makeRepository(join(folder, 'checked'), checkedFiles);
  upstream = await makeRepository(join(folder, 'upstream'), checkedFiles);
  guided = await createOrder(stack, addOrder(repository, 'guided'));
  capped = await createOrder(stack, { ...addOrder(repository, 'capped'), costCapUsd: 0.1 });
  amended = await createOrder(stack, addOrder(upstream, 'amended'));
  accepted = await createOrder(stack, addOrder(repository, 'accepted'));
  taken = await createOrder(stack, addOrder(repository, 'taken'));
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

/** Every change fails its test, but where a person gave guidance; two orders have a plan of their own. */
async function replyTo({ call, step, word }: EditingQuestion): Promise<ProviderReply | undefined> {
  if (step === 'plan') return replyToPlan(word, call.text);
  if (word === 'amended' || word === 'capped' || call.text.includes(guidance)) return undefined;
  if (word === 'accepted' || word === 'taken') await untilBothAreEdited(word);
  return { text: wrongEdit(word) };
}

/** Orders that could not be edited at the same time would wait here for ever. */
async function untilBothAreEdited(word: string): Promise<void> {
  edited.add(word);
  if (edited.size === 2 && atOnce.length === 0) {
    atOnce = await readdir(join(stack.stateDirectory, 'workspaces'));
    bothEdited.resolve(undefined);
  }
  await bothEdited.promise;
}

function replyToPlan(word: string, text: string): ProviderReply | undefined {
  const files = [{ path: `src/${word}.js`, intent: 'The constant.', isNew: true }];
  const plan = { summary: `Add ${word}.`, files, criteriaCovered: ['AC1'] };
  // The plan takes so much of the cap that no edit fits into what is left.
  if (word === 'capped') return { text: JSON.stringify(plan), usage: { inputTokens: 60_000, outputTokens: 100 } };
  if (word !== 'amended' || text.includes(contract)) return undefined;
  return { text: JSON.stringify({ ...plan, conflicts: ['The contract is missing.'] }) };
}

function callsOf(word: string, step: AskedStep): string[] {
  const calls = provider.calls.filter((call) => stepOf(call) === step);
  return calls.map(({ text }) => text).filter((text) => text.includes(`: Add ${word}\n`));
}

async function pullRequestsOf({ id }: OrderAnswer) {
  return stack.database.pullRequest.findMany({ where: { workOrderId: id } });
}

/** What a pull request changes, as git says it. */
async function filesChangedBy(order: OrderAnswer): Promise<string[]> {
  const [pullRequest] = await pullRequestsOf(order);
  const { forgeLocation = '', headCommit = '', baseCommit = '' } = pullRequest ?? {};
  return changedFiles(forgeLocation, baseCommit, headCommit);
}

/** Waits until an order is parked, and tells it to go on. */
async function continueFrom({ id }: OrderAnswer, waitingFor: string): Promise<void> {
  await waitFor(`parked order ${id}`, async () => (await readOrder(stack, id)).waitingFor === waitingFor);
  expect((await callApi(stack, `/work-orders/${id}/continue`, {})).status).toBe(202);
}

describe('an order whose change fails its test', () => {
  it('is planned from scratch by pivot_solution, with the old plan as the one not to follow', async () => {
    const answer = { option: 'pivot_solution' };
    const first = await answerEscalation(stack, { orderId: guided.id }, answer);
    expect(first).toMatchObject({ failureClass: 'test_fail', trigger: 'attempts_used_up' });
    const second = await waitForEscalation(stack, guided.id, 2);
    expect(second.id).not.toBe(first.id);
    expect(callsOf('guided', 'plan')[1]).toContain(
      'Solve it in another way than this plan, which led nowhere: Add guided in a file of its own.',
    );
  });

  it('is solved by retry_different_approach, whose guidance reaches plan and edit, in the same run', async () => {
    const answer = { option: 'retry_different_approach', guidance };
    await answerEscalation(stack, { orderId: guided.id, attempt: 2 }, answer);
    const ended = await waitForEnd(stack, guided.id);
    expect(ended).toMatchObject({ status: 'completed', attempt: 3, pullRequest: { draft: false } });
    for (const step of ['plan', 'edit'] as const) {
      const told = callsOf('guided', step).map((text) => text.includes(`A person adds: ${guidance}`));
      expect(told).toEqual([false, false, true]);
      expect(callsOf('guided', step)[2]).toContain('each constant says its own name');
    }
    const where = { workOrderId: guided.id };
    const outcomes = await stack.database.outcomeVector.findMany({ where, orderBy: { attempt: 'asc' } });
    expect(outcomes.map(({ success, failureClass }) => [success, failureClass])).toEqual([
      [false, 'test_fail'],
      [false, 'test_fail'],
      [true, null],
    ]);
    const escalations = await stack.database.escalation.findMany({ where, orderBy: { createdAt: 'asc' } });
    expect(escalations).toMatchObject([
      { chosenOption: 'pivot_solution' },
      { chosenOption: 'retry_different_approach', resolvedBy: 'local operator' },
    ]);
    expect(await pullRequestsOf(guided)).toHaveLength(1);
    await expectNothingLeft(stack, guided.id);
  });

  it('becomes a draft that says that it is not proven by accept_as_is', async () => {
    await answerEscalation(stack, { orderId: accepted.id }, { option: 'accept_as_is' });
    const ended = await waitForEnd(stack, accepted.id);
    expect(ended).toMatchObject({ status: 'needs_review', attempt: 1, pullRequest: { draft: true } });
    const [pullRequest, ...more] = await pullRequestsOf(accepted);
    expect(more).toEqual([]);
    expect(pullRequest?.body).toContain('Draft, not proven');
    expect(pullRequest?.body).toContain('- [ ] AC1');
    const { forgeLocation = '', headCommit = '' } = pullRequest ?? {};
    expect(await git(forgeLocation, 'show', `${headCommit}:src/accepted.js`)).toBe(
      "export const accepted = 'wrong';\n",
    );
  });

  it('is handed over as a branch by take_over, and waits until the person is done', async () => {
    await answerEscalation(stack, { orderId: taken.id }, { option: 'take_over' });
    await waitFor('wait for the person', async () => (await readOrder(stack, taken.id)).waitingFor === 'person');
    const [{ forgeLocation, headBranch, headCommit } = { forgeLocation: '', headBranch: '', headCommit: '' }] =
      await pullRequestsOf(taken);
    expect((await git(forgeLocation, 'rev-parse', headBranch)).trim()).toBe(headCommit);
    await continueFrom(taken, 'person');
    const ended = await waitForEnd(stack, taken.id);
    expect(ended).toMatchObject({ status: 'needs_review', attempt: 1, pullRequest: { draft: true, headBranch } });
    expect((await git(forgeLocation, 'rev-parse', headBranch)).trim()).toBe(headCommit);
    expect(existsSync(join(stack.stateDirectory, 'workspaces', taken.id))).toBe(false);
  });
});

describe('two orders on one repository', () => {
  it('are edited at the same time, and each branch holds its own change alone', async () => {
    expect(atOnce).toEqual(expect.arrayContaining([accepted.id, taken.id]));
    expect(await filesChangedBy(accepted)).toEqual(['src/accepted.js']);
    expect(await filesChangedBy(taken)).toEqual(['src/taken.js']);
    const ended = await Promise.all([accepted, taken].map(({ id }) => readOrder(stack, id)));
    expect(new Set(ended.map(({ pullRequest }) => pullRequest?.headBranch)).size).toBe(2);
    // The user's own repository was only read.
    expect((await git(repository, 'branch', '--list')).trim()).toBe('* main');
    expect(await git(repository, 'status', '--porcelain')).toBe('');
  });
});

describe('an order whose money is used up', () => {
  it('goes on from its plan by raise_budget, and does not pay for it twice', async () => {
    const answer = { option: 'raise_budget', costCapUsd: 1 };
    const escalation = await answerEscalation(stack, { orderId: capped.id }, answer);
    expect(escalation).toMatchObject({ failureClass: 'budget_exceeded', trigger: 'budget_exceeded' });
    expect(await waitForEnd(stack, capped.id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(callsOf('capped', 'plan')).toHaveLength(1);
    expect(callsOf('capped', 'edit')).toHaveLength(1);
    const outcomes = await stack.database.outcomeVector.findMany({
      where: { workOrderId: capped.id },
      orderBy: { attempt: 'asc' },
    });
    expect(outcomes).toMatchObject([
      { success: false, failureClass: 'budget_exceeded', failedStep: 'edit' },
      { success: true },
    ]);
    await expectNothingLeft(stack, capped.id);
  });
});

describe('an order that contradicts what is there', () => {
  it('parks by amend_upstream, and begins again at the newest commit of its base branch', async () => {
    const before = (await git(upstream, 'rev-parse', 'HEAD')).trim();
    const answer = { option: 'amend_upstream', upstream: 'the contract' };
    const escalation = await answerEscalation(stack, { orderId: amended.id }, answer);
    expect(escalation.trigger).toBe('conflicting_requirements');
    expect(escalation.message).toContain('The contract is missing.');
    await writeFile(join(upstream, contract), 'What was missing.\n');
    await git(upstream, 'add', contract);
    await git(upstream, 'commit', '--quiet', '--message', 'The contract');
    await continueFrom(amended, 'upstream');
    expect(await waitForEnd(stack, amended.id)).toMatchObject({ status: 'completed', attempt: 2 });
    const after = (await git(upstream, 'rev-parse', 'HEAD')).trim();
    expect(after).not.toBe(before);
    const [{ forgeLocation, baseCommit, headCommit } = { forgeLocation: '', baseCommit: '', headCommit: '' }] =
      await pullRequestsOf(amended);
    expect(baseCommit).toBe(after);
    expect((await git(forgeLocation, 'rev-parse', `${headCommit}^`)).trim()).toBe(after);
    expect(callsOf('amended', 'plan')[1]).toContain(contract);
  });
});
