import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createModelCallRepository, type ModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { appendEvents } from '../../prisma/repositories/order-records.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway, editRequest, testKey } from '../support/model-gateway.ts';
import { startProviderServer, type ProviderReply, type ProviderServer } from '../support/provider-server.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let database: Database;
let ledger: ModelCallRepository;
let provider: ProviderServer;
let workOrderId: string;
/** What the provider does next; each test sets it. */
let reply: (callNumber: number) => ProviderReply;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 20);
  ledger = createModelCallRepository(database);
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

beforeEach(async () => {
  reply = () => ({ text: 'An answer.' });
  provider = await startProviderServer({ reply: (call) => reply(call.number) });
  workOrderId = await insertWorkOrder(database);
});

afterEach(async () => {
  await provider.close();
});

function gateway(options: { callTimeoutMs?: number; settings?: Record<string, string> } = {}) {
  return createTestGateway({ database, baseUrl: provider.baseUrl, ...options });
}

/** The ledger of the order, oldest row first. */
function ledgerRows() {
  return database.modelCall.findMany({ where: { workOrderId }, orderBy: { createdAt: 'asc' } });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('the call must fail'),
    (error: unknown) => error,
  );
}

describe('an answer', () => {
  it('is paid with what the provider counted, in micro-dollars', async () => {
    reply = () => ({ text: 'Done.', usage: { inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 400 } });
    const answer = await gateway().generate(editRequest(workOrderId, 'Change it.'));
    // 600 x $4 + 400 x $0.40 + 200 x $20, per million
    expect(answer).toMatchObject({ text: 'Done.', provider: 'openai', servedModel: 'gpt-5.6', costUsdMicros: 6_560 });
    expect(answer).toMatchObject({ scripted: false, repeated: false, finishReason: 'stop' });
    const rows = await ledgerRows();
    expect(rows).toMatchObject([
      { state: 'settled', costUsdMicros: 6_560n, inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 400 },
    ]);
    expect(await ledger.spent(workOrderId)).toBe(6_560);
    expect(await ledger.servedModels(workOrderId, 1)).toEqual(['gpt-5.6']);
    expect(rows[0]?.priceVersion).toMatch(/^litellm-/);
    expect(provider.calls[0]?.authorization).toBe(`Bearer ${testKey}`);
  });

  it('is not paid twice, not by the same gateway and not by a new one after a restart', async () => {
    const first = await gateway().generate(editRequest(workOrderId, 'Change it.'));
    const afterRestart = await gateway().generate(editRequest(workOrderId, 'Change it.'));
    expect(afterRestart).toMatchObject({ text: first.text, usage: first.usage, repeated: true, costUsdMicros: 0 });
    expect(provider.calls).toHaveLength(1);
    expect(await ledgerRows()).toHaveLength(1);
  });

  it('is still the same answer on the day after, although Aider writes the date into its prompt', async () => {
    const prompt = (date: string) => [
      { role: 'system' as const, content: `- Platform: Linux\n- Current date: ${date}\n- Be brief.` },
    ];
    await gateway().generate(editRequest(workOrderId, '', { messages: prompt('2026-11-21') }));
    const nextDay = await gateway().generate(editRequest(workOrderId, '', { messages: prompt('2026-11-22') }));
    expect(nextDay.repeated).toBe(true);
    expect(provider.calls).toHaveLength(1);
  });

  it('belongs to its attempt, step, model and prompt alone', async () => {
    const { scope } = editRequest(workOrderId, 'Change it.');
    await gateway().generate(editRequest(workOrderId, 'Change it.'));
    await gateway().generate(editRequest(workOrderId, 'Change it!'));
    await gateway().generate(editRequest(workOrderId, 'Change it.', { model: 'gpt-5.4-mini' }));
    await gateway().generate(editRequest(workOrderId, 'Change it.', { scope: { ...scope, attempt: 2 } }));
    await gateway().generate(editRequest(workOrderId, 'Change it.', { scope: { ...scope, step: 'plan' } }));
    expect(provider.calls).toHaveLength(5);
  });

  it('is asked for once when two callers want it at the same moment', async () => {
    reply = () => ({ delayMs: 200 });
    const shared = gateway();
    const answers = await Promise.all([1, 2].map(() => shared.generate(editRequest(workOrderId, 'Change it.'))));
    expect(answers.map((answer) => answer.repeated)).toEqual([false, true]);
    expect(provider.calls).toHaveLength(1);
  });

  it('is forgotten when its order has ended', async () => {
    await gateway().generate(editRequest(workOrderId, 'Change it.'));
    const state = { status: 'completed' as const, step: null, attempt: 1, waitingFor: null, model: null };
    const event = { ...state, sequence: 2, type: 'ended', at: new Date().toISOString(), failureClass: null };
    await appendEvents(database, [{ orderId: workOrderId, ...event, details: {} }]);
    expect(await database.modelAnswer.count({ where: { workOrderId } })).toBe(0);
    expect(await ledger.spent(workOrderId)).toBeGreaterThan(0);
  });

  it('goes to the one who waits when another caller of the same prompt gives up', async () => {
    reply = () => ({ delayMs: 300 });
    const shared = gateway();
    const impatient = AbortSignal.timeout(100);
    const [gaveUp, waited] = await Promise.allSettled([
      shared.generate(editRequest(workOrderId, 'Change it.', { signal: impatient })),
      shared.generate(editRequest(workOrderId, 'Change it.')),
    ]);
    expect(gaveUp.status).toBe('rejected');
    expect(waited.status).toBe('fulfilled');
    expect(provider.calls).toHaveLength(1);
  });
});

