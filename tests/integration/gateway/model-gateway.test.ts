import { describe, expect, it } from 'vitest';

import { failureOf, setUpGatewayTests } from '../../support/gateway-tests.ts';
import { editRequest, hintTokens, plainModel, testKey, testReservation } from '../../support/model-gateway.ts';

const test = setUpGatewayTests();

/** 20 tokens of text and overhead and those of the hint at $4, 100 of output at $20 per million. */
const reservedUsdMicros = 2_080 + 4 * hintTokens;

describe('an answer', () => {
  it('is paid with what the provider counted, in micro-dollars', async () => {
    test.reply = () => ({ text: 'Done.', usage: { inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 400 } });
    const answer = await test.gateway().generate(editRequest(test.workOrderId, 'Change it.'));
    // 600 x $4 + 400 x $0.40 + 200 x $20, per million
    expect(answer).toMatchObject({ text: 'Done.', provider: 'openai', servedModel: 'gpt-5.6', costUsdMicros: 6_560 });
    expect(answer).toMatchObject({ scripted: false, repeated: false, finishReason: 'stop' });
    const rows = await test.ledgerRows();
    expect(rows).toMatchObject([
      { state: 'settled', costUsdMicros: 6_560n, inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 400 },
    ]);
    expect(await test.ledger.spent(test.workOrderId)).toBe(6_560);
    expect(await test.ledger.servedModels(test.workOrderId, 1)).toEqual(['gpt-5.6']);
    expect(rows[0]?.priceVersion).toMatch(/^LiteLLM .+ price table, \d{4}-\d\d-\d\d$/);
    expect(test.provider.calls[0]?.authorization).toBe(`Bearer ${testKey}`);
  });

  it('is not paid twice, not by the same gateway and not by a new one after a restart', async () => {
    const first = await test.gateway().generate(editRequest(test.workOrderId, 'Change it.'));
    const afterRestart = await test.gateway().generate(editRequest(test.workOrderId, 'Change it.'));
    expect(afterRestart).toMatchObject({ text: first.text, usage: first.usage, repeated: true, costUsdMicros: 0 });
    expect(test.provider.calls).toHaveLength(1);
    expect(await test.ledgerRows()).toHaveLength(1);
  });

  it('is still the same answer on the day after, although Aider writes the date into its prompt', async () => {
    const prompt = (date: string) => [
      { role: 'system' as const, content: `- Platform: Linux\n- Current date: ${date}\n- Be brief.` },
    ];
    await test.gateway().generate(editRequest(test.workOrderId, '', { messages: prompt('2026-11-21') }));
    const nextDay = await test
      .gateway()
      .generate(editRequest(test.workOrderId, '', { messages: prompt('2026-11-22') }));
    expect(nextDay.repeated).toBe(true);
    expect(test.provider.calls).toHaveLength(1);
  });

  it('belongs to its attempt, step, model and prompt alone', async () => {
    const { scope } = editRequest(test.workOrderId, 'Change it.');
    await test.gateway().generate(editRequest(test.workOrderId, 'Change it.'));
    await test.gateway().generate(editRequest(test.workOrderId, 'Change it!'));
    await test.gateway().generate(editRequest(test.workOrderId, 'Change it.', { model: 'gpt-5.4-mini' }));
    await test.gateway().generate(editRequest(test.workOrderId, 'Change it.', { scope: { ...scope, attempt: 2 } }));
    await test.gateway().generate(editRequest(test.workOrderId, 'Change it.', { scope: { ...scope, step: 'plan' } }));
    expect(test.provider.calls).toHaveLength(5);
  });

  it('is asked for once when two callers want it at the same moment', async () => {
    test.reply = () => ({ delayMs: 200 });
    const shared = test.gateway();
    const answers = await Promise.all([1, 2].map(() => shared.generate(editRequest(test.workOrderId, 'Change it.'))));
    expect(answers.map((answer) => answer.repeated)).toEqual([false, true]);
    expect(test.provider.calls).toHaveLength(1);
  });

  it('comes to both who want it as a stream at the same moment, and is paid once', async () => {
    test.reply = () => ({ delayMs: 200, text: 'An answer.' });
    const shared = test.gateway();
    const texts = ['', ''];
    const answers = [0, 1].map((index) =>
      shared.generate(
        editRequest(test.workOrderId, 'Change it.', {
          onPiece: (piece) => {
            if (piece.kind === 'text') texts[index] = `${texts[index] ?? ''}${piece.text}`;
          },
        }),
      ),
    );
    expect((await Promise.all(answers)).map(({ costUsdMicros }) => costUsdMicros)).toEqual([600, 0]);
    expect(texts).toEqual(['An answer.', 'An answer.']);
    expect(test.provider.calls).toHaveLength(1);
  });

  it('goes to the one who waits when another caller of the same prompt gives up', async () => {
    test.reply = () => ({ delayMs: 300 });
    const shared = test.gateway();
    const impatient = AbortSignal.timeout(100);
    const [gaveUp, waited] = await Promise.allSettled([
      shared.generate(editRequest(test.workOrderId, 'Change it.', { signal: impatient })),
      shared.generate(editRequest(test.workOrderId, 'Change it.')),
    ]);
    expect(gaveUp.status).toBe('rejected');
    expect(waited.status).toBe('fulfilled');
    expect(test.provider.calls).toHaveLength(1);
  });
});

