import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  providerEnvironment,
  startEditingProvider,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import { createOrder, waitForEnd, type OrderAnswer } from '../support/orders.ts';
import { environmentOf, processesIn } from '../support/processes.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { git, greeterFiles, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** Must be seen by the provider and by nobody else. */
const marker = 'sk-proj-markerThatMustStayInTheWorker0123456789';

let stack: TestStack;
let provider: ProviderServer;
const held = new Map<string, PromiseWithResolvers<undefined>>();

beforeAll(async () => {
  // An edit whose word is held is answered when the test lets it go.
  provider = await startEditingProvider(({ step, word }: EditingQuestion): Promise<ProviderReply | undefined> => {
    return (step === 'edit' ? held.get(word)?.promise : undefined) ?? Promise.resolve(undefined);
  });
  const environment = { ...providerEnvironment(provider, marker), RATCHET_WORKSPACE_SLOTS: '2' };
  stack = await startTestStack({ environment, editor: { aiderFor: ['Add secretive'] } });
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

function hold(word: string): PromiseWithResolvers<undefined> {
  const promise = Promise.withResolvers<undefined>();
  held.set(word, promise);
  return promise;
}

function editOf(word: string): Promise<true> {
  return waitFor(`edit of ${word} at the provider`, async () =>
    provider.calls.some(({ text }) => text.includes(`Change: Add ${word}`)),
  );
}

function repositoryPath(name: string): string {
  return join(stack.stateDirectory, 'repositories', name);
}

/** What a pull request changes, as git says it. */
async function changedFiles(order: OrderAnswer): Promise<string[]> {
  const where = { workOrderId: order.id };
  const { forgeLocation, headCommit, baseCommit } = await stack.database.pullRequest.findFirstOrThrow({ where });
  const listed = await git(forgeLocation, 'diff', '--name-only', baseCommit, headCommit);
  return listed.trim().split('\n');
}

describe('two orders on one repository', () => {
  it('are edited at the same time, and each branch holds its own change alone', async () => {
    const repository = await makeRepository(repositoryPath('shared'));
    const letGo = ['left', 'right'].map(hold);
    const left = await createOrder(stack, addOrder(repository, 'left'));
    const right = await createOrder(stack, addOrder(repository, 'right'));
    await Promise.all([editOf('left'), editOf('right')]);
    const workspaces = await readdir(join(stack.stateDirectory, 'workspaces'));
    expect(workspaces.sort()).toEqual([left.id, right.id].sort());
    for (const { resolve } of letGo) resolve(undefined);
    const ended = await Promise.all([left, right].map(({ id }) => waitForEnd(stack, id)));
    expect(ended.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(await changedFiles(left)).toEqual(['src/left.js']);
    expect(await changedFiles(right)).toEqual(['src/right.js']);
    expect(ended[0]?.pullRequest?.headBranch).not.toBe(ended[1]?.pullRequest?.headBranch);
    // The user's own repository was only read.
    expect((await git(repository, 'branch', '--list')).trim()).toBe('* main');
    expect(await git(repository, 'status', '--porcelain')).toBe('');
  });
});

describe('the key of a provider', () => {
  const dumping = {
    ...greeterFiles,
    'test/dump.test.js':
      "import { test } from 'node:test';\n\ntest('dump', () => console.log('DUMP', JSON.stringify(process.env)));\n",
  };

  it('reaches the provider and no child process, workspace, record, log or history', async () => {
    const repository = await makeRepository(repositoryPath('dumping'), dumping);
    const { resolve } = hold('secretive');
    const order = await createOrder(stack, addOrder(repository, 'secretive'));
    await editOf('secretive');
    const workspaces = join(stack.stateDirectory, 'workspaces', order.id);
    const children = await processesIn(workspaces);
    const environments = await Promise.all(children.map(environmentOf));
    expect(children.some(({ commandLine }) => commandLine.includes('aider'))).toBe(true);
    expect(environments.join('\n')).toContain('OPENAI_API_KEY=');
    for (const text of [...environments, ...children.map(({ commandLine }) => commandLine)]) {
      expect(text.includes(marker)).toBe(false);
      expect(text).not.toMatch(/DATABASE_URL|OPENAI_BASE_URL/);
    }
    expect(await filesWith(workspaces, 'constant named secretive')).not.toEqual([]);
    expect(await filesWith(workspaces, marker)).toEqual([]);
    resolve(undefined);
    expect((await waitForEnd(stack, order.id)).status).toBe('completed');
    const where = { workOrderId: order.id, gate: 'test' };
    const { output } = await stack.database.gateResult.findFirstOrThrow({ where });
    expect(output).toContain('"HOME":');
    expect(output).not.toMatch(/OPENAI|DATABASE_URL/);
    expect(provider.calls.every(({ authorization }) => authorization === `Bearer ${marker}`)).toBe(true);
    // The state folder holds the logs, the forge and Temporal's database; each search is shown that it finds something.
    expect(await filesWith(stack.stateDirectory, order.id)).not.toEqual([]);
    expect(await filesWith(stack.stateDirectory, marker)).toEqual([]);
    expect(await tablesWith('Add secretive')).toContain('work_orders');
    expect(await tablesWith(marker)).toEqual([]);
  });
});

/** Paths of the files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (content.includes(text)) found.push(path);
  }
  return found;
}

/** Names of the tables with a row that holds a text in any column. */
async function tablesWith(text: string): Promise<string[]> {
  const { database } = stack;
  const tables = await database.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const found: string[] = [];
  for (const { name } of tables) {
    const query = `SELECT count(*)::int AS count FROM "${name}" AS rows WHERE strpos(rows::text, $1) > 0`;
    const [{ count } = { count: 0 }] = await database.$queryRawUnsafe<{ count: number }[]>(query, text);
    if (count > 0) found.push(name);
  }
  return found;
}
