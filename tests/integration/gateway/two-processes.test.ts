import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { AppError } from '../../../domain/errors.ts';
import type { CallReport } from '../../support/gateway-process.ts';
import { callGapMs, hintTokens, plainModel } from '../../support/model-gateway.ts';
import { startSecondGateway } from '../../support/second-gateway.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';
import { insertWorkOrder } from '../../support/work-orders.ts';
import { testAnswerKeeping } from '../../support/operator.ts';

const test = setUpWireTests();

const { name: model, settings } = plainModel;
const callsPerProcess = 100;
/** More than one process asks for: both have some of them. */
const fitting = 110;
const outputTokensMax = 100;
/** Tokens of a prompt of six bytes with its overhead and the hint: all that is reserved for it. */
const inputTokens = 6 + 16 + hintTokens;
/** $4 and $20 per million. */
const callUsdMicros = 4 * inputTokens + 20 * outputTokensMax;

/** The provider uses every token that was reserved, and takes its time, so that many calls are open at once. */
function answerDearly(): void {
  const usage = { inputTokens, outputTokens: outputTokensMax };
  test.server.behave.openai = () => ({ does: 'answer', usage, delayMs: 30 });
}

/** Makes 200 calls, half of them in a second process. */
async function ask200(options: { orderIds: string[]; costCapUsdMicros: number; dayKillUsdMicros?: number }) {
  const { orderIds, costCapUsdMicros, dayKillUsdMicros } = options;
  const callsFrom = (first: number) =>
    Array.from({ length: callsPerProcess }, (_call, index) => ({
      workOrderId: orderIds[index % orderIds.length] ?? '',
      prompt: String(100_000 + first + index),
      ...{ costCapUsdMicros, outputTokensMax },
    }));
  const limits = dayKillUsdMicros === undefined ? {} : { dayKillUsdMicros };
  const { databaseUrl, baseUrl } = test;
  const second = startSecondGateway({ databaseUrl, baseUrl, ...limits, calls: callsFrom(callsPerProcess) });
  await second.printed('ready');
  const gateway = test.gateway({ limits, settings });
  const first = callsFrom(0).map(async ({ workOrderId, prompt }, index): Promise<CallReport> => {
    await wait(index * callGapMs);
    const scope = { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros };
    try {
      return await gateway.generate(test.request(prompt, { scope, outputTokensMax, model }));
    } catch (error) {
      if (error instanceof AppError) return { code: error.code };
      throw error;
    }
  });
  const own = await Promise.all(first);
  const reports = [...own, ...(await second.reports())];
  return { paid: reports.filter((report) => 'text' in report), refused: reports.filter((report) => 'code' in report) };
}

describe('200 calls in two processes', () => {
  it('never pass the cap of their order by a micro-dollar, and use it to the last call that fits', async () => {
    answerDearly();
    const costCapUsdMicros = fitting * callUsdMicros + callUsdMicros - 1;
    const { paid, refused } = await ask200({ orderIds: [test.workOrderId], costCapUsdMicros });
    expect(paid).toHaveLength(fitting);
    expect(refused).toEqual(Array.from({ length: 200 - fitting }, () => ({ code: 'budget-exceeded' })));
    expect(await test.ledger.spent(test.workOrderId)).toBe(fitting * callUsdMicros);
    expect(test.server.billed.calls).toBe(fitting);
  });

  it('for the last money of 100 orders, two for each, get it once in each', async () => {
    answerDearly();
    const orderIds = await Promise.all(Array.from({ length: 100 }, () => insertWorkOrder(test.database)));
    const { paid, refused } = await ask200({ orderIds, costCapUsdMicros: 2 * callUsdMicros - 1 });
    expect([paid.length, refused.length]).toEqual([100, 100]);
    const spent = await Promise.all(orderIds.map((id) => test.ledger.spent(id)));
    expect(spent).toEqual(orderIds.map(() => callUsdMicros));
  });

  it('never pass the limit of the day, whatever orders they belong to, and the ledger has what was billed', async () => {
    answerDearly();
    const before = await test.today();
    const used = before.settledUsdMicros + before.reservedUsdMicros;
    const dayKillUsdMicros = used + fitting * callUsdMicros + callUsdMicros - 1;
    const orderIds = await Promise.all(Array.from({ length: 10 }, () => insertWorkOrder(test.database)));
    const { paid, refused } = await ask200({ orderIds, costCapUsdMicros: 5_000_000, dayKillUsdMicros });
    expect([paid.length, refused.length]).toEqual([fitting, 200 - fitting]);
    const { billed } = test.server;
    const billedUsdMicros = 4 * billed.inputTokens + 20 * billed.outputTokens;
    expect(billedUsdMicros).toBe(fitting * callUsdMicros);
    const spent = await Promise.all(orderIds.map((id) => test.ledger.spent(id)));
    expect(spent.reduce((sum, one) => sum + one, 0)).toBe(billedUsdMicros);
    expect(await test.today()).toEqual({
      settledUsdMicros: before.settledUsdMicros + billedUsdMicros,
      reservedUsdMicros: before.reservedUsdMicros,
    });
  });
});

