import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  editBlock,
  providerEnvironment,
  startEditingProvider,
  stepOf,
  type AskedStep,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import { makePerson } from '../support/operator.ts';
import { callApi, createOrder, readOrder, waitForEnd, type OrderAnswer } from '../support/orders.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** Longer than an order needs from one step to the next. */
const quietMs = 3_000;

let stack: TestStack;
let provider: ProviderServer;
/** The others on the same repository; the last one depends on the third. */
let orders: OrderAnswer[];
let stopped: OrderAnswer;
let dependency: OrderAnswer;
let dependent: OrderAnswer;
const answered = Promise.withResolvers<undefined>();

beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  const environment = { ...providerEnvironment(provider), RATCHET_WORKSPACE_SLOTS: '3' };
  stack = await startTestStack({ environment, policy: { admission: { perRepositoryMax: 1 } }, editor: 'quick' });
  const repository = await makeRepository(join(stack.stateDirectory, 'repositories/greeter'));
  // Nobody's work begins before all of them are there.
  await stopAll();
  stopped = await createOrder(stack, { ...addOrder(repository, 'stopped'), priority: 1 });
  const second = await createOrder(stack, addOrder(repository, 'second'));
  // Two of the orders belong to somebody else.
  const { token } = await makePerson(stack.database, 'operator');
  dependency = await createOrder(stack, addOrder(repository, 'dependency'), token);
  const dependsOn = [{ workOrder: dependency.number, kind: 'hard' }];
  dependent = await createOrder(stack, { ...addOrder(repository, 'dependent'), dependsOn }, token);
  orders = [stopped, second, dependency, dependent];
});

afterAll(async () => {
  answered.resolve(undefined);
  await stack.close();
  await provider.close();
});

/** The edit of `stopped` takes two calls: its first answer comes late and names lines that are not there. */
async function replyTo({ call, step, word }: EditingQuestion): Promise<ProviderReply | undefined> {
  if (word !== 'stopped' || step !== 'edit' || call.text.includes('failed to match')) return undefined;
  await answered.promise;
  return { text: editBlock('src/stopped.js', 'not there\n', 'nothing\n') };
}

function callsOf(word: string, step: AskedStep): number {
  const calls = provider.calls.filter((call) => stepOf(call) === step);
  return calls.filter(({ text }) => text.includes(`: Add ${word}\n`)).length;
}

async function stopAll(): Promise<void> {
  const { status } = await callApi(stack, '/stop-all', { body: { reason: 'A test stops everything.' } });
  expect(status).toBe(200);
}

async function goOn(): Promise<void> {
  expect((await callApi(stack, '/stop-all', { method: 'DELETE' })).status).toBe(200);
}

async function isPaused({ id }: OrderAnswer): Promise<boolean> {
  return (await readOrder(stack, id)).waitingFor === 'paused';
}

/** When an order worked, from its plan to its publication, as milliseconds since the epoch. */
async function timeOfWork({ id }: OrderAnswer): Promise<{ fromMs: number; toMs: number }> {
  const events = await stack.database.workOrderEvent.findMany({ where: { workOrderId: id } });
  const at = (type: string, step: string) => {
    const found = events.find((event) => event.type === type && (event.payload as { step?: string }).step === step);
    return found?.at.getTime() ?? Number.NaN;
  };
  return { fromMs: at('step_started', 'plan'), toMs: at('step_finished', 'publish') };
}

describe('stopping all work', () => {
  it('holds orders that are created meanwhile before they ask a model', async () => {
    await waitFor('paused order', () => isPaused(stopped));
    await waitFor('order that waits', async () => (await readOrder(stack, dependent.id)).waitingFor === 'dependency');
    const owners = await stack.database.workOrder.groupBy({ by: ['ownerId'], _count: true });
    expect(owners.map(({ _count }) => _count)).toEqual([2, 2]);
    await sleep(quietMs);
    expect(provider.calls).toEqual([]);
    await goOn();
  });

  it('during an edit refuses its next paid call, and the edit is done again when it is over', async () => {
    await waitFor('edit at the provider', async () => callsOf('stopped', 'edit') === 1);
    await stopAll();
    answered.resolve(undefined);
    await waitFor('pause after the edit', async () => isPaused(stopped));
    const asked = provider.calls.length;
    await sleep(quietMs);
    expect(provider.calls).toHaveLength(asked);
    await goOn();
    expect(await waitForEnd(stack, stopped.id)).toMatchObject({ status: 'completed', attempt: 1 });
    // What was paid before the stop is not asked again.
    expect([callsOf('stopped', 'plan'), callsOf('stopped', 'edit')]).toEqual([1, 2]);
    expect(await stack.database.outcomeVector.count({ where: { workOrderId: stopped.id } })).toBe(1);
  });
});

describe('orders of two owners on one repository with one place', () => {
  it('work one at a time, and all of them are completed', async () => {
    const ended = await Promise.all(orders.map(({ id }) => waitForEnd(stack, id)));
    expect(ended.map(({ status }) => status)).toEqual(orders.map(() => 'completed'));
    const times = (await Promise.all(orders.map(timeOfWork))).sort((a, b) => a.fromMs - b.fromMs);
    for (const [index, { toMs }] of times.entries()) {
      expect(toMs).toBeLessThanOrEqual(times[index + 1]?.fromMs ?? Infinity);
    }
    const skips = await stack.database.decisionLog.findMany({ where: { type: 'skip' } });
    expect(skips.map(({ output }) => (output as { waitsFor: string }).waitsFor)).toContain('slot');
    expect(await stack.database.slot.count()).toBe(0);
  });

  it('begin after what they depend on is completed', async () => {
    const { at } = await stack.database.workOrderEvent.findFirstOrThrow({
      where: { workOrderId: dependency.id, type: 'ended' },
    });
    expect((await timeOfWork(dependent)).fromMs).toBeGreaterThanOrEqual(at.getTime());
    const where = { workOrderId: dependent.id, type: 'skip' as const };
    const skips = await stack.database.decisionLog.findMany({ where });
    expect(skips.map(({ output }) => (output as { waitsFor: string }).waitsFor)).toContain('dependency');
  });
});
