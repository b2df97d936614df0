import { randomUUID } from 'node:crypto';

import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { permissions, publicOperations, reachOf } from '../../domain/access/permissions.ts';
import { roles, type Role } from '../../domain/access/roles.ts';
import { insertEscalation, openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { exampleBody, listOperations, type Operation } from '../support/example-request.ts';
import { addToken, headersOf, makePerson } from '../support/operator.ts';
import { insertPullRequest, insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let api: TestApi;
let document: ReturnType<FastifyInstance['swagger']>;
let operations: Operation[];

const plenty = 1_000_000;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const limits = Object.fromEntries([...roles, 'all'].map((name) => [name, plenty]));
  api = await openTestApi(testDatabase.url, undefined, { limits });
  document = api.app.swagger();
  operations = listOperations(document as never).filter(({ path }) => path.startsWith('/api/'));
});

afterAll(async () => {
  await api.close();
  await testDatabase.drop();
});

/** Something of a person's for each kind of object in a path; its address. A new kind needs a line here. */
const makeObject: Record<string, (ownerId: string) => Promise<string>> = {
  'work-orders': (ownerId) => insertWorkOrder(api.database, { ownerId }),
  escalations: async (ownerId) => insertEscalation(api.database, await insertWorkOrder(api.database, { ownerId })),
  'pull-requests': async (ownerId) =>
    String(await insertPullRequest(api.database, await insertWorkOrder(api.database, { ownerId }))),
  // Not the one that the request is made with.
  tokens: async (ownerId) => (await addToken(api.database, ownerId)).id,
  users: async (ownerId) => ownerId,
  flags: async () => 'MODEL_STAND_INS',
};

const unknownObject: Record<string, () => string> = {
  'pull-requests': () => String(2_000_000 + Math.floor(Math.random() * 100_000)),
  flags: () => 'NO_SUCH_FLAG',
};

