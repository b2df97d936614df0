import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { redactedMark } from '../../domain/text/redact.ts';
import { parseEncryptionKeys } from '../../platform/crypto.ts';
import { codecAddress, codecSecret } from '../../platform/payload-codec.ts';
import { workOrderWorkflowId } from '../../workflows/contract.ts';
import {
  addOrder,
  editBlock,
  providerEnvironment,
  startEditingProvider,
  wrongEdit,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import { headersOf, operatorToken } from '../support/operator.ts';
import {
  answerEscalation,
  callApi,
  createOrder,
  readOrder,
  waitForEnd,
  waitForEscalation,
  type OrderAnswer,
} from '../support/orders.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { checkedFiles, git, makeRepository } from '../support/repositories.ts';
import { askAtOnce, startTestStack, type TestStack } from '../support/stack.ts';
import { callTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  chance,
  dumpRows,
  filesWith,
  findPlanted,
  readHistories,
  readLogs,
  readWorkplace,
  startTalkingRemote,
  type Hit,
  type Workplace,
} from './planted-places.ts';

const keySetting = `planted:${randomBytes(32).toString('base64')}`;

/** One secret for each place where text comes in. The names say where. */
const planted = {
  description: `ghp_${chance(36)}`,
  repositoryFile: `glpat-${chance(20)}`,
  testName: `npm_${chance(36)}`,
  modelAnswer: `sk-ant-api03-${chance(40)}`,
  providerError: `sk-proj-${chance(40)}`,
  // Of no known form: it is recognised because the worker knows it.
  environmentKey: `nobody-knows-this-form-${chance(24)}`,
  remote: `AIza${chance(35)}`,
  note: `xoxb-${chance(12)}-${chance(24)}`,
  guidance: `eyJ${chance(20)}.${chance(40)}.${chance(43)}`,
  commitMessage: `github_pat_${chance(40)}`,
  addedToCode: `ghs_${chance(36)}`,
  encryptionKey: keySetting.slice(keySetting.indexOf(':') + 1),
  codecAddress: codecSecret(parseEncryptionKeys(keySetting)),
};

let stack: TestStack;
let provider: ProviderServer;
let repository: string;
let main: OrderAnswer;
let leaked: Awaited<ReturnType<typeof ask>>;
let editsOfMain = 0;
/** While the editor waits for its first answer. */
let workplace: Workplace;
const looked = Promise.withResolvers<undefined>();

/** The model leaks into its plan and its prose, fails at first, is refused for one order, and leaks into code for another. */
async function reply({ step, word }: EditingQuestion): Promise<ProviderReply | undefined> {
  if (word === 'refused') {
    const message = `Incorrect API key provided: ${planted.environmentKey}, not ${planted.providerError}.`;
    return { status: 401, rawBody: JSON.stringify({ error: { message, type: 'invalid_request_error' } }) };
  }
  const leak = `My key is ${planted.modelAnswer}.`;
  if (step === 'plan') {
    const files = [{ path: `src/${word}.js`, intent: `The constant. ${leak}`, isNew: true }];
    return { text: JSON.stringify({ summary: `Add it. ${leak}`, files, criteriaCovered: ['AC1'], risks: [leak] }) };
  }
  if (word === 'leaked')
    return { text: editBlock('src/leaked.js', '', `export const leaked = '${planted.addedToCode}';\n`) };
  if (word !== 'kept') return undefined;
  editsOfMain += 1;
  await looked.promise;
  return editsOfMain === 1 ? { text: `${leak}\n\n${wrongEdit(word)}` } : undefined;
}

/** A test that prints a file of the repository and its environment, and whose name holds what should be none. */
const printingTest = [
  "import { readFileSync } from 'node:fs';",
  "import { test } from 'node:test';",
  "const settings = readFileSync(new URL('../settings.txt', import.meta.url), 'utf8');",
  `test('talks to the service with ${planted.testName}', () => {`,
  '  console.log(`the settings are ${settings} as JSON ${JSON.stringify({ settings })}`);',
  '  console.log(`the environment is ${JSON.stringify(process.env)}`);',
  '});',
  '',
].join('\n');

beforeAll(async () => {
  provider = await startEditingProvider(reply);
  const environment = { ...providerEnvironment(provider, planted.environmentKey), RATCHET_ENCRYPTION_KEYS: keySetting };
  // Aider tells in its own way what the model said, and that is kept; the edits after it are told by the stand-in.
  const editor = { aiderFor: [{ title: 'Add kept', unless: 'Log in with' }] };
  stack = await startTestStack({ environment, policy: askAtOnce, editor, own: { temporal: true, processes: true } });
  repository = await makeRepository(join(stack.stateDirectory, 'repositories/planted'), {
    ...checkedFiles,
    'settings.txt': planted.repositoryFile,
    'test/printing.test.js': printingTest,
  });
  await git(repository, 'commit', '--quiet', '--amend', '--message', `Begin with ${planted.commitMessage}`);
  main = await createOrder(stack, addOrder(repository, 'kept'));
  await waitFor('question of the editor', async () => editsOfMain === 1);
  workplace = await readWorkplace(stack, main.id);
  looked.resolve(undefined);
  await answerEscalation(
    stack,
    { orderId: main.id },
    {
      option: 'retry_different_approach',
      guidance: `Log in with ${planted.guidance}.`,
      note: `I used ${planted.note} for it.`,
    },
  );
  expect(await waitForEnd(stack, main.id)).toMatchObject({ status: 'completed', attempt: 2 });
  const refused = await ask('refused');
  await answerEscalation(stack, { orderId: refused.orderId }, { option: 'abort' });
  expect((await waitForEnd(stack, refused.orderId)).status).toBe('failed');
  leaked = await ask('leaked');
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

async function ask(word: string) {
  const { id } = await createOrder(stack, addOrder(repository, word));
  return { orderId: id, ...(await waitForEscalation(stack, id)) };
}

const search = (place: string, texts: readonly string[]): Hit[] => findPlanted(place, texts, planted);

describe('a secret that an edit has written', () => {
  it('is pushed nowhere, whatever a person answers', async () => {
    const { orderId, trigger, options } = leaked;
    expect(trigger).toBe('secrets_block');
    expect(options.map(({ option }) => option)).not.toContain('accept_as_is');
    await answerEscalation(stack, { orderId }, { option: 'take_over' });
    await waitFor('wait for the person', async () => (await readOrder(stack, orderId)).waitingFor === 'person');
    expect(await stack.database.pullRequest.count({ where: { workOrderId: orderId } })).toBe(0);
    const { forgeLocation } = await stack.database.pullRequest.findFirstOrThrow({ where: { workOrderId: main.id } });
    const pushed = await git(forgeLocation, 'for-each-ref', '--format=%(refname)');
    expect(pushed).toContain(main.id.slice(0, 8));
    expect(pushed).not.toContain(orderId.slice(0, 8));
    expect((await callApi(stack, `/work-orders/${orderId}/continue`, {})).status).toBe(202);
    expect((await waitForEnd(stack, orderId)).status).toBe('needs_review');
  });
});

describe('a secret that came in with text', () => {
  it('has really been everywhere: the mark stands where it was', async () => {
    const { database } = stack;
    const outputs = await database.gateResult.findMany({ where: { workOrderId: main.id, gate: 'test' } });
    expect(outputs.length).toBeGreaterThan(1);
    for (const { output } of outputs) {
      if (!output.includes('the settings are')) continue;
      expect(output).toContain(`the settings are ${redactedMark} as JSON`);
    }
    expect(outputs.some(({ output }) => output.includes(redactedMark))).toBe(true);
    const escalations = await database.escalation.findMany({ where: { workOrderId: main.id } });
    expect(escalations).toMatchObject([{ note: `I used ${redactedMark} for it.` }]);
    expect(JSON.stringify(escalations)).toContain(`Log in with ${redactedMark}.`);
    const [{ plan } = { plan: null }] = await database.proposal.findMany({ where: { workOrderId: main.id } });
    expect(plan).toMatchObject({ summary: `Add it. My key is ${redactedMark}.` });
    const asked = provider.calls.map(({ text }) => text).join('\n');
    expect(asked).toContain(`Log in with ${redactedMark}.`);
    expect(provider.calls.every(({ authorization }) => authorization === `Bearer ${planted.environmentKey}`)).toBe(
      true,
    );
  });

  it('stands in no log file', async () => {
    const logs = await readLogs(stack);
    expect(logs.length).toBeGreaterThanOrEqual(3);
    expect(logs.join('').length).toBeGreaterThan(1_000);
    expect(search('logs', logs)).toEqual([]);
  });

  it('stands in no row of any table', async () => {
    const rows = await dumpRows(stack);
    expect(rows.length).toBeGreaterThan(50);
    expect(search('rows', rows)).toEqual([]);
  });

  it('stands in no history of Temporal, which without the key shows nothing of an order at all', async () => {
    const { stored, read } = await readHistories(stack, keySetting);
    expect(read.join('\n')).toContain('Add kept');
    expect(search('histories', read)).toEqual([]);
    expect(stored.filter((text) => text.includes('Add kept'))).toEqual([]);
  });

  it("lets Temporal's own tools read an order that have the address of the codec endpoint", async () => {
    const show = (...more: string[]) =>
      callTemporal(stack.runsIn, [
        ...['workflow', 'show', '--output', 'json', '--workflow-id', workOrderWorkflowId(main.id)],
        ...more,
      ]);
    const address = codecAddress(stack.apiUrl, parseEncryptionKeys(keySetting));
    const [without, withAddress] = await Promise.all([show(), show('--codec-endpoint', address)]);
    const payloadsIn = (text: string) =>
      Array.from(text.matchAll(/"data": "([^"]*)"/g), ([, data]) => Buffer.from(data ?? '', 'base64').toString('utf8'));
    expect(payloadsIn(without.stdout).filter((text) => text.includes('Add kept'))).toEqual([]);
    expect(payloadsIn(withAddress.stdout).join('\n')).toContain('Add kept');
    expect(search('temporal', payloadsIn(withAddress.stdout))).toEqual([]);
  });

  it('stands neither in the pull request nor in any answer of the API', async () => {
    const [request] = await stack.database.pullRequest.findMany({ where: { workOrderId: main.id } });
    expect(request?.body).toContain(String.raw`My key is \[redacted\].`);
    const paths = ['', '/events', '/attempts', '/decisions', '/outcomes'].map((end) => `/work-orders/${main.id}${end}`);
    const lists = ['/work-orders', '/escalations', '/decisions', '/outcomes', '/failures', '/pull-requests'];
    const answers = await Promise.all([...paths, ...lists].map((path) => callApi(stack, path)));
    const texts = answers.map(({ body }) => JSON.stringify(body));
    expect(search('API', [...texts, JSON.stringify(request)])).toEqual([]);
  });

  it('stands in no stream of events', async () => {
    const response = await fetch(`${stack.apiUrl}/api/v1/work-orders/${main.id}/events`, {
      headers: { ...headersOf(operatorToken), accept: 'text/event-stream' },
    });
    const stream = await response.text();
    expect(stream).toContain('"type":"ended"');
    expect(search('stream', [stream])).toEqual([]);
  });

  it('is not told by a remote of git to who asks for its repository', async () => {
    const remote = await startTalkingRemote(`The token ${planted.remote} is not good here.\n`);
    try {
      const answer = await callApi(stack, '/work-orders', { body: addOrder(remote.url, 'never') });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(answer.body)).toContain(`The token ${redactedMark} is not good here.`);
      expect(search('answer', [JSON.stringify(answer.body), ...(await readLogs(stack))])).toEqual([]);
      expect(search('histories', (await readHistories(stack, keySetting)).read)).toEqual([]);
    } finally {
      await remote.close();
    }
  });
});

describe('the key of a provider', () => {
  it('reaches no child process, no workspace and no file of the state', async () => {
    const { commandLines, environments, files } = workplace;
    // Each search is shown that it finds something.
    expect(commandLines.some((line) => line.includes('aider'))).toBe(true);
    expect(environments.join('\n')).toContain('OPENAI_API_KEY=');
    expect(files.join('\n')).toContain('constant named kept');
    expect(search('workplace', [...commandLines, ...environments, ...files])).not.toContainEqual({
      place: 'workplace',
      planted: 'environmentKey',
    });
    expect([...commandLines, ...environments].join('\n')).not.toMatch(/DATABASE_URL|OPENAI_BASE_URL/);
    const where = { workOrderId: main.id, gate: 'test' };
    const { output } = await stack.database.gateResult.findFirstOrThrow({ where });
    expect(output).toMatch(/the environment is .*"HOME":/);
    expect(output).not.toMatch(/OPENAI|DATABASE_URL/);
    expect(await filesWith(stack.stateDirectory, main.id)).not.toEqual([]);
    expect(await filesWith(stack.stateDirectory, planted.environmentKey)).toEqual([]);
  });
});

describe('an order that holds a secret itself', () => {
  it.each(['title', 'description'])(
    'is refused with one sentence when it stands in its %s, and leaves nothing',
    async (field) => {
      const before = await stack.database.workOrder.count();
      const body = { ...addOrder(repository, 'held'), [field]: `Use ${planted.description} to log in.` };
      const answer = await callApi(stack, '/work-orders', { body });
      expect(answer).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
      const { detail } = answer.body as { detail: string };
      expect(detail).toContain(
        `The ${field} holds what looks like a GitHub token (it begins with "ghp_" and has 40 characters).`,
      );
      expect(await stack.database.workOrder.count()).toBe(before);
      expect(search('answer', [JSON.stringify(answer.body), ...(await readLogs(stack))])).toEqual([]);
    },
  );
});