describe('the cap', () => {
  it('is never passed by 50 calls at once, by not one micro-dollar', async () => {
    // 20 tokens of overhead and text are reserved at $4, 100 of output at $20 per million; the provider uses them all.
    const usage = { inputTokens: 20, outputTokens: 100 };
    reply = () => ({ usage, delayMs: 50 });
    const costUsdMicros = 2_080;
    const costCapUsdMicros = 7 * costUsdMicros + costUsdMicros - 1;
    const { scope } = editRequest(workOrderId, '');
    const shared = gateway();
    const calls = Array.from({ length: 50 }, (_, index) =>
      shared.generate(
        editRequest(workOrderId, String(1_000 + index), {
          scope: { ...scope, costCapUsdMicros },
          outputTokensMax: 100,
        }),
      ),
    );
    const results = await Promise.allSettled(calls);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map((result): unknown => result.reason)).toEqual(
      Array.from({ length: 43 }, () => expect.objectContaining({ code: 'budget-exceeded' }) as unknown),
    );
    expect(provider.calls).toHaveLength(7);
    expect(await ledger.spent(workOrderId)).toBe(7 * costUsdMicros);
    expect(await ledgerRows()).toHaveLength(7);
  });

  it('lets a call through that fits to the last micro-dollar, and refuses the same one below it', async () => {
    const request = (costCapUsdMicros: number) =>
      editRequest(workOrderId, 'abcd', {
        scope: { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros },
        outputTokensMax: 100,
      });
    expect(await failureOf(gateway().generate(request(2_079)))).toMatchObject({ code: 'budget-exceeded' });
    expect(provider.calls).toHaveLength(0);
    await gateway().generate(request(2_080));
    expect(provider.calls).toHaveLength(1);
  });

  it('gets the money back from a reservation whose time is over', async () => {
    const reservation = (id: string, validForMs: number) => ({
      id,
      workOrderId,
      attempt: 1,
      step: 'edit',
      promptHash: 'hash',
      provider: 'openai',
      askedModel: 'gpt-5.6',
      amountUsdMicros: 100,
      capUsdMicros: 100,
      validForMs,
      priceVersion: 'test',
    });
    expect(await ledger.reserve(reservation('00000000-0000-4000-8000-000000000001', 300))).toBe(true);
    expect(await ledger.reserve(reservation('00000000-0000-4000-8000-000000000002', 300))).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await ledger.reserve(reservation('00000000-0000-4000-8000-000000000003', 60_000))).toBe(true);
  });

  it('charges the whole reservation when a provider does not count', async () => {
    reply = () => ({ usage: null });
    const answer = await gateway().generate(editRequest(workOrderId, 'abcd', { outputTokensMax: 100 }));
    expect(answer).toMatchObject({ usage: null, costUsdMicros: 2_080 });
  });
});

