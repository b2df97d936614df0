import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isFinal } from '../../domain/work-orders/work-order.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { listWorkOrders, type WorkOrderSummary } from '../../prisma/repositories/work-order-list.ts';
import type { WorkOrderFilter } from '../../prisma/repositories/work-order-selection.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makePerson } from '../support/operator.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let database: Database;
let people: string[];
/** All of them, newest first. */
let orders: WorkOrderSummary[];
const descriptions = new Map<string, string>();

const statuses = ['running', 'completed', 'failed', 'waiting'] as const;
const places = ['https://example.test/a.git', 'https://example.test/b.git', 'https://example.test/none.git'];
const classes = ['test_fail', 'timeout'] as const;
const words = ['Fix the 100 % parser', 'rename_all of 4711', 'Größe ändern', 'change'];
const texts = ['fix THE', '100 %', '_all of 47', 'größe', '4711', 'a', 'nowhere to be found', 'cHaNgE', '%', '_'];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 4);
  people = await Promise.all([1, 2].map(async () => (await makePerson(database, 'user')).id));
  await database.repository.createMany({
    data: places.slice(0, 2).map((location) => ({ id: randomUUID(), location })),
  });
  const repositories = await database.repository.findMany({ where: { location: { in: places } } });
  for (let index = 0; index < 120; index += 1) {
    const id = await insertWorkOrder(database, { ownerId: people[index % 2]! });
    const description = words[(index * 5) % 4]!;
    descriptions.set(id, description);
    const status = statuses[(index * 7) % 4]!;
    await database.workOrder.update({
      where: { id },
      data: {
        ...{
          status,
          title: words[(index * 3) % 4]!,
          description,
          repositoryId: repositories[index % 3 === 0 ? 0 : 1]!.id,
        },
        failureClass: status === 'failed' ? classes[index % 2]! : null,
      },
    });
  }
  ({ items: orders } = await readAll({ visibility: 'everybody' }));
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

/** Page by page, to the end. */
async function readAll(filter: WorkOrderFilter, limit = 100): Promise<{ items: WorkOrderSummary[]; total: number }> {
  const items: WorkOrderSummary[] = [];
  let page = await listWorkOrders(database, filter, { limit, withTotal: true });
  const total = page.total ?? -1;
  items.push(...page.items);
  while (page.nextCursor !== null) {
    page = await listWorkOrders(database, filter, { limit, cursor: page.nextCursor });
    items.push(...page.items);
  }
  return { items, total };
}

/** The same rule, said once more in the simplest way: everything that is asked for holds. */
function matches(order: WorkOrderSummary, filter: WorkOrderFilter): boolean {
  const { visibility, text = '', finished } = filter;
  const whole = [order.title, descriptions.get(order.id) ?? ''];
  const fields = ['ownerId', 'status', 'repository', 'failureClass'] as const;
  return [
    visibility === 'everybody' || order.ownerId === visibility.ownerId,
    fields.every((field) => filter[field] === undefined || order[field] === filter[field]),
    finished === undefined || isFinal(order.status) === finished,
    whole.some((part) => part.toLowerCase().includes(text.toLowerCase())),
  ].every(Boolean);
}

describe('a list of orders', () => {
  it('shows exactly the orders that match, newest first, whatever is asked for and however small the pages are', async () => {
    const some = <Value>(values: readonly Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      visibility: fc.constantFrom('everybody' as const, ...people.map((ownerId) => ({ ownerId }))),
      ownerId: some(people),
      status: some(statuses),
      repository: some(places),
      failureClass: some(classes),
      text: some(texts),
      finished: some([true, false]),
    });
    await fc.assert(
      fc.asyncProperty(filters, fc.constantFrom(1, 7, 20, 50, 100), async (filter, limit) => {
        const expected = orders.filter((order) => matches(order, filter)).map(({ number }) => number);
        const { items, total } = await readAll(filter, limit);
        expect(items.map(({ number }) => number)).toEqual(expected);
        expect(total).toBe(expected.length);
      }),
      { numRuns: 150 },
    );
  });
});
