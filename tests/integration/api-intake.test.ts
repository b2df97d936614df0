import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startPendingOrders } from '../../api/runs/start-work-order.ts';
import { workOrderWorkflowId } from '../../workflows/contract.ts';
import { insertEscalation, openTestApi, type Answer, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNamespace, type TestNamespace } from '../support/namespace.ts';
import { startStandInWorker } from '../support/stand-in-worker.ts';
import { standInQueries } from '../support/stand-in-workflows.ts';

let database: TestDatabase;
let temporal: TestNamespace;
let api: TestApi;
let worker: Awaited<ReturnType<typeof startStandInWorker>>;

beforeAll(async () => {
  [database, temporal] = await Promise.all([createTestDatabase(), createTestNamespace()]);
  api = await openTestApi(database.url, temporal);
  worker = await startStandInWorker(temporal);
});

afterAll(async () => {
  await worker.close();
  await api.close();
  await database.drop();
});

const order = {
  repository: '/srv/shop',
  title: 'Round prices',
  description: 'Two decimals.',
  acceptanceCriteria: [{ text: 'The tests pass', command: 'npm test' }, { text: 'It reads well' }],
};

function create(change: object = {}, key?: string) {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return api.app.inject({ method: 'POST', url: '/api/v1/work-orders', payload: { ...order, ...change }, headers });
}

async function get(path: string): Promise<Answer> {
  return (await api.app.inject({ method: 'GET', url: `/api/v1${path}` })).json<Answer>();
}

describe('creating an order', () => {
  it('answers with the object that reading gives, names the criteria and starts its one run', async () => {
    const response = await create();
    const made = response.json<Answer>();
    expect(response.statusCode, response.body).toBe(201);
    expect(response.headers.location).toBe(`/api/v1/work-orders/${made.id}`);
    expect(made).toMatchObject({
      startState: 'started',
      baseBranch: 'main',
      costCapUsdMicros: 5_000_000,
      risk: 'medium',
    });
    expect(made.acceptanceCriteria.map(({ id }) => id)).toEqual(['AC1', 'AC2']);
    expect(await get(`/work-orders/${made.id}`)).toEqual(made);
    const description = await api.temporal.client.workflow.getHandle(workOrderWorkflowId(made.id)).describe();
    expect(description.type).toBe('workOrder');
    expect(await description.staticSummary()).toBe(`#${made.number} Round prices`);
    expect(description.priority).toMatchObject({ priorityKey: 3, fairnessKey: made.ownerId });
    expect(await get(`/work-orders/${made.id}/live`)).toMatchObject({
      source: 'run',
      attempt: made.number,
      step: 'edit',
    });
  });

  it("brings no text of a client to life in Temporal's UI", async () => {
    const text = '[look](http://evil.example) <img src=x> @team GH-1 &commat;me';
    const { id } = (await create({ acceptanceCriteria: [{ text }] })).json<Answer>();
    const description = await api.temporal.client.workflow.getHandle(workOrderWorkflowId(id)).describe();
    const details = (await description.staticDetails()) ?? '';
    expect(details).toContain('**AC1**');
    expect(details).toContain('**Cost cap** $5.0000');
    expect(details).not.toMatch(/(?<!\\)\]\(|:\/\/|<|@\w|GH-\d|&(?!amp;)/);
  });

  it('gives one order for one key, however often it is asked and however many ask at once', async () => {
    const responses = await Promise.all(Array.from({ length: 4 }, () => create({}, 'four-at-once')));
    expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 200, 201]);
    expect(new Set(responses.map((response) => response.json<Answer>().id)).size).toBe(1);
    const again = await create({}, 'four-at-once');
    expect([again.statusCode, again.json<Answer>().id]).toEqual([200, responses[0]?.json<Answer>().id]);
  });

  it('takes a body that leaves a default out for the same as one that names it', async () => {
    const made = await create({}, 'with-defaults');
    const again = await create({ priority: 3, costCapUsd: 5 }, 'with-defaults');
    expect([again.statusCode, again.json<Answer>().id]).toEqual([200, made.json<Answer>().id]);
  });

  it('refuses a key that was used for another content', async () => {
    await create({}, 'used');
    const response = await create({ title: 'Something else' }, 'used');
    expect([response.statusCode, response.json<Answer>().code]).toEqual([422, 'idempotency-conflict']);
  });

  it('gives the run and all its steps the priority of the order', async () => {
    const { id, ownerId } = (await create({ priority: 1 })).json<Answer>();
    const { priority } = await api.temporal.client.workflow.getHandle(workOrderWorkflowId(id)).describe();
    expect(priority).toMatchObject({ priorityKey: 1, fairnessKey: ownerId });
  });

  it.each([
    ['refused', { status: 422, code: 'repository-without-gates', detail: 'It has no tests.' }],
    ['failing', { status: 507, code: 'disk-full', detail: 'No space is left.' }],
  ])('leaves no row when the inspection ends %s', async (name, problem) => {
    const before = [await api.database.workOrder.count(), await api.database.repository.count()];
    const response = await create({ repository: `/srv/${name}` }, `key-${name}`);
    expect(response.json<Answer>()).toMatchObject(problem);
    expect([await api.database.workOrder.count(), await api.database.repository.count()]).toEqual(before);
    expect(await api.database.idempotencyKey.count({ where: { key: `key-${name}` } })).toBe(0);
  });
});

describe('an order whose start was not heard of', () => {
  it('is started by the sweep, once', async () => {
    const { id } = (await create()).json<Answer>();
    await api.database.workOrder.update({
      where: { id },
      data: { startState: 'pending', createdAt: new Date(Date.now() - 60_000) },
    });
    const logger = pino({ level: 'silent' });
    expect(await startPendingOrders(api, logger)).toBe(1);
    expect(await startPendingOrders(api, logger)).toBe(0);
    expect((await get(`/work-orders/${id}`)).startState).toBe('started');
  });
});

describe('a running order', () => {
  it('hears the answer of a person, and only the first', async () => {
    const { id } = (await create()).json<Answer>();
    const escalationId = await insertEscalation(api.database, id);
    const url = `/api/v1/escalations/${escalationId}/resolve`;
    const payload = { option: 'abort', guidance: 'Count words.' };
    const first = await api.app.inject({ method: 'POST', url, payload });
    expect(first.json<Answer>()).toMatchObject({ escalationId, option: 'abort', resolvedBy: 'local operator' });
    const second = await api.app.inject({ method: 'POST', url, payload });
    expect([second.statusCode, second.json<Answer>().code]).toEqual([409, 'escalation-closed']);
    const run = api.temporal.client.workflow.getHandle(workOrderWorkflowId(id));
    expect(await run.query(standInQueries.answer)).toMatchObject({ option: 'abort', guidance: 'Count words.' });
  });

  it('hears that it is cancelled; after its end there is nothing to cancel', async () => {
    const { id } = (await create()).json<Answer>();
    const cancel = () => api.app.inject({ method: 'POST', url: `/api/v1/work-orders/${id}/cancel` });
    expect((await cancel()).statusCode).toBe(202);
    expect(await api.temporal.client.workflow.getHandle(workOrderWorkflowId(id)).result()).toBe('cancelled');
    expect((await cancel()).json<Answer>().code).toBe('work-order-finished');
  });
});
