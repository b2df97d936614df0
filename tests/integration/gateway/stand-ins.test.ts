import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { startModelEndpoint } from '../../../activities/llm/endpoint.ts';
import { createCircuitBreakers } from '../../../activities/llm/circuit-breaker.ts';
import { createConfigRedactor, createLogger } from '../../../platform/logger.ts';
import { failureOf } from '../../support/gateway-tests.ts';
import { impatient, testConfig } from '../../support/model-gateway.ts';
import type { WireBehaviour } from '../../support/wire/behaviour.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';

const test = setUpWireTests();

const opus = { model: 'claude-opus-5-5' };
const overloaded: WireBehaviour = { does: 'refuse', status: 529 };

describe('a model that stands in', () => {
  it('is asked under the name that its own provider gave it, and says whose place it took', async () => {
    test.server.behave.anthropic = () => overloaded;
    const registry = new Registry();
    const answer = await test
      .gateway({ chain: 'anthropic,ollama', registry })
      .generate(test.request('Change it.', opus));
    expect(answer).toMatchObject({
      servedModel: 'ollama/qwen3:latest',
      provider: 'ollama',
      degraded: true,
      costUsdMicros: 0,
    });
    expect(test.server.callsOf('ollama')).toMatchObject([{ model: 'qwen3:latest' }]);
    expect((await test.ledgerRows()).at(-1)).toMatchObject({
      ...{ provider: 'ollama', askedModel: 'ollama/qwen3:latest', servedModel: 'ollama/qwen3:latest' },
      ...{ fallbackFrom: 'claude-opus-5-5', retryNumber: 0, state: 'settled' },
    });
    expect(await test.ledger.servedModels(test.workOrderId, 1)).toEqual(['ollama/qwen3:latest']);
    expect(await registry.metrics()).toContain(
      'ratchet_model_fallbacks_total{provider="ollama",model="ollama/qwen3:latest",asked="claude-opus-5-5"} 1',
    );
    expect(await registry.metrics()).toContain(
      'ratchet_model_retries_total{provider="anthropic",model="claude-opus-5-5"} 2',
    );
  });

  it('gives an answer that is repeated for the model that was asked, and still says so', async () => {
    test.server.behave.anthropic = () => overloaded;
    await test.gateway({ chain: 'anthropic,ollama' }).generate(test.request('Change it.', opus));
    const calls = test.server.calls.length;
    const again = await test.gateway({ chain: 'anthropic,ollama' }).generate(test.request('Change it.', opus));
    expect(again).toMatchObject({ repeated: true, degraded: true, servedModel: 'ollama/qwen3:latest' });
    expect(test.server.calls).toHaveLength(calls);
  });

  it('is named in what a session came to, and in the answer that its client gets', async () => {
    test.server.behave.anthropic = () => overloaded;
    const config = testConfig({});
    const logger = createLogger('test', config, createConfigRedactor(config));
    const endpoint = await startModelEndpoint({ gateway: test.gateway({ chain: 'anthropic,ollama' }), logger });
    const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 5_000_000 };
    const session = await endpoint.openSession({ scope, ...opus });
    const response = await fetch(`${session.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.token}` },
      body: JSON.stringify({ ...opus, messages: [{ role: 'user', content: 'Change it.' }] }),
    });
    expect(await response.json()).toMatchObject({
      model: 'claude-opus-5-5',
      ratchet: { served_model: 'ollama/qwen3:latest', degraded: true },
    });
    expect(await session.calls()).toMatchObject({ count: 1, degraded: true });
    await endpoint.close();
  });

  it('that does not answer either is named in the error with everybody else who was asked', async () => {
    for (const dialect of ['anthropic', 'openai', 'ollama'] as const) test.server.behave[dialect] = () => overloaded;
    const gateway = test.gateway({ chain: 'anthropic,openai,ollama' });
    const error = await failureOf(gateway.generate(test.request('Change it.', opus)));
    const asked = ['claude-opus-5-5', 'gpt-5.6', 'ollama/qwen3:latest'];
    expect(error).toMatchObject({ code: 'provider-unavailable', context: { asked } });
    for (const name of asked) expect((error as Error).message).toContain(name);
    expect(test.server.calls).toHaveLength(9);
  });

  it('is nobody when nobody else is there: then the error is that of the model that was asked', async () => {
    test.server.behave.anthropic = () => overloaded;
    const settings = { OLLAMA_BASE_URL: 'http://127.0.0.1:1' };
    const gateway = test.gateway({ chain: 'anthropic,ollama', settings });
    const error = await failureOf(gateway.generate(test.request('Change it.', opus)));
    expect(error).toMatchObject({ code: 'provider-unavailable' });
    expect((error as Error).message).not.toContain('stand in');
    expect(test.server.calls).toHaveLength(3);
  });

  it('is asked when an open call has taken the money for another try', async () => {
    test.server.behave.anthropic = () => ({ does: 'hang', after: 'request' });
    // Enough for one call of 33 cents, and not for two.
    const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 500_000 };
    const gateway = test.gateway({ chain: 'anthropic,ollama', timeouts: impatient });
    expect(await gateway.generate(test.request('Change it.', { ...opus, scope }))).toMatchObject({
      provider: 'ollama',
    });
    expect(await test.ledgerRows()).toMatchObject([
      { state: 'reserved', errorCode: 'provider-timeout' },
      { state: 'settled', fallbackFrom: 'claude-opus-5-5' },
    ]);
  });

  it('is not asked when the money of the order is gone', async () => {
    const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 10 };
    const gateway = test.gateway({ chain: 'anthropic,openai,ollama' });
    expect(await failureOf(gateway.generate(test.request('Change it.', { ...opus, scope })))).toMatchObject({
      code: 'budget-exceeded',
    });
    expect(test.server.calls).toHaveLength(0);
  });
});

