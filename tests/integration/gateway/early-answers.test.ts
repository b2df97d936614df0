import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startModelEndpoint, type ModelEndpoint, type ModelSession } from '../../../activities/llm/endpoint.ts';
import { createConfigRedactor, createLogger } from '../../../platform/logger.ts';
import { setUpGatewayTests } from '../../support/gateway-tests.ts';
import { testConfig } from '../../support/model-gateway.ts';

const test = setUpGatewayTests();

/** Lets the endings be written that the ledger holds back, or lets them fail. */
let writing: PromiseWithResolvers<void>;
/** The same for the disk, after everybody sees them. */
let flushing: PromiseWithResolvers<void>;
let endpoint: ModelEndpoint;
let session: ModelSession;

beforeEach(async () => {
  writing = Promise.withResolvers();
  flushing = Promise.withResolvers();
  flushing.resolve();
  const ledger: typeof test.ledger = {
    ...test.ledger,
    async settle(reservation, ending, onSeen) {
      await writing.promise;
      await test.ledger.settle(reservation, ending, onSeen);
      await flushing.promise;
    },
  };
  const config = testConfig({});
  const logger = createLogger('test', config, createConfigRedactor(config));
  endpoint = await startModelEndpoint({ gateway: test.gateway({ ledger }), logger });
  const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 5_000_000 };
  session = await endpoint.openSession({ scope, model: 'gpt-5.6' });
});

afterEach(async () => {
  writing.resolve();
  flushing.resolve();
  await session.close();
  await endpoint.close();
});

async function ask(content: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${session.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session.token}` },
    body: JSON.stringify({ model: 'gpt-5.6', messages: [{ role: 'user', content }] }),
  });
  return { status: response.status, text: await response.text() };
}

/** Whether a promise is still open after everything that could end it has had its time. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const waited = new Promise((resolve) => setTimeout(resolve, 200, 'open'));
  return (await Promise.race([promise, waited])) === 'open';
}

describe('an answer that is not written yet', () => {
  it('is with its client already, and counts for the session only when the ledger has it', async () => {
    expect((await ask('Change it.')).text).toContain('An answer.');
    expect(await test.ledgerRows()).toMatchObject([{ state: 'reserved' }]);
    const calls = session.calls();
    expect(await isOpen(calls)).toBe(true);
    writing.resolve();
    expect(await calls).toMatchObject({ count: 1 });
    expect(await test.ledgerRows()).toMatchObject([{ state: 'settled' }]);
  });

  it('holds back the next call of its order, so that no cap and no store knows less than the order has used', async () => {
    await ask('Change it.');
    const again = ask('Change it.');
    const next = ask('And the next.');
    expect(await isOpen(Promise.race([again, next]))).toBe(true);
    expect(test.provider.calls).toHaveLength(1);
    writing.resolve();
    expect(JSON.parse((await again).text)).toMatchObject({ ratchet: { repeated: true } });
    expect((await next).status).toBe(200);
    expect(test.provider.calls).toHaveLength(2);
  });

  it('lets the next call go on when it is seen, and counts for the session only when the disk has it', async () => {
    writing.resolve();
    flushing = Promise.withResolvers();
    await ask('Change it.');
    expect((await ask('And the next.')).status).toBe(200);
    const calls = session.calls();
    expect(await isOpen(calls)).toBe(true);
    flushing.resolve();
    expect(await calls).toMatchObject({ count: 2 });
  });

  it('and never can be fails the session, and is not forgotten when the next call goes well', async () => {
    await ask('Change it.');
    writing.reject(new Error('connection lost'));
    await expect(session.calls()).rejects.toThrow('connection lost');
    writing = Promise.withResolvers();
    writing.resolve();
    expect((await ask('And the next.')).status).toBe(200);
    await expect(session.calls()).rejects.toThrow('connection lost');
  });
});
