import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestApi, type Answer, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { headersOf, makePerson } from '../support/operator.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  api = await openTestApi(testDatabase.url);
});

afterAll(async () => {
  await api.close();
  await testDatabase.drop();
});

async function call(method: 'GET' | 'PATCH' | 'DELETE', path: string, payload?: object) {
  const response = await api.app.inject({
    method,
    url: `/api/v1${path}`,
    ...(payload === undefined ? {} : { payload }),
  });
  const body = (response.body === '' ? null : response.json<Answer & { title: string; priority: number }>())!;
  return { status: response.statusCode, body };
}

describe('an order', () => {
  it('is changed, found by its new title, and the same after a restart', async () => {
    const id = await insertWorkOrder(api.database);
    const title = `Renamed ${randomUUID()}`;
    const changed = await call('PATCH', `/work-orders/${id}`, { title, priority: 1 });
    expect(changed).toMatchObject({ status: 200, body: { id, title, priority: 1 } });
    const byNumber = await call('PATCH', `/work-orders/${String(changed.body.number)}`, { priority: 2 });
    expect(byNumber.body).toMatchObject({ id, title, priority: 2 });
    await api.close();
    api = await openTestApi(testDatabase.url);
    expect((await call('GET', `/work-orders/${id}`)).body).toMatchObject({
      title,
      priority: 2,
    });
    const { items } = (await call('GET', `/work-orders?text=${title.slice(3, 20)}`)).body;
    expect(items.map((one) => one.id)).toEqual([id]);
  });

  it('takes its place in the line with its new priority', async () => {
    const id = await insertWorkOrder(api.database);
    const { repositoryId } = await api.database.workOrder.findUniqueOrThrow({ where: { id } });
    const owner = randomUUID();
    await api.database.slot.create({ data: { workOrderId: id, repositoryId, model: 'm', owner, priority: 3 } });
    await call('PATCH', `/work-orders/${id}`, { priority: 5 });
    expect(await api.database.slot.findUnique({ where: { workOrderId: id } })).toMatchObject({ priority: 5 });
  });

  it.each([
    [{}, 'must change something'],
    [{ priority: 6 }, 'priority'],
    [{ title: 'two\nlines' }, 'one line'],
    [{ status: 'completed' }, 'status'],
    [{ title: ['a key', 'ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_') }, 'title'],
  ])('refuses the change %j with one sentence', async (change, word) => {
    const answer = await call('PATCH', `/work-orders/${await insertWorkOrder(api.database)}`, change);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(word);
  });

  it('is deleted once it has ended: 204, then 404; what it cost stays in the ledger', async () => {
    const id = await insertWorkOrder(api.database);
    expect((await call('DELETE', `/work-orders/${id}`)).status).toBe(409);
    await api.database.workOrder.update({ where: { id }, data: { status: 'completed', finishedAt: new Date() } });
    const call1 = { workOrderId: id, step: 'plan', promptHash: 'h', provider: 'scripted', askedModel: 'm' };
    await api.database.modelCall.create({
      data: {
        ...{ id: randomUUID(), ...call1, state: 'settled', reservedUsdMicros: 5n, costUsdMicros: 5n },
        ...{ reservedUntil: new Date(), priceVersion: 'v' },
      },
    });
    expect((await call('DELETE', `/work-orders/${id}`)).status).toBe(204);
    expect((await call('GET', `/work-orders/${id}`)).status).toBe(404);
    expect((await call('DELETE', `/work-orders/${id}`)).status).toBe(404);
    expect(await api.database.modelCall.findMany({ where: { promptHash: 'h' } })).toMatchObject([
      { workOrderId: null, costUsdMicros: 5n },
    ]);
  });

  it('that another one waits for stays', async () => {
    const [first, second] = [await insertWorkOrder(api.database), await insertWorkOrder(api.database)];
    await api.database.workOrder.update({ where: { id: first }, data: { status: 'failed', finishedAt: new Date() } });
    await api.database.workOrderDependency.create({
      data: { workOrderId: second, dependsOnId: first, kind: 'soft' },
    });
    expect((await call('DELETE', `/work-orders/${first}`)).status).toBe(409);
  });

  it('names a folder of the server only for those who may look there', async () => {
    const { token } = await makePerson(api.database, 'user');
    const payload = {
      ...{ repository: '/etc', title: 'Look', description: 'Around.' },
      acceptanceCriteria: [{ text: 'It is seen.' }],
    };
    for (const repository of ['/etc', 'file:///etc']) {
      const response = await api.app.inject({
        method: 'POST',
        url: '/api/v1/work-orders',
        headers: headersOf(token),
        payload: { ...payload, repository },
      });
      expect([response.statusCode, response.json<Answer>().code]).toEqual([403, 'permission-denied']);
    }
  });
});
