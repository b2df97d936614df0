import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { openDatabase } from '../../../prisma/client.ts';
import { createModelCallRepository } from '../../../prisma/repositories/model-calls.ts';
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

it('a settlement that is written outlives kill -9 of the database at that very moment', async () => {
  const database = openDatabase(stored.url, 4);
  const ledger = createModelCallRepository(database, testAnswerKeeping);
  const workOrderId = await insertWorkOrder(database);
  const reservations = Array.from({ length: 5 }, () => testReservation(workOrderId));
  for (const reservation of reservations) {
    await ledger.reserve(reservation);
    await ledger.settle(reservation, {
      ...{ outcome: 'settled', servedModel: 'gpt-5.6', costUsdMicros: 7, isUsageEstimated: false, latencyMs: 1 },
      ...{ usage: null, firstByteMs: null, errorCode: null, answer: { text: 'An answer.' } },
    });
  }
  await stored.server?.kill();
  await database.$disconnect();
  await stored.server?.start();

  const restarted = openDatabase(stored.url, 1);
  const again = createModelCallRepository(restarted, testAnswerKeeping);
  expect(await again.spent(workOrderId)).toBe(35);
  for (const reservation of reservations) expect(await again.storedAnswer(reservation)).toEqual({ text: 'An answer.' });
  await restarted.$disconnect();
});
