import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { workOrderWorkflowId } from '../../workflows/contract.ts';
import {
  addOrder,
  editBlock,
  providerEnvironment,
  startEditingProvider,
  stepOf,
  wrongEdit,
  type AskedStep,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import {
  callApi,
  createOrder,
  expectNothingLeft,
  readOrder,
  waitForEnd,
  waitForEscalation,
  waitForEvent,
  type OrderAnswer,
} from '../support/orders.ts';
import { processesIn } from '../support/processes.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { checkedFiles, git, greeterFiles, hangingTest, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { callTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

/** From the answer of the API to a settled end. */
const cancelMs = 15_000;

let stack: TestStack;
let provider: ProviderServer;
let repository: string;
let hanging: OrderAnswer;
let sleeping: OrderAnswer;
let mending: OrderAnswer;

// The orders that are cancelled in the middle of a step work at the same time: most of it is waiting.
beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  const environment = { ...providerEnvironment(provider), RATCHET_WORKSPACE_SLOTS: '3' };
  stack = await startTestStack({
    environment,
    policy: { attemptsMax: 1, repairRoundsMax: 1 },
    // That Aider leaves nothing either is in tests/e2e (ended in order) and tests/chaos/ (killed).
    editor: 'quick',
  });
  const folder = join(stack.stateDirectory, 'repositories');
  repository = await makeRepository(join(folder, 'greeter'), checkedFiles);
  const sleepy = await makeRepository(join(folder, 'sleepy'), {
    ...greeterFiles,
    'test/greet.test.js': hangingTest(9871),
  });
  hanging = await createOrder(stack, addOrder(repository, 'hanging'));
  sleeping = await createOrder(stack, addOrder(sleepy, 'sleeping'));
  mending = await createOrder(stack, addOrder(repository, 'mending'));
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

function replyTo({ step, word }: EditingQuestion): ProviderReply | undefined {
  if (step === 'repair') return { hang: true };
  if (step === 'plan') return undefined;
  if (word === 'hanging') return { hang: true };
  if (word === 'mending') return { text: wrongEdit(word) };
  return word === 'sleeping' ? undefined : { text: editBlock(`${word}.txt`, '', 'Not in scope.\n') };
}

function workspacesOf(order: OrderAnswer): string {
  return join(stack.stateDirectory, 'workspaces', order.id);
}

function isAsked(word: string, step: AskedStep): Promise<true> {
  return waitFor(`${step} of ${word} at the provider`, async () =>
    provider.calls.some((call) => stepOf(call) === step && call.text.includes(`Change: Add ${word}`)),
  );
}

/** Names of the branches that an order has, in the user's repository and in the forge. */
async function branchesOf({ id }: OrderAnswer): Promise<string[]> {
  const forge = join(stack.stateDirectory, 'forge');
  const places = [repository, ...(await readdir(forge)).map((name) => join(forge, name))];
  const pattern = `refs/heads/ratchet/${id.slice(0, 8)}-*`;
  const listed = await Promise.all(places.map((place) => git(place, 'for-each-ref', '--format=%(refname)', pattern)));
  return listed.flatMap((text) => text.split('\n')).filter((line) => line !== '');
}

/** Cancels an order in the middle of a step and asserts that all of it is settled. */
async function expectSettledCancel(order: OrderAnswer, step: string): Promise<void> {
  const workspaces = workspacesOf(order);
  expect(existsSync(workspaces)).toBe(true);
  const startedAtMs = performance.now();
  expect((await callApi(stack, `/work-orders/${order.id}/cancel`, { body: {} })).status).toBe(202);
  expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'cancelled', openEscalationId: null });
  expect(performance.now() - startedAtMs).toBeLessThan(cancelMs);
  expect(await processesIn(workspaces)).toEqual([]);
  expect(existsSync(workspaces)).toBe(false);
  const where = { workOrderId: order.id };
  const { database } = stack;
  const outcomes = await database.outcomeVector.findMany({ where });
  expect(outcomes).toMatchObject([{ attempt: 1, success: false, failureClass: 'unknown', failedStep: step }]);
  expect(await database.pullRequest.count({ where })).toBe(0);
  expect(await branchesOf(order)).toEqual([]);
  await expectNothingLeft(stack, order.id);
}

describe('cancelling an order', () => {
  it('while its model hangs ends the editor and settles everything within 15 s', async () => {
    await isAsked('hanging', 'edit');
    expect((await processesIn(workspacesOf(hanging))).some(({ commandLine }) => commandLine.includes('aider'))).toBe(
      true,
    );
    await expectSettledCancel(hanging, 'edit');
  });

  it('while its tests run ends them with a grandchild in a session of its own, within 15 s', async () => {
    await waitForEvent(stack, sleeping.id, { type: 'step_started', step: 'verify' });
    await waitFor('grandchild of the test', async () =>
      (await processesIn(workspacesOf(sleeping))).some(({ commandLine }) => commandLine === 'sleep 9871'),
    );
    await expectSettledCancel(sleeping, 'verify');
  });

  it('while a repair hangs ends the editor and settles everything within 15 s', async () => {
    await isAsked('mending', 'repair');
    expect((await processesIn(workspacesOf(mending))).some(({ commandLine }) => commandLine.includes('aider'))).toBe(
      true,
    );
    await expectSettledCancel(mending, 'repair');
  });

  it('while it waits for a person closes its question', async () => {
    const order = await createOrder(stack, addOrder(repository, 'waiting'));
    const escalation = await waitForEscalation(stack, order.id);
    expect(existsSync(workspacesOf(order))).toBe(true);
    expect((await callApi(stack, `/work-orders/${order.id}/cancel`, { body: {} })).status).toBe(202);
    expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'cancelled', openEscalationId: null });
    const closed = await stack.database.escalation.findUniqueOrThrow({ where: { id: escalation.id } });
    expect(closed).toMatchObject({ state: 'resolved', resolvedBy: 'work order' });
    expect(existsSync(workspacesOf(order))).toBe(false);
  });
});

describe("a signal of Temporal's own command line", () => {
  it('answers an escalation as an update does, and one that was not offered changes nothing', async () => {
    const order = await createOrder(stack, addOrder(repository, 'aborted'));
    const { message } = await waitForEscalation(stack, order.id);
    expect(existsSync(workspacesOf(order))).toBe(true);
    await signal(order, { option: 'increase_budget' });
    await signal(order, { option: 'abort' });
    expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'failed', attempt: 1, pullRequest: null });
    expect(await stack.database.escalation.findMany({ where: { workOrderId: order.id } })).toMatchObject([
      { state: 'resolved', chosenOption: 'abort', resolvedBy: 'signal' },
    ]);
    expect(existsSync(workspacesOf(order))).toBe(false);
    expect(await branchesOf(order)).toEqual([]);
    const ended = { workOrderId: order.id, type: 'ended' };
    const { payload } = await stack.database.workOrderEvent.findFirstOrThrow({ where: ended });
    expect(JSON.stringify(payload)).toContain(JSON.stringify(message).slice(1, -1));
    const refused = await callApi(stack, `/work-orders/${order.id}/cancel`, { body: {} });
    expect(refused.status).toBe(409);
    expect((await readOrder(stack, order.id)).status).toBe('failed');
  });
});

async function signal(order: OrderAnswer, answer: object): Promise<void> {
  const message = ['--name', 'resolveEscalation', '--input', JSON.stringify(answer)];
  const target = ['--workflow-id', workOrderWorkflowId(order.id)];
  const sent = await callTemporal(stack.runsIn, ['workflow', 'signal', ...target, ...message]);
  expect(sent.exitCode, sent.stderr).toBe(0);
}
