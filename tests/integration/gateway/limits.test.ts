import { describe, expect, it } from 'vitest';

import type { BudgetLimits } from '../../../domain/budget/limits.ts';
import { writeStopAll } from '../../../prisma/repositories/stop-all.ts';
import { failureOf } from '../../support/gateway-tests.ts';
import { hintTokens, plainModel, testReservation } from '../../support/model-gateway.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';

const test = setUpWireTests();

const hint = /80 % of the money/;
const outputTokensMax = 100;
/** Six bytes of text, its overhead and the hint at $4, 100 tokens of output at $20 per million. */
const callUsdMicros = 4 * (6 + 16 + hintTokens) + 20 * outputTokensMax;
const sentTexts = () => test.server.calls.map(({ body }) => JSON.stringify(body));

describe('a limit of all work together', () => {
  const ask = (limits: Partial<BudgetLimits>, model = plainModel.name) =>
    test
      .gateway({ limits, settings: plainModel.settings })
      .generate(test.request('abcdef', { model, outputTokensMax }));
  const used = async () => {
    const { settledUsdMicros, reservedUsdMicros } = await test.today();
    return settledUsdMicros + reservedUsdMicros;
  };

  it.each([
    ['dayKillUsdMicros', 'the daily limit', /next day \(UTC\).*budget\.dayKillUsd/],
    ['monthHardUsdMicros', 'the monthly limit', /budget\.monthHardUsd/],
  ] as const)(
    '%s refuses what would pass it in a sentence of its own, and nothing that fits',
    async (name, of, way) => {
      const before = await used();
      const error = await failureOf(ask({ [name]: before + callUsdMicros - 1 }));
      expect(error).toMatchObject({ code: 'budget-limit-reached', message: expect.stringContaining(of) as string });
      expect((error as Error).message).toMatch(way);
      expect(test.server.calls).toHaveLength(0);
      expect(await test.ledgerRows()).toEqual([]);
      expect(await ask({ [name]: before + callUsdMicros })).toMatchObject({ repeated: false });
    },
  );

  it('lets models pass that cost nothing, also beyond it', async () => {
    expect(await ask({ dayKillUsdMicros: 0, monthHardUsdMicros: 0 }, 'ollama/qwen3:latest')).toMatchObject({
      provider: 'ollama',
      costUsdMicros: 0,
    });
  });

  it('counts a day of its own: what was spent yesterday is part of the month alone', async () => {
    const yesterday = new Date(Date.now() - 24 * 60 * 60_000).toISOString().slice(0, 10);
    const spent = { settledUsdMicros: 99_000_000n, reservedUsdMicros: 0n, settledCalls: 1 };
    await test.database.budgetAccount.create({ data: { key: `day:${yesterday}`, ...spent } });
    const before = await used();
    expect(await ask({ dayKillUsdMicros: before + callUsdMicros })).toMatchObject({ text: 'An answer.' });
    await test.database.budgetAccount.delete({ where: { key: `day:${yesterday}` } });
  });
});

it('nobody is asked while all work is stopped, not even for nothing, and stored answers are still given', async () => {
  const gateway = test.gateway();
  await gateway.generate(test.request('Before.'));
  const stop = (stopped: boolean) =>
    writeStopAll(test.database, { stopped, reason: 'Too dear.', changedBy: 'a person' });
  await stop(true);
  try {
    for (const model of ['gpt-5.6', 'ollama/qwen3:latest']) {
      const error = await failureOf(
        test.gateway({ chain: 'openai,ollama' }).generate(test.request('After.', { model })),
      );
      expect(error).toMatchObject({ code: 'all-stopped' });
    }
    expect(test.server.calls).toHaveLength(1);
    expect(await gateway.generate(test.request('Before.'))).toMatchObject({ repeated: true });
  } finally {
    await stop(false);
  }
  // It said nothing of the provider.
  expect(await gateway.generate(test.request('After.'))).toMatchObject({ repeated: false });
});

describe('when 80 % of the money of an order are gone, its model', () => {
  const costCapUsdMicros = 10_000_000;
  const ask = (model = 'gpt-5.6', step = 'edit') => {
    const scope = { workOrderId: test.workOrderId, attempt: 1, step, costCapUsdMicros };
    return test.gateway().generate(test.request('abcdef', { model, scope, outputTokensMax }));
  };
  /** As other steps of the order spent it. */
  const spend = async (amountUsdMicros: number) => {
    const step = `spend ${amountUsdMicros}`;
    const reservation = testReservation(test.workOrderId, { step, amountUsdMicros, capUsdMicros: costCapUsdMicros });
    expect(await test.ledger.reserve(reservation)).toMatchObject({ verdict: 'reserved' });
    await test.ledger.settle(reservation, {
      ...{ outcome: 'settled', servedModel: 'gpt-5.6', costUsdMicros: amountUsdMicros, usage: null, errorCode: null },
      ...{ isUsageEstimated: false, latencyMs: 1, firstByteMs: null, answer: null },
    });
  };

  it('is told to finish, and not a micro-dollar before', async () => {
    await spend(7_999_999);
    await ask();
    // What that call came to may be more than the one micro-dollar that was missing.
    await ask('gpt-5.6', 'repair');
    expect(sentTexts().map((text) => hint.test(text))).toEqual([false, true]);
  });

  it('is told to finish when reservations are part of what is gone', async () => {
    const capUsdMicros = costCapUsdMicros;
    await test.ledger.reserve(testReservation(test.workOrderId, { amountUsdMicros: 8_000_000, capUsdMicros }));
    await ask();
    expect(sentTexts()[0]).toMatch(hint);
  });

  it('is asked the same question as before: the hint is no part of its key', async () => {
    const first = await ask();
    await spend(8_000_000);
    expect(await ask()).toMatchObject({ text: first.text, repeated: true });
    await ask('gpt-5.6', 'repair');
    const [before, after] = await test.database.modelCall.findMany({
      where: { workOrderId: test.workOrderId, step: { in: ['edit', 'repair'] } },
      orderBy: { createdAt: 'asc' },
    });
    expect(sentTexts().map((text) => hint.test(text))).toEqual([false, true]);
    expect(after?.promptHash).toBe(before?.promptHash);
    expect(after?.reservedUsdMicros).toBe(before?.reservedUsdMicros);
  });

  it('is left in peace when it costs nothing', async () => {
    await spend(9_000_000);
    await ask('ollama/qwen3:latest');
    expect(sentTexts()[0]).not.toMatch(hint);
  });
});