describe('a failed call', () => {
  it('gives its money back and is not remembered as an answer', async () => {
    reply = (call) => (call === 1 ? { status: 400, rawBody: '{"error":{"message":"no"}}' } : {});
    expect(await failureOf(gateway().generate(editRequest(workOrderId, 'x')))).toMatchObject({
      code: 'provider-refused',
    });
    expect(await ledgerRows()).toMatchObject([
      { state: 'released', errorCode: 'provider-refused', costUsdMicros: null },
    ]);
    expect((await gateway().generate(editRequest(workOrderId, 'x'))).repeated).toBe(false);
  });

  it('is tried again after at least the time that the provider asks for, with a ledger row per try', async () => {
    reply = (call) => (call === 1 ? { status: 429, headers: { 'retry-after': '1' } } : {});
    await gateway().generate(editRequest(workOrderId, 'x'));
    const [first, second] = provider.calls;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(await ledgerRows()).toMatchObject([{ errorCode: 'provider-rate-limited' }, { state: 'settled' }]);
  });

  it('is not waited for when the provider asks for longer than is worth it, and says how long', async () => {
    reply = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await failureOf(gateway().generate(editRequest(workOrderId, 'x')));
    expect(error).toMatchObject({ code: 'provider-rate-limited', retryAfterMs: 3_600_000 });
    expect(provider.calls).toHaveLength(1);
  });

  it('is tried three times and no more', async () => {
    reply = () => ({ status: 529 });
    expect(await failureOf(gateway().generate(editRequest(workOrderId, 'x')))).toMatchObject({
      code: 'provider-unavailable',
    });
    expect(provider.calls).toHaveLength(3);
  });

  it.each([
    ['a refused key', { status: 401 }, 'provider-unauthorized'],
    ['an unpaid bill', { status: 402 }, 'provider-money-out'],
    ['a used-up quota, although it comes as 429', quotaUsedUp(), 'provider-money-out'],
    ['a prompt that is too long', tooLong(), 'context-exceeded'],
    ['an answer that is no completion', { rawBody: '<html>hello</html>' }, 'provider-bad-answer'],
  ])('is not tried again after %s', async (_what, answer: ProviderReply, code) => {
    reply = () => answer;
    expect(await failureOf(gateway().generate(editRequest(workOrderId, 'x')))).toMatchObject({ code });
    expect(provider.calls).toHaveLength(1);
    expect(await ledger.spent(workOrderId)).toBe(0);
  });

  it.each([
    ['a cut connection', { cut: true }, 'provider-unavailable'],
    ['a provider that says nothing', { hang: true }, 'provider-timeout'],
  ])('is tried again after %s', async (_what, answer: ProviderReply, code) => {
    reply = () => answer;
    const impatient = gateway({ callTimeoutMs: 200 });
    expect(await failureOf(impatient.generate(editRequest(workOrderId, 'x')))).toMatchObject({ code });
    expect(provider.calls).toHaveLength(3);
  });

  it.each([
    ['cut off by its token limit', { finishReason: 'length', text: 'Half an' }, 'output-truncated'],
    ['held back by a content filter', { finishReason: 'content_filter', text: '' }, 'provider-refused'],
    ['empty', { text: ' \n' }, 'provider-bad-answer'],
    ['ended for a reason that nobody knows', { finishReason: 'error' }, 'provider-bad-answer'],
  ])('is an answer that is %s: billed, but never used or stored', async (_what, answer: ProviderReply, code) => {
    reply = () => answer;
    expect(await failureOf(gateway().generate(editRequest(workOrderId, 'x')))).toMatchObject({ code });
    expect(await ledgerRows()).toMatchObject([{ state: 'settled', errorCode: code, costUsdMicros: 600n }]);
    expect(await database.modelAnswer.count({ where: { workOrderId } })).toBe(0);
    expect(provider.calls).toHaveLength(1);
  });

  it.each([
    ['the caller ended', 'aborted'],
    ['ran into the time limit', 'provider-timeout'],
  ])('that %s may be billed, so its money still counts against the cap', async (_what, errorCode) => {
    reply = () => ({ hang: true });
    const scope = { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 3_000 };
    const request = { scope, outputTokensMax: 100 };
    const signal = errorCode === 'aborted' ? AbortSignal.timeout(200) : undefined;
    const callTimeoutMs = errorCode === 'aborted' ? 60_000 : 300;
    await failureOf(gateway({ callTimeoutMs }).generate(editRequest(workOrderId, 'abcd', { ...request, signal })));
    await expect.poll(ledgerRows).toMatchObject([{ state: 'reserved', errorCode, costUsdMicros: null }]);
    expect(provider.calls).toHaveLength(1);
    reply = () => ({});
    expect(await failureOf(gateway().generate(editRequest(workOrderId, 'abcd', request)))).toMatchObject({
      code: 'budget-exceeded',
      message: expect.stringContaining('new order with a higher --cost-cap') as string,
    });
  });

  it('never shows the key, however often the provider repeats it', async () => {
    const rawBody = JSON.stringify({ error: { message: `Bad key ${testKey}`, type: testKey, code: testKey } });
    reply = (call) => ({ status: call === 1 ? 401 : 500, rawBody });
    for (const prompt of ['x', 'y']) {
      const error = await failureOf(gateway().generate(editRequest(workOrderId, prompt)));
      expect(JSON.stringify(everythingIn(error))).not.toContain(testKey);
    }
  });
});

