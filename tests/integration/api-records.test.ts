import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { operatorHeaders } from '../support/operator.ts';
import { appendTestEvent, insertEscalation, openTestApi, type Answer, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let database: TestDatabase;
let api: TestApi;
let baseUrl: string;

beforeAll(async () => {
  database = await createTestDatabase();
  api = await openTestApi(database.url);
  baseUrl = await api.app.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  await api.database.workOrder.deleteMany();
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

async function get(path: string): Promise<Answer> {
  const response = await api.app.inject({ method: 'GET', url: `/api/v1${path}` });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<Answer>();
}

function openStream(orderId: string, lastEventId?: number) {
  return fetch(`${baseUrl}/api/v1/work-orders/${orderId}/events`, {
    headers: {
      ...operatorHeaders,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
  });
}

function idsIn(stream: string): number[] {
  return [...stream.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

describe('the list of orders', () => {
  it('gives every order once over its pages, newest first, while new ones arrive', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.unshift(await insertWorkOrder(api.database));
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await get(`/work-orders?limit=2&total=true${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? '';
      await insertWorkOrder(api.database);
    } while (cursor !== '');
    expect(seen).toEqual(made);
  });

  it('counts only what matches, and filters by status, text, class and repository', async () => {
    const id = await insertWorkOrder(api.database);
    await insertWorkOrder(api.database);
    await api.database.workOrder.update({
      where: { id },
      data: { status: 'failed', failureClass: 'lint_error', title: 'Tidy the shop' },
    });
    const filters = [
      'status=failed',
      'text=TIDY',
      'failureClass=lint_error',
      `repository=/repositories/${id}`,
      'finished=true',
    ];
    for (const filter of filters) {
      const page = await get(`/work-orders?total=true&${filter}`);
      expect([page.total, page.items.map((one) => one.id)], filter).toEqual([1, [id]]);
    }
    expect((await get('/work-orders')).total).toBeNull();
  });

  it('sums what the settled model calls of each order cost', async () => {
    const id = await insertWorkOrder(api.database);
    const call = {
      workOrderId: id,
      step: 'edit',
      promptHash: 'x',
      provider: 'openai',
      askedModel: 'm',
      priceVersion: '1',
    };
    const rest = { reservedUsdMicros: 9n, reservedUntil: new Date() };
    await api.database.modelCall.createMany({
      data: [
        { ...call, ...rest, id: crypto.randomUUID(), state: 'settled', costUsdMicros: 40n },
        { ...call, ...rest, id: crypto.randomUUID(), state: 'settled', costUsdMicros: 2n },
        { ...call, ...rest, id: crypto.randomUUID(), state: 'reserved' },
      ],
    });
    expect((await get('/work-orders')).items[0]?.costUsdMicros).toBe(42);
    expect((await get(`/work-orders/${id}`)).costUsdMicros).toBe(42);
  });
});

describe('an order', () => {
  it('is the same by its id and by its number, with its open escalation and its run', async () => {
    const id = await insertWorkOrder(api.database);
    const escalationId = await insertEscalation(api.database, id);
    const order = await get(`/work-orders/${id}`);
    expect(await get(`/work-orders/${order.number}`)).toEqual(order);
    expect(order).toMatchObject({ openEscalationId: escalationId, workflowId: `work-order/${id}` });
    expect(order.temporalUiUrl).toBe(`http://127.0.0.1:8233/namespaces/default/workflows/work-order%2F${id}`);
    expect((await get('/escalations?state=open')).items[0]).toMatchObject({
      message: 'A test failed.',
      workOrderId: id,
    });
  });

  it('that has ended says from its record what it did', async () => {
    const id = await insertWorkOrder(api.database);
    await api.database.workOrder.update({
      where: { id },
      data: { status: 'completed', startState: 'started', attempt: 2 },
    });
    expect(await get(`/work-orders/${id}/live`)).toMatchObject({ source: 'record', status: 'completed', attempt: 2 });
  });

  it('that has ended cannot be cancelled', async () => {
    const id = await insertWorkOrder(api.database);
    await api.database.workOrder.update({ where: { id }, data: { status: 'failed' } });
    const response = await api.app.inject({ method: 'POST', url: `/api/v1/work-orders/${id}/cancel` });
    expect([response.statusCode, response.json<Answer>().code]).toEqual([409, 'work-order-finished']);
  });
});

describe('an escalation', () => {
  const option = {
    option: 'retry_different_approach',
    effect: 'A new attempt.',
    expectedCostUsdMicros: 23_000,
    probability: 0.65,
    advantages: ['Uses what failed.'],
    disadvantages: ['May fail again.'],
  };
  const recommendation = { option: option.option, confidence: 0.33, reason: 'The lowest expected cost.' };

  it('shows what each option costs and brings, and what is recommended, also where the run itself is not asked', async () => {
    const orderId = await insertWorkOrder(api.database);
    const id = await insertEscalation(api.database, orderId);
    await api.database.escalation.update({ where: { id }, data: { options: [option], recommendation } });
    const shown = { options: [option], recommendation };
    expect(await get(`/escalations/${id}`)).toMatchObject({ ...shown, costCapUsdMicros: 5_000_000 });
    const context = { tool: null, file: null, line: null, column: null, code: null, testNames: [], package: null };
    await api.database.escalation.update({
      where: { id },
      data: { context: { ...context, message: 'A test failed.', excerpt: '', subReason: null, rule: 'r' } },
    });
    await api.database.workOrder.update({ where: { id: orderId }, data: { waitingFor: 'escalation' } });
    expect(await get(`/work-orders/${orderId}/live`)).toMatchObject({ paused: false, escalation: { id, ...shown } });
  });

  it('of an earlier version, without estimates, still reads', async () => {
    const id = await insertEscalation(api.database, await insertWorkOrder(api.database));
    const unknown = { expectedCostUsdMicros: null, probability: null, advantages: [], disadvantages: [] };
    expect(await get(`/escalations/${id}`)).toMatchObject({
      options: [{ option: 'abort', effect: 'The order ends.', ...unknown }],
      recommendation: null,
    });
  });
});

describe('what an attempt came to', () => {
  const parts = [{ name: 'tests', weight: 0.2, score: 4, reasons: ['No test was touched.'] }];
  const hit = { guard: 'size', path: null, line: null, message: '900 lines were changed.' };

  async function insertOutcome(workOrderId: string, attempt: number, more: object = {}): Promise<void> {
    await api.database.outcomeVector.create({
      data: {
        ...{ id: crypto.randomUUID(), workOrderId, attempt, success: true, costUsdMicros: 1n, executionTimeMs: 1 },
        ...{ modelAsked: 'm', routeReason: 'r', policyVersion: '1', diffFiles: 1, diffLinesAdded: 1 },
        ...{ diffLinesRemoved: 0, testTimeMs: 1, refinementCycles: 1, repairRounds: 2, complexity: 0.2 },
        ...{ complexityFactors: [], ...more },
      },
    });
  }

  it('is shown with its acceptance, its guards and its repairs, in the list and with the order', async () => {
    const id = await insertWorkOrder(api.database);
    await insertOutcome(id, 1);
    await insertOutcome(id, 2, { acceptanceScore: 6.4, acceptance: parts, guardHits: [hit], editFormat: 'diff' });
    const judged = { acceptanceScore: 6.4, acceptance: parts, guardHits: [hit], repairRounds: 2 };
    const unjudged = { acceptanceScore: null, acceptance: null, guardHits: [], editFormat: null };
    const { items } = await get(`/work-orders/${id}/outcomes`);
    expect(items.map((one) => ({ ...one }))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ attempt: 2, ...judged, editFormat: 'diff' }),
        expect.objectContaining({ attempt: 1, ...unjudged }),
      ]),
    );
    expect(await get(`/work-orders/${id}`)).toMatchObject({ lastOutcome: { attempt: 2, success: true, ...judged } });
    expect(await get(`/work-orders/${await insertWorkOrder(api.database)}`)).toMatchObject({ lastOutcome: null });
  });

  it('has the gates of every round of the last attempt, each with why it counts as it does', async () => {
    const workOrderId = await insertWorkOrder(api.database);
    const row = { workOrderId, gate: 'test', command: 'npm test', durationMs: 5, output: '', sandboxed: true };
    const reason = 'All 3 failing tests fail on the base commit, too.';
    await api.database.gateResult.createMany({
      data: [
        { ...row, attempt: 1, round: 0, position: 0, outcome: 'failed' },
        { ...row, attempt: 2, round: 1, position: 0, outcome: 'known_failures', verdict: { reason, knownFailures: 3 } },
        { ...row, attempt: 2, round: 0, position: 1, outcome: 'failed', verdict: { reason: 'One new failure.' } },
        { ...row, attempt: 2, round: 0, position: 0, outcome: 'passed', gate: 'lint' },
      ],
    });
    expect(await get(`/work-orders/${workOrderId}`)).toMatchObject({
      gates: [
        { round: 0, gate: 'lint', outcome: 'passed', reason: '' },
        { round: 0, gate: 'test', outcome: 'failed', reason: 'One new failure.' },
        { round: 1, gate: 'test', outcome: 'known_failures', reason },
      ],
    });
  });
});

describe('the answer to an escalation', () => {
  async function resolve(id: string, option: string): Promise<[number, string]> {
    const url = `/api/v1/escalations/${id}/resolve`;
    const response = await api.app.inject({ method: 'POST', url, payload: { option } });
    return [response.statusCode, response.json<Answer>().code];
  }

  it('is refused when it was not offered', async () => {
    const id = await insertEscalation(api.database, await insertWorkOrder(api.database));
    expect(await resolve(id, 'accept_as_is')).toEqual([422, 'option-not-offered']);
    expect(await resolve(id, 'anything')).toEqual([422, 'option-not-offered']);
  });

  it('is refused when somebody was first', async () => {
    const id = await insertEscalation(api.database, await insertWorkOrder(api.database));
    await api.database.escalation.update({
      where: { id },
      data: { state: 'resolved', chosenOption: 'abort', resolvedBy: 'a person', resolvedAt: new Date() },
    });
    expect(await resolve(id, 'abort')).toEqual([409, 'escalation-closed']);
  });
});

describe('the stream of events', () => {
  it('sends past and new events in order and ends with the order', async () => {
    const id = await insertWorkOrder(api.database);
    await appendTestEvent(api.database, id, { sequence: 1, type: 'started', status: 'running' });
    const response = await openStream(id);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const whole = response.text();
    await appendTestEvent(api.database, id, {
      sequence: 2,
      type: 'note',
      status: 'running',
      payload: { text: 'näher' },
    });
    await appendTestEvent(api.database, id, { sequence: 3, type: 'ended', status: 'completed' });
    const stream = await whole;
    expect(idsIn(stream)).toEqual([1, 2, 3]);
    expect(stream).toContain('"text":"näher"');
  });

  it('goes on after the event that the client saw last', async () => {
    const id = await insertWorkOrder(api.database);
    for (const sequence of [1, 2])
      await appendTestEvent(api.database, id, { sequence, type: 'note', status: 'running' });
    await appendTestEvent(api.database, id, { sequence: 3, type: 'ended', status: 'completed' });
    expect(idsIn(await (await openStream(id, 1)).text())).toEqual([2, 3]);
    expect(idsIn(await (await openStream(id, 3)).text())).toEqual([]);
  });

  it('is a list for who does not ask for a stream', async () => {
    const id = await insertWorkOrder(api.database);
    await appendTestEvent(api.database, id, { sequence: 1, type: 'started', status: 'running' });
    await appendTestEvent(api.database, id, { sequence: 2, type: 'ended', status: 'completed' });
    const list = await get(`/work-orders/${id}/events?after=1`);
    expect(list).toMatchObject({ isFinal: true, items: [{ sequence: 2, type: 'ended' }] });
  });

  it('is ended by the server when it closes, so that closing never waits for a reader', async () => {
    const other = await openTestApi(database.url);
    const address = await other.app.listen({ host: '127.0.0.1', port: 0 });
    const id = await insertWorkOrder(api.database);
    const response = await fetch(`${address}/api/v1/work-orders/${id}/events`, {
      headers: { ...operatorHeaders, accept: 'text/event-stream' },
    });
    const startedAtMs = performance.now();
    await other.close();
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    expect(await response.text()).toBe('retry: 1000\n\n');
  });
});
