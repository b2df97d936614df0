import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  editBlock,
  providerEnvironment,
  startEditingProvider,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import { createOrder, runOf, waitForEnd, type OrderAnswer } from '../support/orders.ts';
import { processesIn, type RunningProcess } from '../support/processes.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { git, greeterFiles, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { countHeld, holdSteps, letGo, prepareHolds } from './held-steps.ts';

/** How soon the guards of killed processes must have ended what those had started. */
const orphansEndMs = 5_000;

let stack: TestStack;
let provider: ProviderServer;
let edited: OrderAnswer;
let tested: OrderAnswer;
let unrecorded: OrderAnswer;
let unopened: OrderAnswer;
let runIds: string[];
let isKilled = false;

// One kill for four orders, each at the point that is worst for it.
beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  const environment = { ...providerEnvironment(provider), RATCHET_WORKSPACE_SLOTS: '4' };
  const own = { postgres: true, temporal: true, processes: true };
  stack = await startTestStack({ environment, own, editor: { aiderFor: ['Add edited'] } });
  const repository = await makeRepository(join(stack.stateDirectory, 'repositories/greeter'));
  const sleepy = await makeRepository(join(stack.stateDirectory, 'repositories/sleepy'), sleepyFiles);
  const shown = { text: 'It is there.', command: 'grep -q edited src/greet.js' };
  await prepareHolds(stack.database);
  await holdSteps(stack.database, 'Add unopened', ['open']);
  await holdSteps(stack.database, 'Add unrecorded', ['publish']);
  edited = await createOrder(stack, { ...addOrder(repository, 'edited'), acceptanceCriteria: [shown] });
  tested = await createOrder(stack, addOrder(sleepy, 'tested'));
  unopened = await createOrder(stack, addOrder(repository, 'unopened'));
  unrecorded = await createOrder(stack, addOrder(repository, 'unrecorded'));
  await waitFor(
    'edit, test and two publications at the same time',
    async () =>
      callsOf('edited').length === 3 && (await countHeld(stack.database)) === 2 && (await sleepers()).length === 1,
  );
  runIds = await runIdsNow();
  await stack.killEverything();
  isKilled = true;
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

/**
 * Its test sleeps when it runs for the first time in the workspace of a change, in a process that has a session of its
 * own. On the base commit it passes.
 */
const sleepyFiles = {
  ...greeterFiles,
  'test/greet.test.js': [
    "import { spawn } from 'node:child_process';",
    "import { existsSync, readdirSync, writeFileSync } from 'node:fs';",
    "import { test } from 'node:test';",
    "const mark = process.env.HOME + '/has-slept';",
    "const isChanged = readdirSync(new URL('../src/', import.meta.url)).length > 1;",
    "test('sleeps once', { skip: !isChanged || existsSync(mark) }, () => new Promise((resolve) => {",
    "  writeFileSync(mark, '');",
    "  spawn('sleep', ['9872'], { detached: true, stdio: 'ignore' }).on('exit', resolve);",
    '}));',
    '',
  ].join('\n'),
};

async function sleepers(): Promise<RunningProcess[]> {
  const running = await processesIn(join(stack.stateDirectory, 'workspaces'));
  return running.filter(({ commandLine }) => commandLine === 'sleep 9872');
}

/**
 * The edit of the order `edited` takes two calls: the first answer names lines that are not there, so the editor asks
 * again, and the second call is never answered before the kill.
 */
function replyTo({ call, step, word }: EditingQuestion): ProviderReply | undefined {
  if (word !== 'edited') return undefined;
  if (step === 'plan') {
    const files = [{ path: 'src/greet.js', intent: 'The constant.', isNew: false }];
    return { text: JSON.stringify({ summary: 'Add it.', files, criteriaCovered: ['AC1'] }) };
  }
  if (!call.text.includes('failed to match')) return { text: editBlock('src/greet.js', 'not there\n', 'nothing\n') };
  if (!isKilled) return { hang: true };
  const line = 'export function greet(name) {\n';
  return { text: editBlock('src/greet.js', line, `export const edited = 'edited';\n\n${line}`) };
}

