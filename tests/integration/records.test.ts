import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { failureOf } from '../../domain/failures/typed-failure.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { saveOutcome, type OutcomeRecord } from '../../prisma/repositories/attempt-records.ts';
import { closeEscalation, openEscalation } from '../../prisma/repositories/escalation-records.ts';
import { appendEvents, type ProgressEvent } from '../../prisma/repositories/order-records.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let database: Database;
let orderId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 4);
});

beforeEach(async () => {
  orderId = await insertWorkOrder(database);
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

const failure = failureOf('step-timeout', 'The test gate was stopped.');

function event(sequence: number, given: Partial<ProgressEvent> = {}): ProgressEvent {
  return {
    orderId,
    sequence,
    type: 'step_started',
    at: new Date(1_800_000_000_000 + sequence * 1_000).toISOString(),
    status: 'running',
    step: 'plan',
    attempt: 1,
    waitingFor: null,
    model: null,
    failureClass: null,
    details: { number: sequence },
    ...given,
  };
}

const projection = () => database.workOrder.findUniqueOrThrow({ where: { id: orderId } });

describe('an event', () => {
  it('is written once and moves the projection once, however often it comes', async () => {
    await appendEvents(database, [event(1, { type: 'started' })]);
    const before = await projection();
    await Promise.all([1, 2, 3].map(() => appendEvents(database, [event(1, { type: 'started', status: 'waiting' })])));
    expect(await database.workOrderEvent.count({ where: { workOrderId: orderId } })).toBe(1);
    expect(await projection()).toEqual(before);
  });

  it('that comes late is kept, and never turns the projection back', async () => {
    const orders = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(orders, async (sequences) => {
        orderId = await insertWorkOrder(database);
        for (const sequence of sequences) {
          await appendEvents(database, [event(sequence, sequence === 5 ? { status: 'completed', step: null } : {})]);
        }
        expect(await projection()).toMatchObject({ status: 'completed', step: null, lastEventSequence: 5 });
        expect(await database.workOrderEvent.count({ where: { workOrderId: orderId } })).toBe(5);
      }),
      { numRuns: 10 },
    );
  });

  it('says when an order started and when it ended', async () => {
    await appendEvents(database, [event(1)]);
    await appendEvents(database, [event(2, { status: 'failed', step: null, failureClass: 'timeout' })]);
    const row = await projection();
    expect([row.startedAt?.toISOString(), row.finishedAt?.toISOString()]).toEqual([event(1).at, event(2).at]);
    expect(row.failureClass).toBe('timeout');
  });

  it('keeps details that JSON cannot hold by leaving them out', async () => {
    await appendEvents(database, [event(1, { details: { gone: undefined, kept: [1, null] } })]);
    const row = await database.workOrderEvent.findFirstOrThrow({ where: { workOrderId: orderId } });
    expect(row.payload).toMatchObject({ kept: [1, null], status: 'running' });
    expect(row.payload).not.toHaveProperty('gone');
  });
});

function outcome(given: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return {
    orderId,
    attempt: 1,
    failure: {
      failureClass: failure.failureClass,
      context: failure.context,
      step: 'verify',
      fingerprint: '0123456789abcdef',
    },
    costUsdMicros: 1_500,
    executionTimeMs: 2_000,
    modelAsked: 'scripted',
    modelServed: null,
    isDegraded: false,
    routeReason: 'the only one',
    policyVersion: '2026-11-21',
    diffStat: { files: 1, added: 2, removed: 3 },
    testTimeMs: 10,
    refinementCycles: 1,
    repairRounds: 0,
    complexity: { score: 0.5, factors: [] },
    acceptance: null,
    guardHits: [],
    editFormat: null,
    ...given,
  };
}

describe('an outcome', () => {
  it('is recorded once per attempt: the first one stays', async () => {
    await saveOutcome(database, outcome());
    await Promise.all([1, 2].map(() => saveOutcome(database, outcome({ failure: null, costUsdMicros: 9 }))));
    await saveOutcome(database, outcome({ attempt: 2, failure: null }));
    const rows = await database.outcomeVector.findMany({
      where: { workOrderId: orderId },
      orderBy: { attempt: 'asc' },
    });
    expect(rows).toMatchObject([
      { attempt: 1, success: false, failureClass: 'timeout', failedStep: 'verify', costUsdMicros: 1_500n },
      { attempt: 2, success: true, failureClass: null },
    ]);
  });

  it('of a failure without class or context is refused by the database itself', async () => {
    await saveOutcome(database, outcome());
    for (const column of ['failure_class', 'error_context']) {
      const update = `UPDATE outcome_vectors SET ${column} = NULL WHERE work_order_id = '${orderId}'`;
      await expect(database.$executeRawUnsafe(update)).rejects.toThrow('outcome_vectors_failure_is_explained');
    }
  });
});

describe('an escalation', () => {
  const recommendation = { option: 'abort' as const, confidence: 0.5, reason: 'Nothing else is left.' };
  const asked = () => ({
    orderId,
    attempt: 1,
    question: 1,
    trigger: 'attempts_used_up' as const,
    failure,
    options: [],
    recommendation,
  });
  const answer = { option: 'abort' as const, parameters: {}, note: null, resolvedBy: 'a person' };

  it('is opened once, and keeps its first answer', async () => {
    const { id } = await openEscalation(database, asked());
    expect(await openEscalation(database, asked())).toEqual({ id });
    await closeEscalation(database, { id, ...answer, resolvedAt: '2026-01-01T00:00:00.000Z' });
    await closeEscalation(database, { id, ...answer, resolvedBy: 'another', resolvedAt: '2026-01-02T00:00:00.000Z' });
    expect(await openEscalation(database, asked())).toEqual({ id });
    const rows = await database.escalation.findMany({ where: { workOrderId: orderId } });
    expect(rows).toMatchObject([{ id, state: 'resolved', chosenOption: 'abort', resolvedBy: 'a person' }]);
    // Once, however often it is written, and also when it came by a signal.
    expect(await database.auditEvent.findMany({ where: { objectId: id } })).toMatchObject([
      { action: 'closeEscalation', outcome: 'done', details: { option: 'abort', resolvedBy: 'a person' } },
    ]);
  });

  it('that is resolved without an answer is refused by the database itself', async () => {
    const { id } = await openEscalation(database, asked());
    const update = database.$executeRawUnsafe(`UPDATE escalations SET state = 'resolved' WHERE id = '${id}'`);
    await expect(update).rejects.toThrow('escalations_answer_is_complete');
  });
});
