import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { GenerateResult, ModelGateway } from '../../../activities/llm/gateway.ts';
import { leaseTerms } from '../../../domain/budget/leases.ts';
import { readBudget } from '../../../prisma/repositories/budget.ts';
import type { ModelCallRepository } from '../../../prisma/repositories/model-calls.ts';
import { writeStopAll } from '../../../prisma/repositories/stop-all.ts';
import { findImbalances } from '../../support/books.ts';
import { failureOf } from '../../support/gateway-tests.ts';
import { hintTokens, plainModel } from '../../support/model-gateway.ts';
import { startSecondGateway } from '../../support/second-gateway.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';

const test = setUpWireTests();

const { name: model, settings } = plainModel;
const outputTokensMax = 100;
/** Tokens of a prompt of six bytes with its overhead and the hint, at $4 and $20 per million. */
const inputTokens = 6 + 16 + hintTokens;
const callUsdMicros = 4 * inputTokens + 20 * outputTokensMax;
/** Of which a lease may take half. */
const plentyUsdMicros = 4 * leaseTerms.callsMost * callUsdMicros;

let prompts = 100_000;
/** Six bytes, never the same. */
const newPrompt = () => String((prompts += 1));

function requestOf(prompt: string, costCapUsdMicros = plentyUsdMicros) {
  const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros };
  return test.request(prompt, { scope, outputTokensMax, model });
}

function gatewayOf(changes: Partial<ModelCallRepository> = {}): ModelGateway {
  return test.gateway({ settings, ledger: { ...test.ledger, ...changes } });
}

/** Calls one after the other until the step has a lease. */
async function askUntilLeased(gateway: ModelGateway): Promise<void> {
  for (let calls = 0; calls < 500; calls += 1) {
    await gateway.generate(requestOf(newPrompt()));
    if (calls > leaseTerms.burstCalls && (await leases()).length > 0) return;
  }
  expect.unreachable('no lease after 500 calls');
}

function leases() {
  return test.database.budgetLease.findMany({ where: { workOrderId: test.workOrderId } });
}

/** Whether two calls are answered although nothing can be written: else their step had no lease any more. */
async function isServedWithoutLedger(
  gateway: ModelGateway,
  writing: PromiseWithResolvers<undefined>,
): Promise<boolean> {
  const early = Promise.all([gateway.answerEarly(requestOf(newPrompt())), gateway.answerEarly(requestOf(newPrompt()))]);
  const isServed = await Promise.race([early.then(() => true), wait(500, false)]);
  writing.resolve(undefined);
  await Promise.all((await early).map(({ written }) => written));
  return isServed;
}

describe('a step that asks again and again', () => {
  it('gets money for its next calls: they are made and answered while nothing can be written', async () => {
    let writing = Promise.withResolvers<undefined>();
    writing.resolve(undefined);
    const gateway = gatewayOf({
      async reserve(reservation) {
        await writing.promise;
        return test.ledger.reserve(reservation);
      },
      async settle(reservation, ending, onSeen) {
        await writing.promise;
        await test.ledger.settle(reservation, ending, onSeen);
      },
    });
    let isServed = false;
    // A machine that stands still for a second outlives the lease.
    for (let times = 0; times < 20 && !isServed; times += 1) {
      await askUntilLeased(gateway);
      writing = Promise.withResolvers();
      isServed = await isServedWithoutLedger(gateway, writing);
    }
    expect(isServed).toBe(true);
    const rows = await test.ledgerRows();
    expect(rows).toHaveLength(test.server.calls.length);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['settled']));
    expect(await findImbalances(test.database)).toEqual([]);
  });

  it('pays no question twice: not its own, nor one that was answered before it had a lease', async () => {
    const answered = newPrompt();
    await gatewayOf().generate(requestOf(answered));
    const gateway = gatewayOf();
    await askUntilLeased(gateway);
    const own = newPrompt();
    const first = await gateway.answerEarly(requestOf(own));
    const before = test.server.calls.length;
    expect(await gateway.generate(requestOf(own))).toMatchObject({ repeated: true, text: first.result.text });
    expect(await gateway.generate(requestOf(answered))).toMatchObject({ repeated: true });
    expect(test.server.calls).toHaveLength(before);
  });

  it('has its calls in the ledger while they last', async () => {
    const gateway = gatewayOf();
    await askUntilLeased(gateway);
    test.server.behave.openai = () => ({ does: 'answer', delayMs: 2_500 });
    const asking = gateway.generate(requestOf(newPrompt()));
    await expect.poll(async () => (await test.ledgerRows()).at(-1)?.state, { timeout: 2_400 }).toBe('reserved');
    expect(await findImbalances(test.database)).toEqual([]);
    await asking;
    expect((await test.ledgerRows()).at(-1)?.state).toBe('settled');
  });

  it('gives back what it did not use when it asks no more', async () => {
    await askUntilLeased(gatewayOf());
    expect((await test.account(`order:${test.workOrderId}`)).reservedUsdMicros).toBeGreaterThan(0);
    await expect.poll(leases, { timeout: 20_000 }).toEqual([]);
    expect((await test.account(`order:${test.workOrderId}`)).reservedUsdMicros).toBe(0);
  });

  it('asks for each call where no lease can be had, and loses nothing', async () => {
    const away = async () => Promise.reject(new Error('connection lost'));
    const gateway = gatewayOf({ lease: away });
    const asked = Array.from({ length: 3 * leaseTerms.burstCalls }, newPrompt);
    for (const prompt of asked) await gateway.generate(requestOf(prompt));
    expect(await leases()).toEqual([]);
    expect(await test.ledger.spent(test.workOrderId)).toBe(
      4 * test.server.billed.inputTokens + 20 * test.server.billed.outputTokens,
    );
  });

  it('has a call that could not be booked in time in the ledger all the same', async () => {
    const gateway = gatewayOf({ begin: async () => Promise.reject(new Error('connection lost')) });
    await askUntilLeased(gateway);
    test.server.behave.openai = () => ({ does: 'answer', delayMs: 50 });
    await gateway.generate(requestOf(newPrompt()));
    expect(await test.ledgerRows()).toHaveLength(test.server.calls.length);
  });
});

