import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startModelEndpoint, type ModelEndpoint } from '../../../activities/llm/endpoint.ts';
import type { SessionRequest } from '../../../activities/llm/endpoint-sessions.ts';
import type { ModelGateway } from '../../../activities/llm/gateway.ts';
import { createConfigRedactor, createLogger } from '../../../platform/logger.ts';
import { createModelCallRepository } from '../../../prisma/repositories/model-calls.ts';
import { openDatabase, type Database } from '../../../prisma/client.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createTestGateway, testConfig, testKey } from '../../support/model-gateway.ts';
import { startProviderServer, type ProviderReply, type ProviderServer } from '../../support/provider-server.ts';
import { insertWorkOrder } from '../../support/work-orders.ts';
import { testAnswerKeeping } from '../../support/operator.ts';

let testDatabase: TestDatabase;
let database: Database;
let provider: ProviderServer;
let gateway: ModelGateway;
let endpoint: ModelEndpoint;
let folder: string;
let workOrderId: string;
/** What the provider answers next; each test sets it. */
let reply: ProviderReply;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 5);
  folder = await mkdtemp(join(tmpdir(), 'ratchet-'));
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  reply = { text: 'An answer.', usage: { inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 400 } };
  provider = await startProviderServer({ reply: () => reply });
  gateway = createTestGateway({ database, baseUrl: provider.baseUrl });
  endpoint = await startEndpoint(gateway);
  workOrderId = await insertWorkOrder(database);
});

afterEach(async () => {
  await endpoint.close();
  await provider.close();
});

function startEndpoint(served: ModelGateway): Promise<ModelEndpoint> {
  const config = testConfig({});
  return startModelEndpoint({ gateway: served, logger: createLogger('test', config, createConfigRedactor(config)) });
}

function openSession(changes: Partial<SessionRequest> = {}) {
  const scope = { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 5_000_000 };
  return endpoint.openSession({ scope, model: 'gpt-5.6', ...changes });
}

interface Session {
  baseUrl: string;
  token: string;
}

async function post({ baseUrl, token }: Session, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

function chat(content: unknown, more: Record<string, unknown> = {}) {
  return { model: 'gpt-5.6', messages: [{ role: 'user', content }], ...more };
}

/** The client that a process outside would use. */
function client({ baseUrl, token }: Session): OpenAI {
  return new OpenAI({ baseURL: baseUrl, apiKey: token });
}

const question = { model: 'gpt-5.6', messages: [{ role: 'user' as const, content: 'Change it.' }] };

describe('a session', () => {
  it('answers an OpenAI client in one piece, with the provider’s own counts', async () => {
    const session = await openSession();
    const answer = await client(session).chat.completions.create(question);
    expect(answer.choices[0]?.message.content).toBe('An answer.');
    expect(answer.usage).toMatchObject({ prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 });
    expect(await session.calls()).toMatchObject({ count: 1, scripted: false, degraded: false, lastErrorCode: null });
    expect(await session.calls()).toMatchObject({ inputTokens: 1_000, outputTokens: 200 });
    expect(await createModelCallRepository(database, testAnswerKeeping).spent(workOrderId)).toBe(6_560);
  });

  it('lists its model and no other', async () => {
    const { baseUrl, token } = await openSession();
    const response = await fetch(`${baseUrl}/models`, { headers: { authorization: `Bearer ${token}` } });
    expect(await response.json()).toMatchObject({ object: 'list', data: [{ id: 'gpt-5.6', object: 'model' }] });
  });

  it('gives its child no key: neither its token nor any answer holds one', async () => {
    const session = await openSession();
    const answer = await post(session, chat('Change it.'));
    reply = { status: 401, rawBody: JSON.stringify({ error: { message: testKey } }) };
    const failure = await post(session, chat('Again.'));
    expect(session.token).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.text + failure.text).not.toContain(testKey);
  });

  it('reads texts that come in parts', async () => {
    const parts = [
      { type: 'text', text: 'Change' },
      { type: 'text', text: 'this.' },
    ];
    expect((await post(await openSession(), chat(parts))).status).toBe(200);
    expect(provider.calls[0]?.text).toBe('Change\nthis.');
  });

  it('is served on a Unix socket too, with the same token, until it is closed', async () => {
    const session = await openSession({ socketFolder: folder });
    expect(await getOverSocket(session.socketPath ?? '', session.token)).toBe(200);
    expect(await getOverSocket(session.socketPath ?? '', 'wrong')).toBe(401);
    await session.close();
    await expect(getOverSocket(session.socketPath ?? '', session.token)).rejects.toThrow();
  });

  it('takes the place of a socket that a killed worker left behind', async () => {
    await writeFile(join(folder, 'model.sock'), '');
    const session = await openSession({ socketFolder: folder });
    expect(await getOverSocket(session.socketPath ?? '', session.token)).toBe(200);
    await session.close();
  });
});

