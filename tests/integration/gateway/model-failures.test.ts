import { describe, expect, it } from 'vitest';

import { startFullServer } from '../../support/full-server.ts';
import { everythingIn, failureOf, setUpGatewayTests } from '../../support/gateway-tests.ts';
import { editRequest, testKey } from '../../support/model-gateway.ts';
import type { ProviderReply } from '../../support/provider-server.ts';

const test = setUpGatewayTests();

describe('a failed call', () => {
  it('gives its money back and is not remembered as an answer', async () => {
    test.reply = (call) => (call === 1 ? { status: 400, rawBody: '{"error":{"message":"no"}}' } : {});
    expect(await failureOf(test.gateway().generate(editRequest(test.workOrderId, 'x')))).toMatchObject({
      code: 'provider-refused',
    });
    expect(await test.ledgerRows()).toMatchObject([
      { state: 'released', errorCode: 'provider-refused', costUsdMicros: null },
    ]);
    expect((await test.gateway().generate(editRequest(test.workOrderId, 'x'))).repeated).toBe(false);
  });

  it('is tried again after at least the time that the provider asks for, with a ledger row per try', async () => {
    test.reply = (call) => (call === 1 ? { status: 429, headers: { 'retry-after': '1' } } : {});
    await test.gateway().generate(editRequest(test.workOrderId, 'x'));
    const [first, second] = test.provider.calls;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(await test.ledgerRows()).toMatchObject([{ errorCode: 'provider-rate-limited' }, { state: 'settled' }]);
  });

  it('is not waited for when the provider asks for longer than is worth it, and says how long', async () => {
    test.reply = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await failureOf(test.gateway().generate(editRequest(test.workOrderId, 'x')));
    expect(error).toMatchObject({ code: 'provider-rate-limited', retryAfterMs: 3_600_000 });
    expect(test.provider.calls).toHaveLength(1);
  });

  it('is tried three times and no more', async () => {
    test.reply = () => ({ status: 529 });
    expect(await failureOf(test.gateway().generate(editRequest(test.workOrderId, 'x')))).toMatchObject({
      code: 'provider-unavailable',
    });
    expect(test.provider.calls).toHaveLength(3);
  });

  it.each([
    ['a refused key', { status: 401 }, 'provider-unauthorized'],
    ['an unpaid bill', { status: 402 }, 'provider-money-out'],
    ['a used-up quota, although it comes as 429', quotaUsedUp(), 'provider-money-out'],
    ['a prompt that is too long', tooLong(), 'context-exceeded'],
    ['an answer that is no completion', { rawBody: '<html>hello</html>' }, 'provider-bad-answer'],
  ])('is not tried again after %s', async (_what, answer: ProviderReply, code) => {
    test.reply = () => answer;
    expect(await failureOf(test.gateway().generate(editRequest(test.workOrderId, 'x')))).toMatchObject({ code });
    expect(test.provider.calls).toHaveLength(1);
    expect(await test.ledger.spent(test.workOrderId)).toBe(0);
  });

  it.each([
    ['a cut connection', { cut: true }, 'provider-unavailable'],
    ['a provider that says nothing', { hang: true }, 'provider-timeout'],
  ])('is tried again after %s', async (_what, answer: ProviderReply, code) => {
    test.reply = () => answer;
    const impatient = test.gateway({ callTimeoutMs: 200 });
    expect(await failureOf(impatient.generate(editRequest(test.workOrderId, 'x')))).toMatchObject({ code });
    expect(test.provider.calls).toHaveLength(3);
  });

  it('is tried again where no connection came about in time, and costs nothing: nothing was sent', async () => {
    const server = await startFullServer();
    try {
      const gateway = test.gateway({ baseUrl: `http://127.0.0.1:${server.port}/v1`, timeouts: { connectMs: 300 } });
      const startedAtMs = performance.now();
      expect(await failureOf(gateway.generate(editRequest(test.workOrderId, 'x')))).toMatchObject({
        code: 'provider-timeout',
        message: expect.stringContaining('took no connection') as string,
      });
      expect(performance.now() - startedAtMs).toBeGreaterThan(3 * 300);
      const released = { state: 'released', errorCode: 'provider-timeout', costUsdMicros: null };
      expect(await test.ledgerRows()).toMatchObject([released, released, released]);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['cut off by its token limit', { finishReason: 'length', text: 'Half an' }, 'output-truncated'],
    ['held back by a content filter', { finishReason: 'content_filter', text: '' }, 'provider-refused'],
    ['empty', { text: ' \n' }, 'provider-bad-answer'],
    ['ended for a reason that nobody knows', { finishReason: 'error' }, 'provider-bad-answer'],
  ])('is an answer that is %s: billed, but never used or stored', async (_what, answer: ProviderReply, code) => {
    test.reply = () => answer;
    expect(await failureOf(test.gateway().generate(editRequest(test.workOrderId, 'x')))).toMatchObject({ code });
    expect(await test.ledgerRows()).toMatchObject([{ state: 'settled', errorCode: code, costUsdMicros: 600n }]);
    expect(await test.database.modelAnswer.count({ where: { workOrderId: test.workOrderId } })).toBe(0);
    expect(test.provider.calls).toHaveLength(1);
  });

  it.each([
    ['the caller ended', 'aborted'],
    ['ran into the time limit', 'provider-timeout'],
  ])('that %s may be billed, so its money still counts against the cap', async (_what, errorCode) => {
    test.reply = () => ({ hang: true });
    const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 4_000 };
    const request = { scope, outputTokensMax: 100 };
    const signal = errorCode === 'aborted' ? AbortSignal.timeout(200) : undefined;
    const callTimeoutMs = errorCode === 'aborted' ? 60_000 : 300;
    await failureOf(
      test.gateway({ callTimeoutMs }).generate(editRequest(test.workOrderId, 'abcd', { ...request, signal })),
    );
    await expect.poll(() => test.ledgerRows()).toMatchObject([{ state: 'reserved', errorCode, costUsdMicros: null }]);
    expect(test.provider.calls).toHaveLength(1);
    test.reply = () => ({});
    expect(await failureOf(test.gateway().generate(editRequest(test.workOrderId, 'abcd', request)))).toMatchObject({
      code: 'budget-exceeded',
      message: expect.stringContaining('new order with a higher --cost-cap') as string,
    });
  });

  it('never shows the key, however often the provider repeats it', async () => {
    const rawBody = JSON.stringify({ error: { message: `Bad key ${testKey}`, type: testKey, code: testKey } });
    test.reply = (call) => ({ status: call === 1 ? 401 : 500, rawBody });
    for (const prompt of ['x', 'y']) {
      const error = await failureOf(test.gateway().generate(editRequest(test.workOrderId, prompt)));
      expect(JSON.stringify(everythingIn(error))).not.toContain(testKey);
    }
  });
});

function quotaUsedUp(): ProviderReply {
  return { status: 429, rawBody: JSON.stringify({ error: { message: 'Quota', type: 'insufficient_quota' } }) };
}

function tooLong(): ProviderReply {
  return { status: 400, rawBody: JSON.stringify({ error: { message: 'Long', code: 'context_length_exceeded' } }) };
}
