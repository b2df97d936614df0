import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Scope } from '../../domain/access/roles.ts';
import { errorCatalogue } from '../../domain/errors.ts';
import { nowhere, openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { headersOf, makePerson } from '../support/operator.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

const order = {
  repository: '/srv/shop',
  title: 'Round prices',
  description: 'Two decimals.',
  acceptanceCriteria: [{ text: 'The tests pass', command: 'npm test' }],
};

let database: TestDatabase;
let api: TestApi;
let withoutDatabase: TestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  api = await openTestApi(database.url);
  withoutDatabase = await openTestApi(`postgresql://nobody@${nowhere}/none`);
});

afterAll(async () => {
  await api.close();
  await withoutDatabase.close();
  await database.drop();
});

function post(payload: unknown, headers: Record<string, string> = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return api.app.inject({
    method: 'POST',
    url: '/api/v1/work-orders',
    payload: body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

function get(url: string, headers: Record<string, string> = {}) {
  return api.app.inject({ method: 'GET', url, headers });
}

function send(method: 'POST' | 'PUT', url: string, payload: string) {
  return api.app.inject({ method, url, payload, headers: { 'content-type': 'application/json' } });
}

async function headersOfUser() {
  return headersOf((await makePerson(api.database, 'user')).token);
}

async function headersOfRevoked() {
  const { id, token } = await makePerson(api.database, 'user');
  await api.database.apiToken.updateMany({ where: { userId: id }, data: { revokedAt: new Date() } });
  return headersOf(token);
}

async function headersOfUsedUp() {
  const { id, token } = await makePerson(api.database, 'user');
  await api.database.requestCount.create({ data: { key: `person:${id}`, windowStart: new Date(), count: 100 } });
  return headersOf(token);
}

async function changeWith(scopes: Scope[]) {
  const { token } = await makePerson(api.database, 'admin', scopes);
  return api.app.inject({ method: 'POST', url: '/api/v1/stop-all', payload: {}, headers: headersOf(token) });
}

describe('every answer that is not a success is a problem document', () => {
  const cases: [string, () => ReturnType<typeof get>, keyof typeof errorCatalogue][] = [
    ['an unknown address', () => get('/nothing'), 'not-found'],
    ['an unknown order', () => get('/api/v1/work-orders/4711'), 'not-found'],
    ['an unknown pull request', () => get('/api/v1/pull-requests/4711'), 'not-found'],
    [
      'a method that is not there',
      () => api.app.inject({ method: 'DELETE', url: '/api/v1/work-orders' }),
      'method-not-allowed',
    ],
    ['malformed JSON', () => post('{'), 'bad-request'],
    ['an address that is no text', () => get('/%zz'), 'bad-request'],
    ['a body that is too large', () => post('x'.repeat(300_000)), 'payload-too-large'],
    ['plain text', () => post('hello', { 'content-type': 'text/plain' }), 'unsupported-media-type'],
    ['an unknown address with malformed JSON', () => send('POST', '/nothing', '{'), 'not-found'],
    [
      'an unknown address with plain text',
      () => api.app.inject({ method: 'POST', url: '/nothing', payload: 'hello' }),
      'not-found',
    ],
    ['an unknown address with a huge body', () => send('POST', '/nothing', 'x'.repeat(300_000)), 'not-found'],
    [
      'a method that is not there, with malformed JSON',
      () => send('PUT', '/api/v1/work-orders', '{'),
      'method-not-allowed',
    ],
    ['a request without a token', () => get('/api/v1/auth/me', { authorization: '' }), 'not-authenticated'],
    ['another kind of credential', () => get('/api/v1/auth/me', { authorization: 'Basic YTpi' }), 'not-authenticated'],
    [
      'a token that nobody has',
      () => get('/api/v1/auth/me', headersOf(`rat_${'nobody'.repeat(7)}`)),
      'not-authenticated',
    ],
    ['a login that was not signed here', () => get('/api/v1/auth/me', headersOf('a.b.c')), 'not-authenticated'],
    ['a revoked token', async () => get('/api/v1/auth/me', await headersOfRevoked()), 'not-authenticated'],
    ['a token for reading only', async () => changeWith(['read']), 'permission-denied'],
    ['a role that may not', async () => get('/api/v1/users', await headersOfUser()), 'permission-denied'],
    ['one request too many', async () => get('/api/v1/auth/me', await headersOfUsedUp()), 'requests-limited'],
    ['a host that is not loopback', () => get('/livez', { host: 'evil.example' }), 'host-not-allowed'],
    ['a page of another site', () => get('/livez', { origin: 'https://evil.example' }), 'host-not-allowed'],
    ['a page without an origin', () => get('/livez', { origin: 'null' }), 'host-not-allowed'],
    ['a limit of 0', () => get('/api/v1/work-orders?limit=0'), 'validation-failed'],
    ['a parameter that is not there', () => get('/api/v1/work-orders?colour=red'), 'validation-failed'],
    ['a cursor that is not ours', () => get('/api/v1/work-orders?cursor=abc'), 'validation-failed'],
    [
      'an event later than any can be',
      () => get('/api/v1/work-orders/1/events?after=9007199254740990'),
      'validation-failed',
    ],
    [
      'a stream that goes on later than any can be',
      () => get('/api/v1/work-orders/1/events', { 'last-event-id': '2147483648' }),
      'validation-failed',
    ],
    ['an id that is none', () => get('/api/v1/escalations/abc'), 'validation-failed'],
  ];

  it.each(cases)('for %s', async (_what, request, code) => {
    const response = await request();
    const problem = response.json();
    const { title, httpStatus } = errorCatalogue[code];
    expect(problem).toMatchObject({ code, title, status: httpStatus, type: `urn:ratchet:problem:${code}` });
    expect(problem.detail).not.toBe('');
    expect(response.statusCode).toBe(httpStatus);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(problem.requestId).toBe(response.headers['x-request-id'] ?? problem.requestId);
  });

  it('names the methods that an address takes', async () => {
    const response = await api.app.inject({ method: 'PUT', url: '/api/v1/work-orders/1' });
    expect(response.headers.allow).toBe('DELETE, GET, HEAD, PATCH');
  });

  it('even for bytes that are not HTTP', async () => {
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const address = api.app.server.address();
    const socket = connect((address as { port: number }).port, '127.0.0.1');
    socket.end('garbage\r\n\r\n');
    let answer = '';
    for await (const bytes of socket) answer += String(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"bad-request"/s);
  });
});

describe('an order that is not valid', () => {
  const cases: [string, object, string][] = [
    ['an empty description', { description: '  ' }, 'description'],
    ['a description of 100 kB', { description: 'x'.repeat(100_000) }, 'description'],
    ['a title of two lines', { title: 'one\ntwo' }, 'title'],
    ['a path outside the repository', { filesInScope: ['src/a.ts', '../secret'] }, 'filesInScope.1'],
    ['no criterion', { acceptanceCriteria: [] }, 'acceptanceCriteria'],
    [
      'the same criterion id twice',
      {
        acceptanceCriteria: [
          { id: 'A', text: 'a' },
          { id: 'A', text: 'b' },
        ],
      },
      'acceptanceCriteria',
    ],
    ['a transport that runs programs', { repository: 'ext::sh -c id' }, 'repository'],
    ['a location that git would read as an option', { repository: '--upload-pack=id' }, 'repository'],
    ['a relative path', { repository: 'shop' }, 'repository'],
    ['a password in the address', { repository: 'https://me:secret-word@example.org/x.git' }, 'repository'],
    ['a token in the address', { repository: 'https://secret-word@example.org/x.git' }, 'repository'],
    ['a token in the query of the address', { repository: 'https://example.org/x.git?t=secret-word' }, 'repository'],
    ['a token in the fragment of the address', { repository: 'https://example.org/x.git#secret-word' }, 'repository'],
    ['a branch that git would read as an option', { baseBranch: '--all' }, 'baseBranch'],
    ['no priority between 1 and 5', { priority: 6 }, 'priority'],
    ['a cap of nothing', { costCapUsd: 0 }, 'costCapUsd'],
  ];

  it.each(cases)('is refused for %s, naming the field, and leaves no row', async (_what, change, path) => {
    const response = await post({ ...order, ...change });
    expect(response.statusCode).toBe(422);
    expect(response.json().errors).toEqual([{ path, message: expect.any(String) }]);
    expect(response.body).not.toContain('secret-word');
    expect(await api.database.workOrder.count()).toBe(0);
    expect(await api.database.repository.count()).toBe(0);
  });
});

describe('without Temporal', () => {
  it('a write is answered with 503 and Retry-After within 2.5 s and leaves no row', async () => {
    const startedAtMs = performance.now();
    const response = await post(order);
    expect(performance.now() - startedAtMs).toBeLessThan(2_500);
    expect(response.statusCode).toBe(503);
    expect(response.json().code).toBe('temporal-unavailable');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(await api.database.workOrder.count()).toBe(0);
  });

  it('reads go on', async () => {
    const id = await insertWorkOrder(api.database);
    expect((await get('/api/v1/work-orders')).json().items).toHaveLength(1);
    expect((await get(`/api/v1/work-orders/${id}`)).statusCode).toBe(200);
    await api.database.workOrder.delete({ where: { id } });
  });

  it('all work is stopped all the same: the record refuses paid steps, whoever was told', async () => {
    const id = await insertWorkOrder(api.database);
    await api.database.workOrder.update({ where: { id }, data: { startState: 'started' } });
    const stop = await api.app.inject({ method: 'POST', url: '/api/v1/stop-all', payload: {} });
    expect(stop.json()).toMatchObject({ stopped: true, told: 0 });
    expect((await get('/api/v1/stop-all')).json()).toMatchObject({ stopped: true });
    const goOn = await api.app.inject({ method: 'DELETE', url: '/api/v1/stop-all' });
    expect(goOn.json()).toMatchObject({ stopped: false, told: 0 });
    await api.database.workOrder.delete({ where: { id } });
  });

  it('what an order depends on is changed all the same: its run looks again by itself', async () => {
    const [id, other] = [await insertWorkOrder(api.database), await insertWorkOrder(api.database)];
    await api.database.workOrder.update({ where: { id }, data: { startState: 'started' } });
    const response = await api.app.inject({
      method: 'PUT',
      url: `/api/v1/work-orders/${id}/dependencies`,
      payload: { dependsOn: [{ workOrder: other }] },
    });
    expect(response.json()).toMatchObject({ dependsOn: [{ workOrderId: other, kind: 'hard' }] });
    await api.database.workOrder.deleteMany();
  });

  it('the process lives but is not ready, and says what is missing', async () => {
    expect((await get('/livez')).json()).toEqual({ status: 'alive' });
    const response = await get('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.json().code).toBe('temporal-unavailable');
  });
});

describe('without a database', () => {
  it.each(['/api/v1/work-orders', '/api/v1/work-orders/1', '/api/v1/outcomes', '/readyz'])(
    '%s is answered with 503 that names the database',
    async (url) => {
      const response = await withoutDatabase.app.inject({ method: 'GET', url });
      expect(response.statusCode).toBe(503);
      expect(response.json().code).toBe('database-unavailable');
    },
  );
});
