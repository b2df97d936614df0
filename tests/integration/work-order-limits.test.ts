import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  providerEnvironment,
  startEditingProvider,
  stepOf,
  wrongEdit,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import { createOrder, waitForEscalation, type OrderAnswer } from '../support/orders.ts';
import { processesIn } from '../support/processes.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { checkedFiles, greeterFiles, hangingTest, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** Longer than the tests take on the base commit, on a slow machine too. */
const testTimeoutMs = 12_000;
/** No model answers so soon: from the second worker on none answers at all. */
const editTimeoutMs = 1_000;
const ladder = { attemptsMax: 2, repairRoundsMax: 1 };

let stack: TestStack;
let provider: ProviderServer;
let sleeping: OrderAnswer;
let mending: OrderAnswer;

// Whether a step is too slow is decided by the worker's policy: a first one is patient with the editor, a second is not.
beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  stack = await startTestStack({
    environment: { ...providerEnvironment(provider), RATCHET_WORKSPACE_SLOTS: '3' },
    policy: { ...ladder, gateTimeoutMs: { test: testTimeoutMs } },
    editor: 'quick',
  });
  const folder = join(stack.stateDirectory, 'repositories');
  const sleepy = await makeRepository(join(folder, 'sleepy'), {
    ...greeterFiles,
    'test/greet.test.js': hangingTest(9873),
  });
  const checked = await makeRepository(join(folder, 'checked'), checkedFiles);
  sleeping = await createOrder(stack, addOrder(sleepy, 'sleeping'));
  mending = await createOrder(stack, addOrder(checked, 'mending'));
  await waitFor('repair of one order and second plan of the other', async () => {
    const isRepairing = provider.calls.some((call) => stepOf(call) === 'repair');
    const plans = provider.calls.filter((call) => stepOf(call) === 'plan' && call.text.includes('Add sleeping'));
    return isRepairing && plans.length === 2;
  });
  await stack.stopWorker();
  await stack.startWorker(await stack.writePolicy({ ...ladder, editTimeoutMs }));
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

function replyTo({ call, step, word }: EditingQuestion): ProviderReply | undefined {
  // The second attempt is told what the first one failed with; nobody answers it before the workers change.
  if (step === 'repair' || (step === 'edit' && call.text.includes('An attempt before this one'))) return { hang: true };
  return step === 'edit' && word === 'mending' ? { text: wrongEdit(word) } : undefined;
}

describe('the time limit', () => {
  it.each([
    ['of a gate and then of an edit', ['verify', 'edit'], () => sleeping],
    ['of a repair and then of an edit', ['repair', 'edit'], () => mending],
  ])('%s ends the attempt as a timeout, the ladder goes on, and a person is asked in the end', async (...row) => {
    const [, failedSteps, orderOf] = row;
    const { id } = orderOf();
    const escalation = await waitForEscalation(stack, id, 2);
    expect(escalation).toMatchObject({ failureClass: 'timeout', trigger: 'attempts_used_up', state: 'open' });
    const where = { workOrderId: id };
    const outcomes = await stack.database.outcomeVector.findMany({ where, orderBy: { attempt: 'asc' } });
    expect(outcomes).toMatchObject(
      failedSteps.map((failedStep) => ({ success: false, failureClass: 'timeout', failedStep })),
    );
    const decisions = await stack.database.decisionLog.findMany({ where: { ...where, agent: 'retry ladder' } });
    expect(decisions).toMatchObject([{ type: 'retry', attempt: 1, output: { next: 'same_model' } }]);
    expect(await processesIn(join(stack.stateDirectory, 'workspaces', id))).toEqual([]);
  });
});