describe('the cap', () => {
  const { name: model, settings } = plainModel;

  it('is never passed by 50 calls at once, by not one micro-dollar', async () => {
    // The provider uses all that was reserved.
    const usage = { inputTokens: 20 + hintTokens, outputTokens: 100 };
    test.reply = () => ({ usage, delayMs: 50 });
    const costUsdMicros = reservedUsdMicros;
    const costCapUsdMicros = 7 * costUsdMicros + costUsdMicros - 1;
    const { scope } = editRequest(test.workOrderId, '');
    const shared = test.gateway({ settings });
    const calls = Array.from({ length: 50 }, (_, index) =>
      shared.generate(
        editRequest(test.workOrderId, String(1_000 + index), {
          scope: { ...scope, costCapUsdMicros },
          ...{ outputTokensMax: 100, model },
        }),
      ),
    );
    const results = await Promise.allSettled(calls);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map((result): unknown => result.reason)).toEqual(
      Array.from({ length: 43 }, () => expect.objectContaining({ code: 'budget-exceeded' }) as unknown),
    );
    expect(test.provider.calls).toHaveLength(7);
    expect(await test.ledger.spent(test.workOrderId)).toBe(7 * costUsdMicros);
    expect(await test.ledgerRows()).toHaveLength(7);
  });

  it('lets a call through that fits to the last micro-dollar, and refuses the same one below it', async () => {
    const request = (costCapUsdMicros: number) =>
      editRequest(test.workOrderId, 'abcd', {
        scope: { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros },
        ...{ outputTokensMax: 100, model },
      });
    expect(await failureOf(test.gateway({ settings }).generate(request(reservedUsdMicros - 1)))).toMatchObject({
      code: 'budget-exceeded',
    });
    expect(test.provider.calls).toHaveLength(0);
    await test.gateway({ settings }).generate(request(reservedUsdMicros));
    expect(test.provider.calls).toHaveLength(1);
  });

  it('gets the money back from a reservation whose time is over', async () => {
    const reserve = async (validForMs: number) => {
      const one = testReservation(test.workOrderId, { capUsdMicros: 100, validForMs });
      return (await test.ledger.reserve(one)).verdict;
    };
    expect(await reserve(300)).toBe('reserved');
    expect(await reserve(300)).toBe('order-cap');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await reserve(60_000)).toBe('reserved');
    expect(await test.ledgerRows()).toMatchObject([{ state: 'expired' }, { state: 'reserved' }]);
  });

  it('charges the whole reservation when a provider does not count', async () => {
    test.reply = () => ({ usage: null });
    const answer = await test
      .gateway({ settings })
      .generate(editRequest(test.workOrderId, 'abcd', { outputTokensMax: 100, model }));
    expect(answer).toMatchObject({ usage: null, costUsdMicros: reservedUsdMicros });
  });
});

describe('the choice of a model', () => {
  it('refuses a model without a known price, and says which setting gives it one', async () => {
    const unpriced = test.gateway({ settings: { OPENAI_MODEL: 'my-model' } });
    const error = await failureOf(unpriced.generate(editRequest(test.workOrderId, 'x', { model: 'my-model' })));
    expect(error).toMatchObject({
      code: 'price-unknown',
      message: expect.stringContaining('OPENAI_MODEL_PRICES') as string,
    });
    expect(test.provider.calls).toHaveLength(0);
    const priced = test.gateway({ settings: { OPENAI_MODEL: 'my-model', OPENAI_MODEL_PRICES: '0.5, 2' } });
    // 100 x $0.50 + 10 x $2, per million
    expect(await priced.generate(editRequest(test.workOrderId, 'x', { model: 'my-model' }))).toMatchObject({
      costUsdMicros: 70,
    });
    expect(await test.ledgerRows()).toMatchObject([{ priceVersion: 'custom' }]);
  });

  it('refuses a prompt that does not fit, before any money is reserved', async () => {
    const request = editRequest(test.workOrderId, 'x'.repeat(1_000_000), { model: 'gpt-5.4-mini' });
    expect(await failureOf(test.gateway().generate(request))).toMatchObject({ code: 'context-exceeded' });
    expect(await test.ledgerRows()).toEqual([]);
  });
});
