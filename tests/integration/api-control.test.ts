import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startWorkOrder } from '../../api/runs/start-work-order.ts';
import { intakeLimits } from '../../domain/work-orders/work-order.ts';
import { readStartableWorkOrder } from '../../prisma/repositories/work-order-intake.ts';
import { workOrderWorkflowId } from '../../workflows/contract.ts';
import { insertEscalation, openTestApi, type Answer, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNamespace, type TestNamespace } from '../support/namespace.ts';
import { startStandInWorker } from '../support/stand-in-worker.ts';
import { standInQueries } from '../support/stand-in-workflows.ts';
import { waitFor } from '../support/wait-for.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

interface Shown extends Answer {
  detail: string;
  errors: { path: string }[];
  status: string;
  owner: string;
  dependsOn: { workOrderId: string; number: number; kind: string; status: string }[];
}

let database: TestDatabase;
let temporal: TestNamespace;
let api: TestApi;
let worker: Awaited<ReturnType<typeof startStandInWorker>>;

beforeAll(async () => {
  [database, temporal] = await Promise.all([createTestDatabase(), createTestNamespace()]);
  api = await openTestApi(database.url, temporal);
  worker = await startStandInWorker(temporal);
});

beforeEach(async () => {
  await api.database.workOrder.deleteMany();
});

afterAll(async () => {
  await worker.close();
  await api.close();
  await database.drop();
});

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object) {
  const body = payload === undefined ? {} : { payload };
  const response = await api.app.inject({ method, url: `/api/v1${path}`, ...body });
  return { status: response.statusCode, body: response.json<Shown>() };
}

const order = {
  repository: '/srv/shop',
  title: 'Round prices',
  description: 'Two decimals.',
  acceptanceCriteria: [{ text: 'The tests pass', command: 'npm test' }],
};

