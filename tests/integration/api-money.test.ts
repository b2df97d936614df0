import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { scriptedModel } from '../../domain/budget/models.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { createModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { saveWorkerReport } from '../../prisma/repositories/worker-reports.ts';
import { openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { insertWorkOrder } from '../support/work-orders.ts';
import { testAnswerKeeping } from '../support/operator.ts';

let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  api = await openTestApi(database.url);
});

afterEach(async () => {
  // Calls outlive their order.
  await api.database.modelCall.deleteMany();
  await api.database.workOrder.deleteMany();
  await api.database.budgetAccount.deleteMany();
  await api.database.workerReport.deleteMany();
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

async function get<Body>(path: string): Promise<Body> {
  const response = await api.app.inject({ method: 'GET', url: `/api/v1${path}` });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<Body>();
}

/** A call that was paid, a try before it that failed, and one that is running. */
async function makeCalls(workOrderId: string): Promise<void> {
  const ledger = createModelCallRepository(api.database, testAnswerKeeping);
  const reservation = (retryNumber: number, amountUsdMicros: number) => ({
    id: randomUUID(),
    workOrderId,
    attempt: 1,
    step: 'edit',
    promptHash: randomUUID(),
    operation: 'generate' as const,
    provider: 'ollama',
    askedModel: 'ollama/qwen3',
    amountUsdMicros,
    capUsdMicros: 5_000_000,
    dayCapUsdMicros: 100_000_000,
    monthCapUsdMicros: 1_000_000_000,
    validForMs: 60_000,
    priceVersion: 'test, 2026-11-21',
    retryNumber,
    fallbackFrom: 'claude-opus-5-5',
  });
  const failed = reservation(0, 500);
  await ledger.reserve(failed);
  await ledger.settle(failed, { outcome: 'released', errorCode: 'provider-unavailable', latencyMs: 30 });
  const paid = reservation(1, 500);
  await ledger.reserve(paid);
  await ledger.settle(paid, {
    outcome: 'settled',
    servedModel: 'ollama/qwen3:8b',
    costUsdMicros: 420,
    usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, cacheWriteInputTokens: 0 },
    isUsageEstimated: false,
    latencyMs: 1_200,
    firstByteMs: 300,
    errorCode: null,
    answer: null,
  });
  await ledger.reserve(reservation(0, 80));
}

describe('the ledger of an order', () => {
  it('shows every try with asked and served model, tokens, cost, time, retry and who stood in for whom', async () => {
    const id = await insertWorkOrder(api.database);
    await makeCalls(id);
    const page = await get<{ items: object[]; total: number }>(`/work-orders/${id}/model-calls?total=true`);
    expect(page.total).toBe(3);
    expect(page.items).toMatchObject([
      { state: 'reserved', costUsdMicros: null, reservedUsdMicros: 80 },
      {
        ...{ state: 'settled', costUsdMicros: 420, inputTokens: 100, cachedInputTokens: 40, outputTokens: 20 },
        ...{ retryNumber: 1, fallbackFrom: 'claude-opus-5-5', askedModel: 'ollama/qwen3' },
        ...{ servedModel: 'ollama/qwen3:8b', latencyMs: 1_200, firstByteMs: 300, errorCode: null },
      },
      { state: 'released', errorCode: 'provider-unavailable', retryNumber: 0, costUsdMicros: null },
    ]);
  });

  it('of an order that does not exist is not found', async () => {
    const response = await api.app.inject({ method: 'GET', url: '/api/v1/work-orders/77/model-calls' });
    expect(response.statusCode).toBe(404);
  });
});

describe('the budget', () => {
  it('says what is spent, reserved, left and to be expected, with the limits of the worker', async () => {
    const limits = { ...defaultPolicy.budget, dayKillUsdMicros: 60_000_000, policyVersion: 'ours' };
    await saveWorkerReport(api.database, 'budget-limits', limits);
    await makeCalls(await insertWorkOrder(api.database));
    const budget = await get<{ month: { projectedUsdMicros: number } }>('/budget');
    const day = new Date().getUTCDate();
    expect(budget).toMatchObject({
      level: 'ok',
      policyVersion: 'ours',
      day: { settledUsdMicros: 420, reservedUsdMicros: 80, remainingUsdMicros: 59_999_500, calls: 1 },
      month: { settledUsdMicros: 420, reservedUsdMicros: 80, remainingUsdMicros: 999_999_500, calls: 1 },
    });
    expect(budget.month.projectedUsdMicros).toBeGreaterThanOrEqual(420);
    expect(budget.month.projectedUsdMicros).toBeLessThanOrEqual(Math.ceil((420 * 31) / day));
  });

  it('names the level once the hard limit is reached', async () => {
    const limits = { ...defaultPolicy.budget, daySoftUsdMicros: 100, dayHardUsdMicros: 400, policyVersion: 'ours' };
    await saveWorkerReport(api.database, 'budget-limits', limits);
    await makeCalls(await insertWorkOrder(api.database));
    expect(await get('/budget')).toMatchObject({ level: 'hard' });
  });

  it('no longer counts a reservation whose time is over', async () => {
    const id = await insertWorkOrder(api.database);
    await makeCalls(id);
    await api.database.modelCall.updateMany({ where: { state: 'reserved' }, data: { reservedUntil: new Date(0) } });
    expect(await get('/budget')).toMatchObject({ day: { settledUsdMicros: 420, reservedUsdMicros: 0 } });
  });
});

describe('the list of models', () => {
  it('is empty before a worker has started', async () => {
    expect(await get('/models')).toMatchObject({ models: [], reportedAt: null });
  });

  it('gives prices with their source and day, and warns when they are older than 90 days', async () => {
    const old = new Date(Date.now() - 91 * 24 * 60 * 60_000).toISOString().slice(0, 10);
    await saveWorkerReport(api.database, 'models', {
      models: [{ ...scriptedModel, isActive: true }],
      sources: [
        { source: 'an old table', readOn: old },
        { source: 'a new table', readOn: new Date().toISOString().slice(0, 10) },
      ],
      fallbackChain: ['anthropic'],
    });
    const list = await get<{ warnings: string[] }>('/models');
    expect(list).toMatchObject({
      models: [{ name: 'scripted', isActive: true, inputPrice: 0 }],
      fallbackChain: ['anthropic'],
    });
    expect(list.warnings).toEqual([expect.stringMatching(/an old table were read 91 days ago.*RATCHET_MODELS_FILE/)]);
  });
});

describe('the top of the failures', () => {
  it('counts the same error over orders, the most widespread first, and filters by class', async () => {
    const [first, second] = [await insertWorkOrder(api.database), await insertWorkOrder(api.database)];
    const outcome = (workOrderId: string, attempt: number, fingerprint: string) => ({
      ...{
        id: randomUUID(),
        workOrderId,
        attempt,
        success: false,
        failureFingerprint: fingerprint,
        failedStep: 'verify',
      },
      failureClass: fingerprint === 'common' ? ('test_fail' as const) : ('lint_error' as const),
      errorContext: { message: `The ${fingerprint} error.`, file: 'a.ts', line: 3 },
      ...{ costUsdMicros: 0n, executionTimeMs: 1, modelAsked: 'm', routeReason: 'r', policyVersion: 'p' },
      ...{ diffFiles: 0, diffLinesAdded: 0, diffLinesRemoved: 0, testTimeMs: 0, refinementCycles: 0, repairRounds: 0 },
      ...{ complexity: 0, complexityFactors: [] },
    });
    await api.database.outcomeVector.createMany({
      data: [
        ...[1, 2, 3].map((attempt) => outcome(first, attempt, 'rare')),
        outcome(first, 4, 'common'),
        outcome(second, 1, 'common'),
      ],
    });
    const top = await get<{ items: object[] }>('/failures/top');
    expect(top.items).toMatchObject([
      { fingerprint: 'common', orders: 2, attempts: 2, failureClass: 'test_fail', context: { file: 'a.ts' } },
      { fingerprint: 'rare', orders: 1, attempts: 3, failureClass: 'lint_error', failedStep: 'verify' },
    ]);
    const filtered = await get<{ items: object[] }>('/failures/top?failureClass=lint_error&days=1&limit=5');
    expect(filtered.items).toMatchObject([{ fingerprint: 'rare' }]);
  });
});