describe('the endpoint refuses', () => {
  it.each([
    ['no token', ''],
    ['another token', `Bearer ${'0'.repeat(64)}`],
    ['the token in another scheme', 'Basic abc'],
  ])('%s, in the shape that OpenAI’s clients read', async (_what, authorization) => {
    const { baseUrl } = await openSession();
    const response = await fetch(`${baseUrl}/models`, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) as string } });
  });

  it('the token of a closed session', async () => {
    const session = await openSession();
    await session.close();
    expect((await post(session, chat('Change it.'))).status).toBe(401);
    expect(provider.calls).toHaveLength(0);
  });

  it.each([
    ['another model than the session’s', chat('x', { model: 'gpt-5.4-mini' }), 'may only ask'],
    ['a tool without a name', chat('x', { tools: [{ type: 'function' }] }), 'tools'],
    ['functions, which tools took the place of', chat('x', { functions: [{ name: 'f' }] }), 'send tools'],
    ['pictures', chat([{ type: 'image_url', image_url: { url: 'http://127.0.0.1' } }]), 'Invalid input'],
    ['several answers', chat('x', { n: 2 }), 'only one answer'],
    ['something that is not JSON', '{', 'not JSON'],
  ])('%s, without asking the provider', async (_what, body, message) => {
    const { status, text } = await post(await openSession(), body);
    expect(status).toBe(400);
    expect(text).toContain(message);
    expect(provider.calls).toHaveLength(0);
  });

  it('a body of more than 20 MB', async () => {
    const { status, text } = await post(await openSession(), chat('x'.repeat(20 * 1024 * 1024)));
    expect(status).toBe(413);
    expect(text).toContain('payload-too-large');
  });
});

describe('a failed call', () => {
  it.each([
    ['a refused key', { status: 401 }, 'provider-unauthorized'],
    ['a rate limit', { status: 429 }, 'provider-rate-limited'],
    ['a failing provider', { status: 503 }, 'provider-unavailable'],
    ['an answer that was cut off', { finishReason: 'length' }, 'output-truncated'],
  ])('after %s is a 400 with our code, which no client tries again', async (_what, answer: ProviderReply, code) => {
    reply = answer;
    const session = await openSession();
    const { status, text } = await post(session, chat('Change it.'));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code } });
    expect(await session.calls()).toMatchObject({ count: 0, lastErrorCode: code });
  });

  it('does not lose a paid answer when its client hangs up: it waits for the next one who asks', async () => {
    reply = { text: 'Paid.', delayMs: 300 };
    const session = await openSession();
    const impatient = fetch(`${session.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.token}` },
      body: JSON.stringify(chat('Change it.')),
      signal: AbortSignal.timeout(150),
    });
    await expect(impatient).rejects.toThrow();
    await expect.poll(() => database.modelAnswer.count({ where: { workOrderId } })).toBe(1);
    expect((await post(session, chat('Change it.'))).text).toContain('Paid.');
    expect(provider.calls).toHaveLength(1);
  });

  it('ends with its session’s signal', async () => {
    reply = { hang: true };
    const session = await openSession({ signal: AbortSignal.timeout(200) });
    expect((await post(session, chat('Change it.'))).status).toBe(400);
    await expect
      .poll(() => database.modelCall.findMany({ where: { workOrderId } }))
      .toMatchObject([{ state: 'reserved', errorCode: 'aborted' }]);
  });
});

describe('the scripted model', () => {
  it('plays the reply that fits, says that it is scripted, and costs nothing', async () => {
    const session = await openScriptedSession();
    const { text } = await post(session, chat('Please rename the constant.', { model: 'scripted' }));
    expect(text).toContain('Renamed.');
    expect(await session.calls()).toMatchObject({ count: 1, scripted: true, degraded: false, lastErrorCode: null });
    expect(await createModelCallRepository(database, testAnswerKeeping).spent(workOrderId)).toBe(0);
    expect(await createModelCallRepository(database, testAnswerKeeping).servedModels(workOrderId, 1)).toEqual([
      'scripted',
    ]);
  });

  it('has no reply to anything else, and says what to set', async () => {
    const session = await openScriptedSession();
    const { status, text } = await post(session, chat('Rename the constant carefully.', { model: 'scripted' }));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'script-without-reply' } });
    expect(text).toContain('ANTHROPIC_API_KEY');
  });

  async function openScriptedSession() {
    const scriptPath = join(folder, 'script.yaml');
    const when = '{ step: edit, contains: [rename, constant], notContains: [carefully] }';
    await writeFile(
      scriptPath,
      `- when: { step: plan, contains: [rename] }\n  reply: Planned.\n- when: ${when}\n  reply: Renamed.\n`,
    );
    gateway = createTestGateway({
      database,
      baseUrl: provider.baseUrl,
      settings: { RATCHET_SCRIPTED_MODEL: scriptPath },
    });
    await endpoint.close();
    endpoint = await startEndpoint(gateway);
    return openSession({ model: 'scripted' });
  }
});

function getOverSocket(socketPath: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { socketPath, path: '/v1/models', headers: { authorization: `Bearer ${token}` } };
    httpRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