function kindOf({ path }: Operation): string | null {
  const [, kind] = /^\/api\/v1\/([a-z-]+)\/\{/.exec(path) ?? [];
  return kind ?? null;
}

async function objectOf(operation: Operation, ownerId: string): Promise<string> {
  const kind = kindOf(operation);
  const make = makeObject[kind ?? ''];
  if (make === undefined) throw new Error(`This test does not know how to make one of ${operation.path}: add a line.`);
  return make(ownerId);
}

function unknownOf(operation: Operation): string {
  return (unknownObject[kindOf(operation) ?? ''] ?? randomUUID)();
}

async function call(operation: Operation, object: string | null, token: string | null) {
  const body = exampleBody(document as never, operation);
  const response = await api.app.inject({
    method: operation.method.toUpperCase() as 'GET',
    url: operation.path.replace(/\{\w+\}/, object ?? ''),
    headers: token === null ? { authorization: '' } : headersOf(token),
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const answer = response.body === '' ? null : response.json<{ code?: string; requestId?: string }>();
  return { status: response.statusCode, headers: response.headers, code: answer?.code ?? null, body: response.body };
}

/** What a stranger can compare, without what differs between any two answers. */
function comparable({ status, headers, body }: Awaited<ReturnType<typeof call>>, object: string) {
  const { 'x-request-id': id, date: _date, 'content-length': _length, ...others } = headers;
  const { 'ratelimit-remaining': _left, 'ratelimit-reset': _reset, ...rest } = others;
  return { status, headers: rest, body: body.replaceAll(String(id), 'ID').replaceAll(object, 'OBJECT') };
}

describe('the permission matrix', () => {
  it('has a line for every operation that is not public, and none for one that is not there', () => {
    const known = [...publicOperations, ...Object.keys(permissions)].sort();
    expect(known).toEqual(
      listOperations(document as never)
        .map(({ operationId }) => operationId)
        .sort(),
    );
  });

  it('lets nobody in without an account', async () => {
    for (const operation of operations) {
      const answer = await call(operation, unknownOf(operation), null);
      if (publicOperations.has(operation.operationId)) expect(answer.status, operation.operationId).not.toBe(403);
      else {
        expect(answer, operation.operationId).toMatchObject({ status: 401, code: 'not-authenticated' });
        expect(answer.headers['www-authenticate'], operation.operationId).toBe('Bearer');
      }
    }
  });

  it('answers no token that is revoked, forged or of somebody who was turned off', async () => {
    const { id, token } = await makePerson(api.database, 'admin');
    const operation = operations.find(({ operationId }) => operationId === 'listWorkOrders')!;
    expect((await call(operation, null, token)).status).toBe(200);
    expect((await call(operation, null, `${token}x`)).status).toBe(401);
    await api.database.user.update({ where: { id }, data: { isActive: false } });
    expect((await call(operation, null, token)).status).toBe(401);
    await api.database.user.update({ where: { id }, data: { isActive: true } });
    await api.database.apiToken.updateMany({ where: { userId: id }, data: { revokedAt: new Date() } });
    expect((await call(operation, null, token)).status).toBe(401);
  });

  it.each(roles)('holds for the role %s in every operation, on what is their own and on what is not', async (role) => {
    const guarded = operations.filter(({ operationId }) => !publicOperations.has(operationId));
    // At once, since many wait for a Temporal that is not there; each with people of its own, whom no other one changes.
    await Promise.all(
      guarded.map(async (operation) => {
        const [person, other] = [await makePerson(api.database, role), await makePerson(api.database, 'user')];
        await expectReach(operation, { role, ...person }, other.id);
      }),
    );
  });

  it('gives a token no more than it was made for, whoever made it', async () => {
    const { token } = await makePerson(api.database, 'admin', ['read']);
    for (const operation of operations) {
      if (publicOperations.has(operation.operationId)) continue;
      const answer = await call(operation, unknownOf(operation), token);
      const isRead = permissions[operation.operationId]?.scope === 'read';
      if (isRead) expect(answer.code, operation.operationId).not.toBe('permission-denied');
      else expect(answer, operation.operationId).toMatchObject({ status: 403, code: 'permission-denied' });
    }
  });
});

/** What may not be said to somebody whom the matrix lets in. */
const refusals = ['not-authenticated', 'permission-denied', 'not-found', 'internal-error'];

async function expectReach(operation: Operation, person: { role: Role; id: string; token: string }, otherId: string) {
  const { operationId } = operation;
  const reach = reachOf(operationId, person.role, null);
  const where = `${person.role}: ${operationId}`;
  if (reach === 'none') {
    const object = kindOf(operation) === null ? null : await objectOf(operation, otherId);
    const answer = await call(operation, object, person.token);
    expect(answer, where).toMatchObject({ status: 403, code: 'permission-denied' });
    return;
  }
  if (kindOf(operation) === null) {
    expect(refusals, where).not.toContain((await call(operation, null, person.token)).code);
    return;
  }
  const unknown = unknownOf(operation);
  const missing = await call(operation, unknown, person.token);
  expect(missing, where).toMatchObject({ status: 404, code: 'not-found' });
  const foreign = await objectOf(operation, otherId);
  const answered = await call(operation, foreign, person.token);
  if (reach === 'own') expect(comparable(answered, foreign), where).toEqual(comparable(missing, unknown));
  else expect(refusals, where).not.toContain(answered.code);
  const own = await call(operation, await objectOf(operation, person.id), person.token);
  expect(refusals, `${where}, one's own`).not.toContain(own.code);
}

describe('lists', () => {
  it.each(['/work-orders', '/escalations', '/pull-requests'])('%s show only what is in reach', async (path) => {
    const [one, other] = [await makePerson(api.database, 'user'), await makePerson(api.database, 'user')];
    const operator = await makePerson(api.database, 'operator');
    const make = makeObject[path.slice(1)]!;
    await make(one.id);
    await make((await makePerson(api.database, 'coach')).id);
    const count = async (token: string) => {
      const response = await api.app.inject({ url: `/api/v1${path}?total=true`, headers: headersOf(token) });
      return response.json<{ total: number }>().total;
    };
    expect([await count(one.token), await count(other.token)]).toEqual([1, 0]);
    expect(await count(operator.token)).toBeGreaterThan(1);
  });
});

describe('an object of another person', () => {
  it('takes as long to be denied as one that does not exist', async () => {
    const [one, other] = [await makePerson(api.database, 'user'), await makePerson(api.database, 'user')];
    const operation = operations.find(({ operationId }) => operationId === 'readWorkOrder')!;
    const foreign = await insertWorkOrder(api.database, { ownerId: one.id });
    const times: Record<'foreign' | 'unknown', number[]> = { foreign: [], unknown: [] };
    for (let round = 0; round < 300; round += 1) {
      // Interleaved, so that whatever else the machine does slows both.
      for (const [kind, object] of [
        ['foreign', foreign],
        ['unknown', randomUUID()],
      ] as const) {
        const startedAtMs = performance.now();
        await call(operation, object, other.token);
        if (round >= 50) times[kind].push(performance.now() - startedAtMs);
      }
    }
    // The chance that a foreign one takes longer than an unknown one; one half when they can't be told apart.
    const sorted = times.unknown.toSorted((a, b) => a - b);
    const share = times.foreign.reduce((sum, time) => sum + sorted.filter((one) => one < time).length, 0) / (250 * 250);
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.65);
  });
});