describe('a provider that limits the rate', () => {
  it.each(['anthropic', 'openai', 'ollama'] as const)(
    '%s is asked again no sooner than it wants, in seconds',
    async (dialect) => {
      test.server.behave[dialect] = ({ number }) =>
        number === 1 ? { does: 'refuse', status: 429, headers: { 'retry-after': '1' } } : { does: 'answer' };
      const model = { anthropic: 'claude-opus-5-5', openai: 'gpt-5.6', ollama: 'ollama/qwen3:latest' }[dialect];
      await test.gateway().generate(test.request('Change it.', { model }));
      const [first, second] = test.server.calls;
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
      expect(await test.ledgerRows()).toMatchObject([
        { retryNumber: 0, state: 'released', errorCode: 'provider-rate-limited' },
        { retryNumber: 1, state: 'settled' },
      ]);
    },
  );

  it('is asked again no sooner than it wants, as a date', async () => {
    const untilMs = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
    const headers = { 'retry-after': new Date(untilMs).toUTCString() };
    test.server.behave.anthropic = ({ number }) =>
      number === 1 ? { does: 'refuse', status: 503, headers } : { does: 'answer' };
    await test.gateway().generate(test.request('Change it.', opus));
    expect(test.server.calls[1]?.atMs).toBeGreaterThanOrEqual(untilMs);
  });

  it('for longer than 30 s is left alone until then, and somebody else answers at once', async () => {
    let nowMs = Date.now();
    const breakers = createCircuitBreakers(undefined, () => nowMs);
    const gateway = test.gateway({ chain: 'anthropic,openai', breakers });
    test.server.behave.anthropic = () => ({ does: 'refuse', status: 429, headers: { 'retry-after': '60' } });
    const ask = async (prompt: string) => {
      const { provider } = await gateway.generate(test.request(prompt, opus));
      return [provider, test.server.callsOf('anthropic').length];
    };
    const startedAtMs = Date.now();
    expect(await ask('One.')).toEqual(['openai', 1]);
    expect(Date.now() - startedAtMs).toBeLessThan(5_000);
    nowMs += 59_000;
    expect(await ask('Two.')).toEqual(['openai', 1]);
    expect(gateway.health()[0]).toMatchObject({ provider: 'anthropic', state: 'open' });
    nowMs += 1_001;
    test.server.behave.anthropic = () => ({ does: 'answer' });
    expect(await ask('Three.')).toEqual(['anthropic', 2]);
    expect(gateway.health()[0]).toMatchObject({ state: 'closed', failures: 0, restsUntilMs: null });
  });
});

describe('a provider that fails five times', () => {
  it('is left alone, tried by one call when its rest is over, and asked by all when that one was answered', async () => {
    let nowMs = Date.now();
    const gateway = test.gateway({ breakers: createCircuitBreakers(undefined, () => nowMs) });
    const ask = (prompt: string) => gateway.generate(test.request(prompt));
    const count = () => test.server.calls.length;
    test.server.behave.openai = () => overloaded;
    // Three tries and two.
    await failureOf(ask('One.'));
    expect(gateway.health()).toMatchObject([{ state: 'closed', failures: 3 }]);
    await failureOf(ask('Two.'));
    expect([count(), gateway.health()[0]?.state]).toEqual([5, 'open']);
    expect(await failureOf(ask('Three.'))).toMatchObject({ code: 'provider-unavailable', context: { resting: true } });
    expect(count()).toBe(5);

    nowMs += 30_001;
    await failureOf(ask('Four.'));
    expect([count(), gateway.health()[0]?.state]).toEqual([6, 'open']);

    nowMs += 30_001;
    test.server.behave.openai = () => ({ does: 'answer', delayMs: 200 });
    const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map(ask));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(count()).toBe(7);
    await Promise.all(['e', 'f'].map(ask));
    expect([count(), gateway.health()[0]?.state]).toEqual([9, 'closed']);
  });

  it('still gives the answers that it gave before', async () => {
    const breakers = createCircuitBreakers();
    const gateway = test.gateway({ breakers });
    await gateway.generate(test.request('Change it.'));
    test.server.behave.openai = () => overloaded;
    for (const prompt of ['One.', 'Two.']) await failureOf(gateway.generate(test.request(prompt)));
    expect(gateway.health()[0]?.state).toBe('open');
    expect(await gateway.generate(test.request('Change it.'))).toMatchObject({ repeated: true });
  });

  it('is not tried by a call that has no money, nor freed by it', async () => {
    let nowMs = Date.now();
    const gateway = test.gateway({ breakers: createCircuitBreakers({ failuresMax: 3, restMs: 1_000 }, () => nowMs) });
    test.server.behave.openai = () => overloaded;
    await failureOf(gateway.generate(test.request('One.')));
    nowMs += 1_001;
    const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 10 };
    expect(await failureOf(gateway.generate(test.request('Two.', { scope })))).toMatchObject({
      code: 'budget-exceeded',
    });
    expect(gateway.health()).toMatchObject([{ state: 'open', failures: 3 }]);
    test.server.behave.openai = () => ({ does: 'answer' });
    expect(await gateway.generate(test.request('Three.'))).toMatchObject({ text: 'An answer.' });
  });
});
