import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { findCycle } from '../../domain/admission/dependencies.ts';
import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { findBaseline, saveBaseline } from '../../prisma/repositories/baselines.ts';
import { listDependents, readDependencies, replaceDependencies } from '../../prisma/repositories/dependencies.ts';
import { createModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { raiseCostCap } from '../../prisma/repositories/order-records.ts';
import { releaseSlot, takeSlot } from '../../prisma/repositories/slots.ts';
import { readStopAll, writeStopAll } from '../../prisma/repositories/stop-all.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testReservation } from '../support/model-gateway.ts';
import { makePerson, testAnswerKeeping } from '../support/operator.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
/** As two processes have it: each with connections of its own. */
let clients: [Database, Database];
let database: Database;
let owners: string[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  // A connection for each of 40 orders: all ask at the same moment, and none queues for a connection instead.
  clients = [openDatabase(testDatabase.url, 20), openDatabase(testDatabase.url, 20)];
  [database] = clients;
  owners = await Promise.all([0, 1, 2].map(async () => (await makePerson(database, 'user')).id));
});

afterAll(async () => {
  for (const client of clients) await client.$disconnect();
  await testDatabase.drop();
});

/** Orders that can work, divided among these many repositories. */
async function insertOrders(count: number, repositories = 1): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: count }, () => insertWorkOrder(database)));
  const rows = await database.workOrder.findMany({ where: { id: { in: ids.slice(0, repositories) } } });
  for (const [index, id] of ids.entries()) {
    const { repositoryId } = rows[index % repositories]!;
    const data = { repositoryId, ownerId: owners[index % 3]!, priority: 1 + (index % 5), status: 'running' as const };
    await database.workOrder.update({ where: { id }, data });
  }
  return ids;
}

const heldSlots = () => database.slot.findMany({ where: { state: 'held' } });

describe('places to work', () => {
  const limits = { perRepositoryMax: 3, perModelMax: 5 };

  beforeEach(() => database.slot.deleteMany());

  async function expectWithinLimits(): Promise<void> {
    const held = await heldSlots();
    const largest = (key: 'repositoryId' | 'model') => {
      const groups = [...Map.groupBy(held, (slot) => slot[key]).values()];
      return Math.max(0, ...groups.map(({ length }) => length));
    };
    expect(largest('repositoryId')).toBeLessThanOrEqual(limits.perRepositoryMax);
    expect(largest('model')).toBeLessThanOrEqual(limits.perModelMax);
  }

  it('are never more than the limits, and everybody gets one in the end: 40 orders at once in two clients', async () => {
    const orders = await insertOrders(40, 4);
    const worked: string[] = [];
    // As runs do it: who got no place sleeps until the one whose doing gave it one tells so.
    const told = new Map(orders.map((orderId) => [orderId, Promise.withResolvers<string>()]));
    const tell = (ids: readonly string[]) => {
      for (const id of ids) told.get(id)?.resolve(id);
    };
    await Promise.all(
      orders.map(async (orderId, index) => {
        const client = clients[index % 2]!;
        const claim = { orderId, model: index % 3 === 0 ? 'large' : 'small' };
        const first = await takeSlot(client, claim, limits);
        tell(first.admitted);
        if (!first.granted) {
          expect(first.reason).toMatch(/\.$/);
          await told.get(orderId)?.promise;
          expect(await takeSlot(client, claim, limits)).toMatchObject({ granted: true });
        }
        await expectWithinLimits();
        worked.push(orderId);
        tell(await releaseSlot(client, orderId, limits));
      }),
    );
    expect(worked.sort()).toEqual(orders.sort());
    expect(await database.slot.count()).toBe(0);
  });

  it('are told to each order that got one by what another did, exactly once', async () => {
    const orders = await insertOrders(8);
    for (const orderId of orders) await takeSlot(database, { orderId, model: 'small' }, limits);
    const told: string[] = [];
    const first = (await heldSlots()).map(({ workOrderId }) => workOrderId);
    expect(first).toHaveLength(3);
    const open = [...first];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const admitted = await releaseSlot(database, next, limits);
      told.push(...admitted);
      open.push(...admitted);
    }
    expect([...first, ...told].sort()).toEqual(orders.sort());
  });

  it('that are asked for again are the same claim, and one that is held stays held', async () => {
    const [orderId = ''] = await insertOrders(1);
    const claims = Array.from({ length: 6 }, (_one, index) =>
      takeSlot(clients[index % 2]!, { orderId, model: 'small' }, limits),
    );
    expect((await Promise.all(claims)).every(({ granted }) => granted)).toBe(true);
    expect(await database.slot.count()).toBe(1);
    expect(await takeSlot(database, { orderId, model: 'large' }, limits)).toMatchObject({ granted: true });
    expect(await heldSlots()).toHaveLength(1);
  });

  it.each(['failed', 'cancelled', 'completed', 'needs_review'] as const)(
    'of an order that ended by force as %s are free for the next one that asks',
    async (status) => {
      const [gone = '', waiting = ''] = await insertOrders(2);
      const one = { perRepositoryMax: 1, perModelMax: 1 };
      await takeSlot(database, { orderId: gone, model: 'small' }, one);
      const refused = await takeSlot(database, { orderId: waiting, model: 'small' }, one);
      expect(refused).toMatchObject({ granted: false, reason: expect.stringContaining('1 other work orders') });
      await database.workOrder.update({ where: { id: gone }, data: { status } });
      expect(await takeSlot(database, { orderId: waiting, model: 'small' }, one)).toMatchObject({ granted: true });
      expect((await heldSlots()).map(({ workOrderId }) => workOrderId)).toEqual([waiting]);
    },
  );

  it('that are waited for can be asked for with another model', async () => {
    const [works = '', waits = ''] = await insertOrders(2, 2);
    const one = { perRepositoryMax: 5, perModelMax: 1 };
    await takeSlot(database, { orderId: works, model: 'small' }, one);
    expect((await takeSlot(database, { orderId: waits, model: 'small' }, one)).granted).toBe(false);
    expect((await takeSlot(database, { orderId: waits, model: 'large' }, one)).granted).toBe(true);
  });

  it('given back twice, or never taken, are no error', async () => {
    const [orderId = ''] = await insertOrders(1);
    await takeSlot(database, { orderId, model: 'small' }, limits);
    for (let times = 0; times < 3; times += 1) expect(await releaseSlot(database, orderId, limits)).toEqual([]);
  });
});

