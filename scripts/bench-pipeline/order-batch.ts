import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Database } from '../../prisma/client.ts';
import { addOrder, editBlock } from '../../tests/support/editing-provider.ts';
import { makeRepository } from '../../tests/support/repositories.ts';
import { postOrder, waitForEnds } from './api-orders.ts';
import { startBenchServers, type BenchServers } from './bench-stack.ts';
import { say, type Amounts, type Measured } from './figures.ts';
import { findDefects, type BatchOrder } from './judge-batch.ts';

const repositories = 5;
/** Requests that are under way together: each holds an inspection, and an API that answers 503 would be measured. */
const requestsAtOnce = 10;
const orderLimitMs = 60_000;
/** Twice the places that one model has: who is overtaken by more has been passed over, not only outrun. */
const overtakenMax = 16;

/** Many orders at once, with the real steps. @throws when one of them is lost, doubled or starved */
export async function measureOrderBatch(amounts: Amounts): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-bench-orders-'));
  try {
    const words = Array.from({ length: amounts.batchOrders }, (_, index) => `number${String(index).padStart(3, '0')}`);
    const script = join(folder, 'script.json');
    await writeFile(script, JSON.stringify(words.flatMap(rulesFor)));
    const places: string[] = [];
    for (let index = 0; index < repositories; index += 1) {
      places.push(await makeRepository(join(folder, `repository-${index}`)));
    }
    say('orders: starting PostgreSQL, Temporal, two workers and the API');
    const servers = await startBenchServers({ RATCHET_SCRIPTED_MODEL: script });
    try {
      await Promise.all([servers.startWorker(), servers.startWorker()]);
      await servers.startApi();
      const bodies = words.map((word, index) => addOrder(places[index % repositories] ?? '', word));
      return { 'orders-per-minute-50': await runBatch(servers, bodies) };
    } finally {
      await servers.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What the scripted model answers for an order of one word: the change that `addOrder` asks for. */
function rulesFor(word: string): object[] {
  const path = `src/${word}.js`;
  const files = [{ path, intent: 'The constant.', isNew: true }];
  const plan = { summary: `Add ${word} in a file of its own.`, files, criteriaCovered: ['AC1'] };
  const reply = editBlock(path, '', `export const ${word} = '${word}';\n`);
  return [
    { when: { step: 'plan', contains: [`Title: Add ${word}`] }, reply: JSON.stringify(plan) },
    { when: { step: 'edit', contains: [`Change: Add ${word}`] }, reply },
  ];
}

async function runBatch(servers: BenchServers, bodies: readonly object[]): Promise<number> {
  const startedAtMs = Date.now();
  const orderIds: string[] = [];
  for (let next = 0; next < bodies.length; next += requestsAtOnce) {
    const some = bodies.slice(next, next + requestsAtOnce);
    orderIds.push(...(await Promise.all(some.map((body) => postOrder(servers, body)))));
  }
  say(`orders: ${orderIds.length} accepted after ${((Date.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  const limitMs = orderLimitMs * bodies.length;
  await waitForEnds(servers, orderIds, {
    limitMs,
    onProgress: (ended) => say(`orders: ${ended} of ${orderIds.length} have ended`),
  });
  const minutes = (Date.now() - startedAtMs) / 60_000;
  const defects = findDefects(await readBatch(servers.database, orderIds), overtakenMax);
  if (defects.length > 0) throw new Error(`The batch of orders is not sound:\n${defects.join('\n')}`);
  return orderIds.length / minutes;
}

async function readBatch(database: Database, orderIds: readonly string[]): Promise<BatchOrder[]> {
  const include = { events: true, pullRequests: true, outcomes: true, modelCalls: true };
  const rows = await database.workOrder.findMany({ where: { id: { in: [...orderIds] } }, include });
  return rows.map(({ number, status, attempt, events, pullRequests, outcomes, modelCalls }) => {
    const timeOf = (type: string, step: string) =>
      events.find((event) => event.type === type && (event.payload as { step?: string }).step === step)?.at.getTime();
    const counts = ['plan', 'edit'].map((step) => modelCalls.filter((call) => call.step === step).length);
    return {
      number,
      status,
      attempt,
      pullRequests: pullRequests.length,
      outcomes: outcomes.length,
      callsOfOneStepMax: Math.max(...counts),
      // A place is asked for when the model is known, and had when the plan begins.
      askedAtMs: timeOf('step_finished', 'route') ?? null,
      admittedAtMs: timeOf('step_started', 'plan') ?? null,
    };
  });
}
