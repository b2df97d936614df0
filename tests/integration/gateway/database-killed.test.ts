import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { openDatabase } from '../../../prisma/client.ts';
import {
  createModelCallRepository,
  type CallEnding,
  type ModelCallRepository,
} from '../../../prisma/repositories/model-calls.ts';
import { reservePorts } from '../../../tools/ports.mjs';
import { testReservation } from '../../support/model-gateway.ts';
import { testAnswerKeeping } from '../../support/operator.ts';
import { provideDatabase, type StackDatabase } from '../../support/stack-parts.ts';
import { insertWorkOrder } from '../../support/work-orders.ts';

let stateDirectory: string;
let releasePorts: () => void;
let stored: StackDatabase;

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'ratchet-database-killed-'));
  const reserved = await reservePorts([{ part: 'PostgreSQL' }]);
  releasePorts = reserved.release;
  const ports = { api: 0, workerHealth: 0, temporal: 0, temporalUi: 0, postgres: reserved.ports[0] ?? 0 };
  stored = await provideDatabase({ stateDirectory, ports }, true);
});

afterAll(async () => {
  await stored.remove();
  releasePorts();
  await rm(stateDirectory, { recursive: true, force: true });
});

const ending: CallEnding = {
  ...{ outcome: 'settled', servedModel: 'gpt-5.6', costUsdMicros: 7, isUsageEstimated: false, latencyMs: 1 },
  ...{ usage: null, firstByteMs: null, errorCode: null, answer: { text: 'An answer.' } },
};

/** Money for three calls, as a process holds it for a step. */
async function lease(ledger: ModelCallRepository, workOrderId: string): Promise<string> {
  const { attempt, step, amountUsdMicros, ...call } = testReservation(workOrderId);
  const { capUsdMicros, dayCapUsdMicros, monthCapUsdMicros } = call;
  const id = randomUUID();
  await ledger.lease({
    ...{ id, workOrderId, attempt, step, capUsdMicros, dayCapUsdMicros, monthCapUsdMicros, isAddition: false },
    ...{ leastUsdMicros: amountUsdMicros, mostUsdMicros: 3 * amountUsdMicros, validForMs: 60_000, questionsMax: 10 },
  });
  return id;
}

it.each(['with money of their own', 'alone on a lease', 'together on a lease'])(
  'settlements %s that are written outlive kill -9 of the database at that very moment',
  async (how) => {
    const database = openDatabase(stored.url, 4);
    const ledger = createModelCallRepository(database, testAnswerKeeping);
    const workOrderId = await insertWorkOrder(database);
    const leased = how === 'with money of their own' ? {} : { leaseId: await lease(ledger, workOrderId) };
    // Of three at once the first goes alone, the others together.
    const calls = Array.from({ length: 3 }, () => testReservation(workOrderId, leased));
    if (how === 'with money of their own') for (const call of calls) await ledger.reserve(call);
    if (how === 'together on a lease') await Promise.all(calls.map((call) => ledger.settle(call, ending)));
    else for (const call of calls) await ledger.settle(call, ending);
    await stored.server?.kill();
    await database.$disconnect();
    await stored.server?.start();

    const restarted = openDatabase(stored.url, 1);
    const again = createModelCallRepository(restarted, testAnswerKeeping);
    expect(await again.spent(workOrderId)).toBe(21);
    for (const call of calls) expect(await again.storedAnswer(call)).toEqual({ text: 'An answer.' });
    await restarted.$disconnect();
  },
);