describe('dependencies', () => {
  const depend = (client: Database, orderId: string, on: readonly string[]) =>
    client.$transaction((session) =>
      replaceDependencies(
        session,
        orderId,
        on.map((id) => ({ orderId: id, kind: 'hard' as const })),
      ),
    );

  it('can not close a circle together: of two changes at once that would, one is refused and named', async () => {
    for (let round = 0; round < 8; round += 1) {
      const [a = '', b = '', c = ''] = await insertOrders(3);
      await depend(database, b, [c]);
      const results = await Promise.allSettled([depend(clients[0], a, [b]), depend(clients[1], c, [a])]);
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.map(({ reason }) => reason as unknown)).toMatchObject([
        {
          code: 'validation-failed',
          message: expect.stringMatching(/circle: order \d+ -> order \d+ -> .+order \d+\./),
        },
      ]);
      const rows = await database.workOrderDependency.findMany();
      const edgesOf = (id: string) =>
        rows.filter(({ workOrderId }) => workOrderId === id).map(({ dependsOnId }) => dependsOnId);
      for (const id of [a, b, c]) expect(findCycle(id, edgesOf(id), edgesOf)).toBeNull();
    }
  });

  it('are replaced as a whole, and stay as they were when the new ones are refused', async () => {
    const [a = '', b = '', c = ''] = await insertOrders(3);
    await depend(database, a, [b]);
    await depend(database, a, [c]);
    expect(await listDependents(database, b)).toEqual([]);
    for (const wrong of [[a], [b, randomUUID()]]) {
      await expect(depend(database, a, wrong)).rejects.toMatchObject({ code: 'validation-failed' });
    }
    expect(await listDependents(database, c)).toEqual([a]);
  });

  it('are read with how they stand, and dependents only as long as they wait', async () => {
    const [a = '', b = ''] = await insertOrders(2);
    await depend(database, a, [b]);
    await database.workOrder.update({ where: { id: b }, data: { status: 'needs_review' } });
    expect(await readDependencies(database, a)).toMatchObject([
      { kind: 'hard', status: 'needs_review', isMerged: false },
    ]);
    expect(await listDependents(database, b)).toEqual([a]);
    await database.workOrder.update({ where: { id: a }, data: { status: 'cancelled' } });
    expect(await listDependents(database, b)).toEqual([]);
  });
});

