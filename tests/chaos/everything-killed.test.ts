import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { addOrder, providerEnvironment, startEditingProvider } from '../support/editing-provider.ts';
import { createOrder, runOf, waitForEnd, type OrderAnswer } from '../support/orders.ts';
import { processesIn } from '../support/processes.ts';
import type { ProviderServer } from '../support/provider-server.ts';
import { git, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: TestStack;
let provider: ProviderServer;
let order: OrderAnswer;
let repository: string;
let runId: string;
let isKilled = false;

/** How soon the guards of killed processes must have ended what those had started. */
const orphansEndMs = 5_000;

beforeAll(async () => {
  provider = await startEditingProvider(({ step }) => (step === 'edit' && !isKilled ? { hang: true } : undefined));
  const own = { postgres: true, temporal: true };
  stack = await startTestStack({ environment: providerEnvironment(provider), own, editor: 'quick' });
  repository = await makeRepository(join(stack.stateDirectory, 'repositories/greeter'));
  order = await createOrder(stack, addOrder(repository, 'durable'));
  await waitFor('edit at the provider', async () => provider.calls.length === 2);
  ({ runId } = await runOf(stack, order.id).describe());
  await stack.killEverything();
  isKilled = true;
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

describe('kill -9 of PostgreSQL, Temporal, worker and API in the middle of an edit', () => {
  it('leaves no process behind', async () => {
    const isNobodyLeft = async () => (await processesIn(stack.stateDirectory)).length === 0;
    await waitFor('end of all processes', isNobodyLeft, orphansEndMs);
  });

  it('ends, after a restart on the same state, with the same run of the same order and exactly one pull request', async () => {
    await stack.startEverything();
    expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect((await runOf(stack, order.id).describe()).runId).toBe(runId);
    const where = { workOrderId: order.id };
    const pullRequests = await stack.database.pullRequest.findMany({ where });
    expect(pullRequests).toHaveLength(1);
    expect(await stack.database.outcomeVector.count({ where })).toBe(1);
    const [{ forgeLocation, headBranch } = { forgeLocation: '', headBranch: '' }] = pullRequests;
    const branches = await git(forgeLocation, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/ratchet');
    expect(branches.trim().split('\n')).toEqual([headBranch]);
  });

  it('pays the finished plan once, and asks only the unfinished edit again', () => {
    const asked = provider.calls.map(({ text }) => (text.startsWith('You plan changes') ? 'plan' : 'edit'));
    expect(asked).toEqual(['plan', 'edit', 'edit']);
    expect(provider.calls[2]?.text).toBe(provider.calls[1]?.text);
  });
});