async function create(change: object = {}): Promise<Shown> {
  const { status, body } = await call('POST', '/work-orders', { ...order, ...change });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const change = (id: string, data: Parameters<typeof api.database.workOrder.update>[0]['data']) =>
  api.database.workOrder.update({ where: { id }, data });

async function insertRunning(): Promise<string> {
  const id = await insertWorkOrder(api.database);
  await startWorkOrder(api, await readStartableWorkOrder(api.database, id));
  return id;
}

const ask = <Result>(id: string, query: string) =>
  api.temporal.client.workflow.getHandle(workOrderWorkflowId(id)).query<Result>(query);

const waitToHear = (id: string, message: string) =>
  waitFor(`message ${message}`, async () => (await ask<string[]>(id, standInQueries.heard)).includes(message));

describe('what an order depends on', () => {
  it('is stored with the order, from numbers and ids, and shown as it stands now', async () => {
    const [hard, soft] = [await create(), await create()];
    const dependsOn = [{ workOrder: hard.number }, { workOrder: soft.id.toUpperCase(), kind: 'soft' }];
    const made = await create({ dependsOn });
    await change(hard.id, { status: 'completed' });
    expect(await call('GET', `/work-orders/${made.id}`)).toMatchObject({
      body: {
        owner: 'local operator',
        dependsOn: [
          { workOrderId: hard.id, number: hard.number, kind: 'hard', status: 'completed' },
          { workOrderId: soft.id, number: soft.number, kind: 'soft', status: 'queued' },
        ],
      },
    });
  });

  it('must be there and be named once; what is refused leaves no row', async () => {
    const { id, number } = await create();
    const twice = [{ workOrder: number }, { workOrder: id }];
    const cases = [
      [[{ workOrder: 4711 }], /^There is no work order 4711 to depend on\./],
      [twice, /twice/],
      [[{ workOrder: number }, { workOrder: String(number), kind: 'soft' }], /must name each work order once/],
      [
        Array.from({ length: intakeLimits.dependenciesMax + 1 }, (_, index) => ({ workOrder: index + 1 })),
        /at most 20/,
      ],
      [[{ workOrder: 'the other one' }], /must be the id or the number/],
    ] as const;
    for (const [dependsOn, detail] of cases) {
      const { status, body } = await call('POST', '/work-orders', { ...order, dependsOn });
      expect([status, body.code], body.detail).toEqual([422, 'validation-failed']);
      expect(body.detail).toMatch(detail);
    }
    expect(await api.database.workOrder.count()).toBe(1);
  });

  it('can be replaced until the first attempt, and the run hears of it', async () => {
    const [one, other] = [await create(), await create()];
    const made = await create({ dependsOn: [{ workOrder: one.number }] });
    const path = `/work-orders/${made.number}/dependencies`;
    const replaced = await call('PUT', path, { dependsOn: [{ workOrder: other.number, kind: 'soft' }] });
    expect([replaced.status, replaced.body.dependsOn]).toEqual([
      200,
      [{ workOrderId: other.id, number: other.number, kind: 'soft', status: 'queued' }],
    ]);
    await waitToHear(made.id, 'dependencyEnded');
    expect((await call('PUT', path, { dependsOn: [] })).body.dependsOn).toEqual([]);

    await change(made.id, { attempt: 1, status: 'running' });
    const late = await call('PUT', path, { dependsOn: [{ workOrder: one.number }] });
    expect([late.status, late.body.code]).toEqual([409, 'work-order-begun']);
    await change(made.id, { attempt: 0, status: 'cancelled' });
    const ended = await call('PUT', path, { dependsOn: [{ workOrder: one.number }] });
    expect([ended.status, ended.body.code]).toEqual([409, 'work-order-finished']);
    expect(await api.database.workOrderDependency.count({ where: { workOrderId: made.id } })).toBe(0);
  });

  it('never closes a circle: it is refused by name, and what was there stays', async () => {
    const first = await create();
    const second = await create({ dependsOn: [{ workOrder: first.number }] });
    const third = await create({ dependsOn: [{ workOrder: second.number }] });
    const { status, body } = await call('PUT', `/work-orders/${first.id}/dependencies`, {
      dependsOn: [{ workOrder: third.number }],
    });
    expect([status, body.code]).toEqual([422, 'validation-failed']);
    const circle = [first, third, second, first].map(({ number }) => `order ${number}`).join(' -> ');
    expect(body.detail).toContain(circle);
    const itself = await call('PUT', `/work-orders/${third.id}/dependencies`, {
      dependsOn: [{ workOrder: third.number }],
    });
    expect(itself.body.detail).toContain(`order ${third.number} -> order ${third.number}`);
    expect((await call('GET', `/work-orders/${third.id}`)).body.dependsOn).toHaveLength(1);
  });

  it('never closes a circle of two changes at once', async () => {
    const [one, other] = [await create(), await create()];
    const statuses = await Promise.all(
      [[one, other] as const, [other, one] as const].map(async ([from, to]) => {
        const body = { dependsOn: [{ workOrder: to.number }] };
        return (await call('PUT', `/work-orders/${from.id}/dependencies`, body)).status;
      }),
    );
    expect(statuses.sort()).toEqual([200, 422]);
  });
});

describe('a running order', () => {
  it('hears that it is paused and resumed, and says so itself', async () => {
    const id = await insertRunning();
    expect((await call('POST', `/work-orders/${id}/pause`)).status).toBe(202);
    await waitToHear(id, 'pause order');
    expect((await call('GET', `/work-orders/${id}/live`)).body).toMatchObject({ source: 'run', paused: true });
    expect((await call('POST', `/work-orders/${id}/resume`)).status).toBe(202);
    await waitToHear(id, 'resume order');
    expect((await call('GET', `/work-orders/${id}/live`)).body).toMatchObject({ paused: false });
  });

  it('is started to hear it when its start was not heard of', async () => {
    const id = await insertWorkOrder(api.database);
    expect((await call('POST', `/work-orders/${id}/pause`)).status).toBe(202);
    await waitToHear(id, 'pause order');
  });

  it.each(['upstream', 'person'])('that waits for %s hears that it can continue', async (waitingFor) => {
    const id = await insertRunning();
    await change(id, { status: 'waiting', waitingFor });
    expect((await call('POST', `/work-orders/${id}/continue`)).status).toBe(202);
    await waitToHear(id, 'continueWorkOrder');
  });

  it.each([
    ['slot', /waits for a free place, so/],
    ['escalation', /waits for the answer to its escalation/],
    ['paused', /waits for the end of a pause/],
    [null, /waits for nothing/],
  ])('that waits for %s is not told to continue, and says what it waits for', async (waitingFor, detail) => {
    const id = await insertRunning();
    await change(id, { waitingFor });
    const { status, body } = await call('POST', `/work-orders/${id}/continue`);
    expect([status, body.code]).toEqual([409, 'work-order-not-parked']);
    expect(body.detail).toMatch(detail);
    expect(await ask(id, standInQueries.heard)).toEqual([]);
  });

  it.each(['pause', 'resume', 'continue', 'cancel'])('can no longer be asked to %s once it has ended', async (what) => {
    const id = await insertRunning();
    await change(id, { status: 'failed' });
    const recorded = await call('POST', `/work-orders/${id}/${what}`);
    expect([recorded.status, recorded.body.code]).toEqual([409, 'work-order-finished']);
  });

  it('answers 409 also when its end is not on record yet', async () => {
    const id = await insertRunning();
    const run = api.temporal.client.workflow.getHandle(workOrderWorkflowId(id));
    await run.signal('cancelWorkOrder');
    await run.result();
    const { status, body } = await call('POST', `/work-orders/${id}/pause`);
    expect([status, body.code]).toEqual([409, 'work-order-finished']);
  });
});

describe('a stop of all work', () => {
  it('tells every run, and again when work goes on; one that is gone is no error', async () => {
    expect(await call('GET', '/stop-all')).toMatchObject({ body: { stopped: false, changedAt: null } });
    const running = [await insertRunning(), await insertRunning(), await insertRunning()];
    const [ended, gone] = [await insertRunning(), await insertWorkOrder(api.database)];
    await change(ended, { status: 'completed' });
    await change(gone, { startState: 'started', status: 'waiting' });
    await insertWorkOrder(api.database);

    const stopped = await call('POST', '/stop-all', { reason: 'The bill is strange.' });
    expect(stopped).toMatchObject({
      status: 200,
      body: { stopped: true, reason: 'The bill is strange.', changedBy: 'local operator', told: 3 },
    });
    for (const id of running) await waitToHear(id, 'pause all');
    expect(await call('GET', '/stop-all')).toMatchObject({ body: { stopped: true, reason: 'The bill is strange.' } });

    expect(await call('DELETE', '/stop-all')).toMatchObject({ status: 200, body: { stopped: false, told: 3 } });
    for (const id of running) await waitToHear(id, 'resume all');
    expect(await ask(ended, standInQueries.heard)).toEqual([]);
  });
});

describe('the answer to an escalation', () => {
  const effect = 'It goes on.';

  async function insertQuestion(...options: string[]): Promise<{ id: string; orderId: string }> {
    const orderId = await insertRunning();
    const id = await insertEscalation(api.database, orderId);
    await api.database.escalation.update({
      where: { id },
      data: { options: options.map((option) => ({ option, effect })) },
    });
    return { id, orderId };
  }

  it('reaches the run with everything that a person gave', async () => {
    const { id, orderId } = await insertQuestion('amend_upstream', 'abort');
    const upstream = await create();
    const given = { option: 'amend_upstream', guidance: 'Later.', model: 'm', upstream: 'The price list', note: 'n' };
    const body = { ...given, costCapUsd: 7, upstreamOrder: upstream.number };
    expect((await call('POST', `/escalations/${id}/resolve`, body)).status).toBe(200);
    expect(await ask(orderId, standInQueries.answer)).toEqual({
      ...given,
      costCapUsd: 7,
      resolvedBy: 'local operator',
      upstreamOrderId: upstream.id,
      escalationId: id,
    });
  });

  it('must hold what its option needs', async () => {
    const { id, orderId } = await insertQuestion('raise_budget', 'amend_upstream');
    const cases = [
      [{ option: 'raise_budget' }, 'validation-failed', /costCapUsd must name the new cap/],
      [{ option: 'raise_budget', costCapUsd: 5 }, 'validation-failed', /is \$5 already/],
      [{ option: 'raise_budget', costCapUsd: 500 }, 'validation-failed', /at most 100/],
      [{ option: 'amend_upstream', upstreamOrder: 4711 }, 'validation-failed', /no work order 4711/],
      [{ option: 'amend_upstream', upstreamOrder: orderId }, 'validation-failed', /wait for itself/],
      [{ option: 'take_over' }, 'option-not-offered', /not offered/],
    ] as const;
    for (const [body, code, detail] of cases) {
      const answer = await call('POST', `/escalations/${id}/resolve`, body);
      expect([answer.status, answer.body.code], answer.body.detail).toEqual([422, code]);
      expect(answer.body.detail).toMatch(detail);
    }
    expect(await ask(orderId, standInQueries.answer)).toBeNull();
    expect((await call('POST', `/escalations/${id}/resolve`, { option: 'raise_budget', costCapUsd: 6 })).status).toBe(
      200,
    );
    const second = await call('POST', `/escalations/${id}/resolve`, { option: 'raise_budget', costCapUsd: 6 });
    expect([second.status, second.body.code]).toEqual([409, 'escalation-closed']);
  });

  it('is not found for an escalation that there is not', async () => {
    expect((await call('POST', `/escalations/${randomUUID()}/resolve`, { option: 'abort' })).status).toBe(404);
  });
});