describe('a stop of everything', () => {
  const reserve = (client: Database, workOrderId: string) =>
    createModelCallRepository(client, testAnswerKeeping)
      .reserve(testReservation(workOrderId))
      .then(({ verdict }) => verdict);
  const stop = (stopped: boolean) => writeStopAll(clients[1], { stopped, reason: 'Too dear.', changedBy: 'a person' });

  it('refuses money in every process while it is set, takes none, and lets go when it is released', async () => {
    const orderId = await insertWorkOrder(database);
    expect(await readStopAll(database)).toEqual({ stopped: false, reason: '', changedBy: '', changedAt: null });
    expect(await reserve(database, orderId)).toBe('reserved');
    await stop(true);
    for (const client of clients) await expect(reserve(client, orderId)).rejects.toMatchObject({ code: 'all-stopped' });
    expect(await database.modelCall.count({ where: { workOrderId: orderId } })).toBe(1);
    expect(await readStopAll(database)).toMatchObject({ stopped: true, reason: 'Too dear.', changedBy: 'a person' });
    await stop(false);
    expect(await reserve(database, orderId)).toBe('reserved');
    expect(await database.modelCall.count({ where: { workOrderId: orderId } })).toBe(2);
  });

  it('that comes while many ask lets nobody have money after it is written', async () => {
    const orderId = await insertWorkOrder(database);
    const asking = Array.from({ length: 20 }, (_one, index) =>
      reserve(clients[index % 2]!, orderId).catch((error: unknown) => (error as { code?: string }).code),
    );
    await stop(true);
    const before = await database.modelCall.count({ where: { workOrderId: orderId } });
    const answers = await Promise.all(asking);
    expect(answers.every((answer) => answer === 'reserved' || answer === 'all-stopped')).toBe(true);
    const after = await database.modelCall.count({ where: { workOrderId: orderId } });
    expect(answers.filter((answer) => answer === 'reserved')).toHaveLength(after);
    // A reservation that had looked before the stop was written may still be under way.
    expect(after).toBeGreaterThanOrEqual(before);
    await expect(reserve(database, orderId)).rejects.toMatchObject({ code: 'all-stopped' });
    await stop(false);
  });
});

describe('a baseline', () => {
  const measured = (exitCode: number): GateMeasurement[] => [
    {
      kind: 'test',
      command: 'npm test',
      exitCode,
      timedOut: false,
      diagnostics: [
        { file: 'a.ts', line: 1, column: null, code: null, message: 'nul \0 and \ud800', severity: 'warning' },
      ],
      tests: [{ name: 'adds up', status: 'passed', file: null, line: null, message: null }],
      outputFingerprint: 'f',
    },
  ];

  it('stays what the first measurement said, whoever measures again', async () => {
    const row = await database.workOrder.findUniqueOrThrow({ where: { id: await insertWorkOrder(database) } });
    const key = { repositoryId: row.repositoryId, commit: 'a'.repeat(40), toolChain: 'node 24' };
    expect(await findBaseline(database, key)).toBeNull();
    const codes = Array.from({ length: 10 }, (_one, index) => index);
    await Promise.all(
      codes.map((code) => saveBaseline(clients[code % 2]!, key, { measurements: measured(code), durationMs: 1.5 })),
    );
    const first = await findBaseline(database, key);
    expect(codes).toContain(first?.[0]?.exitCode);
    await saveBaseline(database, key, { measurements: measured(99), durationMs: 1 });
    expect(await findBaseline(clients[1], key)).toEqual(first);
    expect(await database.baseline.count()).toBe(1);
    expect(await findBaseline(database, { ...key, toolChain: 'node 26' })).toBeNull();
  });
});

describe('the cost cap of an order', () => {
  it('is only ever raised, however many raise it and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 100_000_000 }), { minLength: 1, maxLength: 6 }),
        async (caps) => {
          const orderId = await insertWorkOrder(database);
          await Promise.all(caps.map((cap, index) => raiseCostCap(clients[index % 2]!, orderId, cap)));
          const row = await database.workOrder.findUniqueOrThrow({ where: { id: orderId } });
          // What the order was inserted with.
          expect(Number(row.costCapUsdMicros)).toBe(Math.max(5_000_000, ...caps));
        },
      ),
      { numRuns: 15 },
    );
  });
});
