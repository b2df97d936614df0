import fc from 'fast-check';
import { expect, it } from 'vitest';

import { createCircuitBreakers } from '../../../activities/llm/circuit-breaker.ts';
import { findImbalances } from '../../support/books.ts';
import { shortTimeouts, testReservation } from '../../support/model-gateway.ts';
import type { WireBehaviour } from '../../support/wire/behaviour.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';
import { insertWorkOrder } from '../../support/work-orders.ts';

const test = setUpWireTests();

it('the ledger has what the provider billed, whatever it answered and however often it failed in between', async () => {
  const tokens = fc.integer({ min: 0, max: 400 });
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
      const gateway = test.gateway({ timeouts: shortTimeouts, breakers });
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
