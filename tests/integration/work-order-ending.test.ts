import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { workOrderWorkflowId } from '../../workflows/contract.ts';
import { runGuarded } from '../../tools/guarded-process.mjs';
import { addOrder, providerEnvironment, startEditingProvider } from '../support/editing-provider.ts';
import {
  callApi,
  createOrder,
  readOrder,
  waitForEnd,
  waitForEscalation,
  waitForEvent,
  type OrderAnswer,
} from '../support/orders.ts';
import { processesIn } from '../support/processes.ts';
import type { ProviderServer } from '../support/provider-server.ts';
import { greeterFiles, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** From the answer of the API to a settled end. */
const cancelMs = 15_000;

// Longer than the waits inside, so that a failing one says what it waited for.
vi.setConfig({ testTimeout: 120_000 });

let stack: TestStack;
let provider: ProviderServer;
let repository: string;

beforeAll(async () => {
  provider = await startEditingProvider(({ step, word }) =>
    step === 'edit' && word === 'hanging' ? { hang: true } : undefined,
  );
  stack = await startTestStack({ environment: providerEnvironment(provider) });
  repository = await makeRepository(join(stack.stateDirectory, 'repositories/greeter'));
}, 120_000);

afterAll(async () => {
  await stack.close();
  await provider.close();
});

function workspacesOf(order: OrderAnswer): string {
  return join(stack.stateDirectory, 'workspaces', order.id);
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
  expect(await database.escalation.count({ where: { ...where, state: 'open' } })).toBe(0);
  expect(await database.pullRequest.count({ where })).toBe(0);
  // A call that was cut off may be billed: it keeps its reservation, with the reason.
  expect(await database.modelCall.count({ where: { ...where, state: 'reserved', errorCode: null } })).toBe(0);
}

describe('cancelling an order', () => {
  it('while its model hangs ends the editor and settles everything within 15 s', async () => {
    const order = await createOrder(stack, addOrder(repository, 'hanging'));
    await waitFor('edit at the provider', async () =>
      provider.calls.some(({ text }) => text.includes('Change: Add hanging')),
    );
    expect((await processesIn(workspacesOf(order))).some(({ commandLine }) => commandLine.includes('aider'))).toBe(
      true,
    );
    await expectSettledCancel(order, 'edit');
  });

  it('while its tests run ends them with a grandchild in a session of its own, within 15 s', async () => {
    const sleepy = await makeRepository(join(stack.stateDirectory, 'repositories/sleepy'), {
      ...greeterFiles,
      'test/greet.test.js': [
        "import { spawn } from 'node:child_process';",
        "import { test } from 'node:test';",
        "test('sleeps', () => new Promise((resolve) => {",
        "  process.on('SIGTERM', () => undefined);",
        "  spawn('sleep', ['9871'], { detached: true, stdio: 'ignore' }).on('exit', resolve);",
        '}));',
        '',
      ].join('\n'),
    });
    const order = await createOrder(stack, addOrder(sleepy, 'sleeping'));
    await waitForEvent(stack, order.id, { type: 'step_started', step: 'verify' });
    await waitFor('grandchild of the test', async () =>
      (await processesIn(workspacesOf(order))).some(({ commandLine }) => commandLine === 'sleep 9871'),
    );
    await expectSettledCancel(order, 'verify');
  });

  it('while it waits for a person closes its question', async () => {
    const order = await createOrder(stack, unprovable('waiting'));
    const escalation = await waitForEscalation(stack, order.id);
    expect((await callApi(stack, `/work-orders/${order.id}/cancel`, { body: {} })).status).toBe(202);
    expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'cancelled', openEscalationId: null });
    const closed = await stack.database.escalation.findUniqueOrThrow({ where: { id: escalation.id } });
    expect(closed).toMatchObject({ state: 'resolved', resolvedBy: 'work order' });
    expect(existsSync(workspacesOf(order))).toBe(false);
  });
});

describe("a signal of Temporal's own command line", () => {
  it('answers an escalation as an update does, and one that was not offered changes nothing', async () => {
    const order = await createOrder(stack, unprovable('aborted'));
    await waitForEscalation(stack, order.id);
    await signal(order, { option: 'increase_budget' });
    await signal(order, { option: 'abort' });
    expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'failed', attempt: 1, pullRequest: null });
    expect(await stack.database.escalation.findMany({ where: { workOrderId: order.id } })).toMatchObject([
      { state: 'resolved', chosenOption: 'abort', resolvedBy: 'signal' },
    ]);
    const refused = await callApi(stack, `/work-orders/${order.id}/cancel`, { body: {} });
    expect(refused.status).toBe(409);
    expect((await readOrder(stack, order.id)).status).toBe('failed');
  });
});

/** An order whose criterion no edit meets. */
function unprovable(word: string): object {
  return { ...addOrder(repository, word), acceptanceCriteria: [{ text: 'It is impossible.', command: 'false' }] };
}

async function signal(order: OrderAnswer, answer: object): Promise<void> {
  const target = ['--workflow-id', workOrderWorkflowId(order.id), '--address', stack.temporalAddress];
  const message = ['--name', 'resolveEscalation', '--input', JSON.stringify(answer)];
  const sent = await runGuarded({
    command: stack.temporalProgram,
    args: ['workflow', 'signal', ...target, ...message],
    env: { HOME: stack.stateDirectory },
  });
  expect(sent.exitCode, sent.stderr).toBe(0);
}