describe('the choice of a model', () => {
  it('refuses a model without a known price, and says which setting gives it one', async () => {
    const unpriced = gateway({ settings: { OPENAI_MODEL: 'my-model' } });
    const error = await failureOf(unpriced.generate(editRequest(workOrderId, 'x', { model: 'my-model' })));
    expect(error).toMatchObject({
      code: 'price-unknown',
      message: expect.stringContaining('OPENAI_MODEL_PRICES') as string,
    });
    expect(provider.calls).toHaveLength(0);
    const priced = gateway({ settings: { OPENAI_MODEL: 'my-model', OPENAI_MODEL_PRICES: '0.5, 2' } });
    // 100 x $0.50 + 10 x $2, per million
    expect(await priced.generate(editRequest(workOrderId, 'x', { model: 'my-model' }))).toMatchObject({
      costUsdMicros: 70,
    });
    expect(await ledgerRows()).toMatchObject([{ priceVersion: 'custom' }]);
  });

  it('refuses a prompt that does not fit, before any money is reserved', async () => {
    const request = editRequest(workOrderId, 'x'.repeat(1_000_000), { model: 'gpt-5.4-mini' });
    expect(await failureOf(gateway().generate(request))).toMatchObject({ code: 'context-exceeded' });
    expect(await ledgerRows()).toEqual([]);
  });
});

function quotaUsedUp(): ProviderReply {
  return { status: 429, rawBody: JSON.stringify({ error: { message: 'Quota', type: 'insufficient_quota' } }) };
}

function tooLong(): ProviderReply {
  return { status: 400, rawBody: JSON.stringify({ error: { message: 'Long', code: 'context_length_exceeded' } }) };
}

/** All that a logger or a stack could print of an error: own properties, hidden ones and causes included. */
function everythingIn(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const properties = Object.getOwnPropertyNames(value).map((name): [string, unknown] => [
    name,
    everythingIn(Reflect.get(value, name)),
  ]);
  return Object.fromEntries(properties);
}
