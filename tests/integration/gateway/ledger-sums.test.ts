import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createCircuitBreakers } from '../../../activities/llm/circuit-breaker.ts';
import { costOfTokens } from '../../../domain/budget/models.ts';
import type { ModelCallRepository } from '../../../prisma/repositories/model-calls.ts';
import { findImbalances } from '../../support/books.ts';
import { failureOf } from '../../support/gateway-tests.ts';
import { testPrices, testReservation } from '../../support/model-gateway.ts';
import { startProviderServer } from '../../support/provider-server.ts';
import type { WireBehaviour } from '../../support/wire/behaviour.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';
import { insertWorkOrder } from '../../support/work-orders.ts';

const test = setUpWireTests();

it('the ledger has what the provider billed, whatever it answered and however often it failed in between', async () => {
  const tokens = fc.integer({ min: 1, max: 400 });
  const usage = fc.record({ inputTokens: tokens, outputTokens: fc.integer({ min: 0, max: 16_000 }) });
  const billed = fc.record({
    does: fc.constant('answer' as const),
    usage,
    stop: fc.constantFrom('end' as const, 'length' as const, 'refusal' as const),
    text: fc.constantFrom('An answer.', ''),
  });
  const free: fc.Arbitrary<WireBehaviour> = fc.constantFrom<WireBehaviour>(
    { does: 'refuse', status: 500 },
    { does: 'refuse', status: 401 },
    { does: 'reset' },
    { does: 'malformed' },
  );
  const scripts = fc.array(fc.oneof({ weight: 3, arbitrary: billed }, free), { minLength: 8, maxLength: 20 });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(scripts, fc.boolean(), async (script, isStream) => {
      round += 1;
      const workOrderId = await insertWorkOrder(test.database);
      const scope = { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 100_000_000 };
      const before = { ...test.server.billed };
      let next = 0;
      test.server.behave.openai = () => script[next++ % script.length] ?? { does: 'answer' };
      // Its breaker is the last thing that should stop these.
      const breakers = createCircuitBreakers({ failuresMax: 1_000, restMs: 1 });
      const gateway = test.gateway({ breakers });
      const onPiece = isStream ? { onPiece: () => undefined } : {};
      await Promise.allSettled(
        script.map((_one, index) => gateway.generate(test.request(`${round}/${index}`, { scope, ...onPiece }))),
      );
      const after = test.server.billed;
      const billedUsdMicros =
        4 * (after.inputTokens - before.inputTokens) + 20 * (after.outputTokens - before.outputTokens);
      expect(await test.ledger.spent(workOrderId)).toBe(billedUsdMicros);
      expect(await findImbalances(test.database)).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

it.each([
  ['claude-opus-5-5', 'anthropic', false],
  ['claude-opus-5-5', 'anthropic', true],
  ['gpt-5.6', 'openai', false],
  ['gpt-5.6', 'openai', true],
] as const)(
  'what %s put into its cache is paid at its own price (%s, stream: %s)',
  async (model, dialect, isStream) => {
    const usage = { inputTokens: 1_000, outputTokens: 50, cachedInputTokens: 400, cacheWriteInputTokens: 300 };
    test.server.behave[dialect] = () => ({ does: 'answer', usage });
    const onPiece = isStream ? { onPiece: () => undefined } : {};
    const entry = testPrices.chat.find(({ name }) => name === model) ?? expect.unreachable(model);
    expect(await test.gateway().generate(test.request('Change it.', { model, ...onPiece }))).toMatchObject({
      usage,
      costUsdMicros: costOfTokens(entry, usage),
    });
    expect(costOfTokens(entry, usage)).toBeGreaterThan(costOfTokens(entry, { ...usage, cacheWriteInputTokens: 0 }));
  },
);

it.each([{}, { prompt_tokens: 0, completion_tokens: 0 }])(
  'counts of nothing, such as %o, make no call free',
  async (counts) => {
    const message = { role: 'assistant', content: 'An answer.' };
    const completion = { model: 'x', choices: [{ index: 0, message, finish_reason: 'stop' }], usage: counts };
    const provider = await startProviderServer({ reply: () => ({ rawBody: JSON.stringify(completion) }) });
    const gateway = test.gateway({ baseUrl: provider.baseUrl });
    const answer = await gateway.generate(test.request('Change it.'));
    await provider.close();
    expect(answer.usage).toBeNull();
    const [row] = await test.ledgerRows();
    expect(row?.costUsdMicros).toBe(row?.reservedUsdMicros);
  },
);

describe('a database that loses the connection while an ending is written', () => {
  /** A ledger whose next endings fail: before they are written, or after. */
  function failing(times: number, when: 'before' | 'after'): ModelCallRepository {
    let left = times;
    const { ledger } = test;
    return {
      ...ledger,
      async settle(reservation, ending) {
        left -= 1;
        if (left >= 0 && when === 'before') throw new Error('connection lost');
        await ledger.settle(reservation, ending);
        if (left >= 0) throw new Error('connection lost');
      },
    };
  }

  it.each(['before', 'after'] as const)('costs nobody an answer that is paid (%s it was written)', async (when) => {
    const gateway = test.gateway({ ledger: failing(2, when) });
    expect(await gateway.generate(test.request('Change it.'))).toMatchObject({ text: 'An answer.' });
    expect(await test.ledgerRows()).toMatchObject([{ state: 'settled', costUsdMicros: 600n }]);
    expect(await test.storedAnswers()).toBe(1);
  });

  it('for longer is an error, and what was reserved counts until its time is over', async () => {
    const gateway = test.gateway({ ledger: failing(9, 'before') });
    expect(await failureOf(gateway.generate(test.request('Change it.')))).toMatchObject({ message: 'connection lost' });
    expect(await test.ledgerRows()).toMatchObject([{ state: 'reserved' }]);
    expect(test.server.calls).toHaveLength(1);
  });
});

it('the running sums are what the rows come to, in whatever order calls are reserved, ended and given up', async () => {
  const orders = await Promise.all([1, 2, 3].map(() => insertWorkOrder(test.database)));
  const ending = fc.constantFrom('settled', 'released', 'kept', 'twice', 'never', 'late');
  const call = fc.record({ order: fc.nat(3), amountUsdMicros: fc.integer({ min: 0, max: 3_000 }), ending });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 30 }), async (calls) => {
      await Promise.all(
        calls.map(async ({ order, amountUsdMicros, ending: how }) => {
          // The fourth belongs to no order.
          const reservation = testReservation(orders[order] ?? null, {
            ...{ amountUsdMicros, capUsdMicros: 30_000, validForMs: how === 'late' ? 1 : 60_000 },
          });
          const { verdict } = await test.ledger.reserve(reservation);
          if (verdict !== 'reserved' || how === 'never') return;
          if (how === 'released' || how === 'kept') {
            await test.ledger.settle(reservation, { outcome: how, errorCode: 'aborted', latencyMs: 1 });
            return;
          }
          const costUsdMicros = Math.floor(amountUsdMicros / 2);
          for (let times = how === 'twice' ? 2 : 1; times > 0; times -= 1) {
            await test.ledger.settle(reservation, {
              ...{ outcome: 'settled', servedModel: 'x', costUsdMicros, usage: null, errorCode: null, answer: null },
              ...{ isUsageEstimated: false, latencyMs: 1, firstByteMs: null },
            });
          }
        }),
      );
      expect(await findImbalances(test.database)).toEqual([]);
      for (const id of orders) {
        const { settledUsdMicros, reservedUsdMicros } = await test.account(`order:${id}`);
        expect(settledUsdMicros + reservedUsdMicros).toBeLessThanOrEqual(30_000);
        expect(reservedUsdMicros).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 15 },
  );
});