describe('all work is stopped', () => {
  it(`and after ${leaseTerms.usableMs} ms nobody asks on a lease either`, async () => {
    const gateway = gatewayOf();
    await askUntilLeased(gateway);
    const stop = (stopped: boolean) =>
      writeStopAll(test.database, { stopped, reason: 'Too dear.', changedBy: 'a person' });
    await stop(true);
    const stoppedAtMs = performance.now();
    try {
      let lastServedMs = stoppedAtMs;
      let refused: unknown = null;
      while (refused === null) {
        const beganAtMs = performance.now();
        refused = await gateway.generate(requestOf(newPrompt())).then(
          () => null,
          (error: unknown) => error,
        );
        if (refused === null) lastServedMs = beganAtMs;
      }
      expect(refused).toMatchObject({ code: 'all-stopped' });
      expect(lastServedMs - stoppedAtMs).toBeLessThan(leaseTerms.usableMs);
      expect(await failureOf(gateway.generate(requestOf(newPrompt())))).toMatchObject({ code: 'all-stopped' });
    } finally {
      await stop(false);
    }
  });
});

describe('a cap', () => {
  it('is never passed by calls on leases of two gateways, and used to the last call that fits', async () => {
    const usage = { inputTokens, outputTokens: outputTokensMax };
    test.server.behave.openai = () => ({ does: 'answer', usage });
    const fitting = 24 * leaseTerms.callsLeast;
    const cap = fitting * callUsdMicros + callUsdMicros - 1;
    let granted = 0;
    let reserved = 0;
    const counting: Partial<ModelCallRepository> = {
      async lease(request) {
        const given = await test.ledger.lease(request);
        granted += given === null ? 0 : 1;
        return given;
      },
      async reserve(reservation) {
        const result = await test.ledger.reserve(reservation);
        reserved += result.verdict === 'reserved' ? 1 : 0;
        return result;
      },
    };
    const outcomes: (GenerateResult | { code: string })[] = [];
    const callers = [gatewayOf(counting), gatewayOf(counting)].flatMap((gateway) =>
      Array.from({ length: 4 }, () => gateway),
    );
    await Promise.all(
      callers.map(async (gateway) => {
        for (let calls = 0; calls < fitting / 6; calls += 1) {
          outcomes.push(
            await gateway.generate(requestOf(newPrompt(), cap)).catch((error: unknown) => error as { code: string }),
          );
        }
      }),
    );
    const codes = outcomes.flatMap((outcome) => ('code' in outcome ? [outcome.code] : []));
    expect(codes).toEqual(codes.map(() => 'budget-exceeded'));
    expect(outcomes.length - codes.length).toBe(fitting);
    expect(await test.ledger.spent(test.workOrderId)).toBe(fitting * callUsdMicros);
    expect(granted).toBeGreaterThan(0);
    expect(reserved).toBeLessThan(fitting);
  });

  it('refuses nobody for money that is only held for calls that may come', async () => {
    await askUntilLeased(gatewayOf());
    const { settledUsdMicros } = await test.account(`order:${test.workOrderId}`);
    // Another process needs all that is not spent.
    const rest = gatewayOf().generate(requestOf(newPrompt(), settledUsdMicros + callUsdMicros));
    expect(await rest).toMatchObject({ repeated: false });
  });
});

describe('a process that is killed with -9 in the middle of calls on a lease', () => {
  it('leaves each of them in the ledger, and all of its money is free when its time is over', async () => {
    const answered = 40;
    const calls = Array.from({ length: answered + 10 }, () => ({
      ...{ workOrderId: test.workOrderId, prompt: newPrompt(), costCapUsdMicros: plentyUsdMicros, outputTokensMax },
    }));
    test.server.behave.openai = ({ number }) =>
      number <= answered ? { does: 'answer' } : { does: 'hang', after: 'request' };
    const { databaseUrl, baseUrl, workOrderId } = test;
    const second = startSecondGateway({ databaseUrl, baseUrl, calls });
    const openAndAll = async () => {
      const rows = await test.ledgerRows();
      return [rows.filter(({ state }) => state === 'reserved').length, rows.length];
    };
    await expect.poll(openAndAll, { timeout: 20_000 }).toEqual([10, calls.length]);
    await second.kill();
    expect(await openAndAll()).toEqual([10, calls.length]);
    expect(await findImbalances(test.database)).toEqual([]);
    const where = { workOrderId };
    await test.database.budgetLease.updateMany({ where, data: { reservedUntil: new Date(0) } });
    await test.database.modelCall.updateMany({ where, data: { reservedUntil: new Date(0) } });
    await readBudget(test.database, new Date());
    expect(await leases()).toEqual([]);
    expect((await test.account(`order:${workOrderId}`)).reservedUsdMicros).toBe(0);
  });
});