function callsOf(word: string): string[] {
  return provider.calls.map(({ text }) => text).filter((text) => text.includes(`Add ${word}`));
}

async function runIdsNow(): Promise<string[]> {
  const orders = [edited, tested, unopened, unrecorded];
  const runs = await Promise.all(orders.map(({ id }) => runOf(stack, id).describe()));
  return runs.map(({ runId }) => runId);
}

describe('kill -9 of PostgreSQL, Temporal, worker and API', () => {
  it('leaves no editor, test, sandbox, guard or server behind, whatever session they have', async () => {
    const isNobodyLeft = async () => (await processesIn(stack.stateDirectory)).length === 0;
    await waitFor('end of all processes', isNobodyLeft, orphansEndMs);
  });

  it('leaves what was on its way: a branch without a record, and a record that its run does not know of', async () => {
    await stack.startServers();
    const { database } = stack;
    const pullRequests = await database.pullRequest.findMany({ select: { workOrderId: true } });
    expect(pullRequests).toEqual([{ workOrderId: unrecorded.id }]);
    expect(await branchesOf(unopened)).toHaveLength(1);
    expect(await database.checkpoint.count({ where: { step: 'publish' } })).toBe(0);
    await letGo(database);
    await stack.startWorkerAndApi();
  });

  it.each([
    ['in the middle of an edit', () => edited],
    ['in the middle of a test', () => tested],
    ['between pushing a branch and opening its pull request', () => unopened],
    ['between opening a pull request and recording it', () => unrecorded],
  ])('%s ends, after a restart on the same state, in exactly one pull request', async (_moment, orderOf) => {
    const order = orderOf();
    expect(await waitForEnd(stack, order.id)).toMatchObject({ status: 'completed', attempt: 1 });
    const where = { workOrderId: order.id };
    const pullRequests = await stack.database.pullRequest.findMany({ where });
    expect(pullRequests).toHaveLength(1);
    expect(await branchesOf(order)).toEqual([`${pullRequests[0]?.headBranch} ${pullRequests[0]?.headCommit}`]);
    expect(await stack.database.outcomeVector.count({ where })).toBe(1);
    const opened = { ...where, type: 'pull_request_opened' };
    expect(await stack.database.workOrderEvent.count({ where: opened })).toBe(1);
  });

  it('ends no run: the same ones go on', async () => {
    expect(await runIdsNow()).toEqual(runIds);
  });

  it('makes no finished model call a second time, and the ledger holds each finished one once', async () => {
    const [plan, firstEdit, hung, answered, ...more] = callsOf('edited');
    expect(more).toEqual([]);
    expect(new Set([plan, firstEdit, hung]).size).toBe(3);
    expect(answered).toBe(hung);
    expect(callsOf('tested')).toHaveLength(2);
    expect(callsOf('unopened')).toHaveLength(2);
    expect(callsOf('unrecorded')).toHaveLength(2);
    const settled = await stack.database.modelCall.groupBy({
      by: ['workOrderId'],
      where: { state: 'settled' },
      _count: true,
    });
    const counts = new Map(settled.map(({ workOrderId, _count }) => [workOrderId, _count]));
    expect([edited, tested, unopened, unrecorded].map(({ id }) => counts.get(id))).toEqual([3, 2, 2, 2]);
  });
});

/** Names and commits of the branches that an order has in the forge. */
async function branchesOf(order: OrderAnswer): Promise<string[]> {
  const greeter = { workOrderId: order === tested ? tested.id : unrecorded.id };
  const { forgeLocation } = await stack.database.pullRequest.findFirstOrThrow({ where: greeter });
  const pattern = `refs/heads/ratchet/${order.id.slice(0, 8)}-*`;
  const listed = await git(forgeLocation, 'for-each-ref', '--format=%(refname:short) %(objectname)', pattern);
  return listed.trim().split('\n');
}