describe('a process that is killed with -9', () => {
  const job = (more: { holdAfterSettle?: boolean } = {}) => {
    const { databaseUrl, baseUrl, workOrderId } = test;
    const call = { workOrderId, prompt: 'abcdef', costCapUsdMicros: callUsdMicros, outputTokensMax };
    return { databaseUrl, baseUrl, calls: [call], ...more };
  };
  const ask = () => {
    const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: callUsdMicros };
    return test.gateway({ settings }).generate(test.request('abcdef', { scope, outputTokensMax, model }));
  };

  it('while it waits for an answer frees its money when its time is over, and not before', async () => {
    test.server.behave.openai = () => ({ does: 'hang', after: 'request' });
    const second = startSecondGateway(job());
    await expect.poll(() => test.server.calls.length, { timeout: 20_000 }).toBe(1);
    await second.kill();
    test.server.behave.openai = () => ({ does: 'answer' });
    await expect(ask()).rejects.toMatchObject({ code: 'budget-exceeded' });
    const { workOrderId } = test;
    const [row] = await test.ledgerRows();
    // The limit of the call and a quarter of an hour.
    expect(row?.reservedUntil.getTime()).toBeGreaterThan(Date.now() + 14 * 60_000);
    await test.database.modelCall.updateMany({ where: { workOrderId }, data: { reservedUntil: new Date() } });
    expect(await ask()).toMatchObject({ text: 'An answer.', repeated: false });
    expect(await test.ledgerRows()).toMatchObject([{ state: 'expired' }, { state: 'settled' }]);
    expect((await test.account(`order:${workOrderId}`)).reservedUsdMicros).toBe(0);
  });

  it('after its answer was stored, and before anybody had it, makes nobody pay again', async () => {
    const second = startSecondGateway(job({ holdAfterSettle: true }));
    await second.printed('settled');
    await second.kill();
    expect(await ask()).toMatchObject({ text: 'An answer.', repeated: true, costUsdMicros: 0 });
    expect(test.server.calls).toHaveLength(1);
    expect(await test.ledgerRows()).toHaveLength(1);
  });
});

describe('two processes that ask the same', () => {
  it('keep one answer, and the ledger has every call that was made', async () => {
    test.server.behave.openai = ({ number }) => ({ does: 'answer', text: `Answer ${number}.`, delayMs: 300 });
    const { databaseUrl, baseUrl, workOrderId } = test;
    const call = { workOrderId, prompt: 'The same.', costCapUsdMicros: 5_000_000 };
    const second = startSecondGateway({ databaseUrl, baseUrl, calls: [call, call] });
    await second.printed('ready');
    await test.gateway({ settings }).generate(test.request('The same.', { model }));
    await second.reports();
    expect(test.server.calls.length).toBeLessThanOrEqual(2);
    expect(await test.storedAnswers()).toBe(1);
    const { inputTokens: input, outputTokens: output } = test.server.billed;
    expect(await test.ledger.spent(workOrderId)).toBe(4 * input + 20 * output);
    const again = await test.gateway({ settings }).generate(test.request('The same.', { model }));
    const [stored] = await test.database.modelAnswer.findMany({ where: { workOrderId } });
    const { text } = testAnswerKeeping.fromStored(stored!.answer, stored!) as { text: string };
    expect(again).toMatchObject({ repeated: true, text });
    expect(test.server.calls.length).toBeLessThanOrEqual(2);
  });
});
