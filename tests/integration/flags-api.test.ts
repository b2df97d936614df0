import { randomUUID } from 'node:crypto';

import { serializerCompiler, validatorCompiler } from '@fastify/type-provider-zod';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { setCaller } from '../../api/access/caller.ts';
import { sendProblem } from '../../api/problem.ts';
import { flagRoutes } from '../../api/routes/flags.ts';
import { roles } from '../../domain/access/roles.ts';
import { permissions } from '../../domain/access/permissions.ts';
import { flagList } from '../../domain/flags/flags.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { createFlagStore } from '../../prisma/repositories/feature-flags.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const caller = {
  ...{ id: randomUUID(), name: 'Somebody on call', role: 'on_call' as const, tokenId: randomUUID() },
  ...{ sessionId: null, visibility: 'everybody' as const },
};

let testDatabase: TestDatabase;
let database: Database;
let app: FastifyInstance;

// The routes alone, for a caller who is known; who may call them is the subject of the tests of access.
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 4);
  app = Fastify({ genReqId: () => randomUUID() });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.addHook('onRequest', async (request) => {
    setCaller(request, caller, async () => true);
  });
  await app.register(flagRoutes({ database }), { prefix: '/api/v1' });
});

beforeEach(async () => {
  await database.featureFlag.deleteMany();
  await database.flagResult.deleteMany();
});

afterAll(async () => {
  await app.close();
  await database.$disconnect();
  await testDatabase.drop();
});

interface Shown {
  flags: ShownFlag[];
  windowMinutes: number;
  code: string;
  detail: string;
}

interface ShownFlag {
  name: string;
  isEnabled: boolean;
}

async function call(method: 'GET' | 'PUT', path: string, payload?: object) {
  const response = await app.inject({ method, url: `/api/v1${path}`, ...(payload === undefined ? {} : { payload }) });
  return { status: response.statusCode, body: response.json<Shown & ShownFlag>() };
}

const off = { isEnabled: false, reason: 'The contract of a client forbids it.' };

describe('GET /flags', () => {
  it('shows every flag of the list with all that is known of it', async () => {
    const { status, body } = await call('GET', '/flags');
    expect([status, body.windowMinutes]).toEqual([200, 30]);
    expect(body.flags).toEqual(
      flagList.map(({ isOnByDefault, ...flag }) => ({
        ...flag,
        ...{ isEnabled: isOnByDefault, isEnabledByDefault: isOnByDefault },
        ...{ changedBy: null, changedAt: null, reason: null, runs: 0, errors: 0 },
      })),
    );
  });

  it('shows what ran lately, and what turned a flag off', async () => {
    await createFlagStore(database).saveResults([{ name: 'PLAN_REFINEMENT', runs: 100, errors: 7 }]);
    const { body } = await call('GET', '/flags');
    expect(body.flags.find(({ name }) => name === 'PLAN_REFINEMENT')).toMatchObject({
      ...{ isEnabled: false, changedBy: 'flag watch', runs: 100, errors: 7 },
      reason: '7 of 100 runs within 30 minutes failed: 7.0 %, and 5 % is the limit.',
    });
  });
});

describe('PUT /flags/:name', () => {
  it('turns the flag, answers with it, and writes who did it and why into the trail', async () => {
    const answer = await call('PUT', '/flags/MODEL_STAND_INS', off);
    expect(answer).toMatchObject({
      status: 200,
      body: { name: 'MODEL_STAND_INS', isEnabled: false, changedBy: caller.name, reason: off.reason },
    });
    const listed = (await call('GET', '/flags')).body.flags.find(({ name }) => name === 'MODEL_STAND_INS');
    expect(listed).toEqual(answer.body);
    expect(await database.auditEvent.findMany({ where: { objectId: 'MODEL_STAND_INS' } })).toMatchObject([
      {
        ...{ actorKind: 'person', actorId: caller.id, tokenId: caller.tokenId, actorName: caller.name },
        ...{ action: 'setFlag', outcome: 'done', address: '127.0.0.1' },
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
        details: { flag: 'MODEL_STAND_INS', from: true, to: false, reason: off.reason },
      },
    ]);
    expect((await call('PUT', '/flags/MODEL_STAND_INS', { ...off, isEnabled: true })).body.isEnabled).toBe(true);
  });

  it.each(['NO_SUCH_FLAG', 'model_stand_ins', '__proto__', 'a%00b'])('answers 404 to the name %s', async (name) => {
    expect(await call('PUT', `/flags/${name}`, off)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('answers 409 where the roll-out order forbids it, with what has to be turned first', async () => {
    expect(await call('PUT', '/flags/GATE_REPAIRS', off)).toMatchObject({
      status: 409,
      body: { code: 'flag-order', detail: expect.stringContaining('FURTHER_REPAIRS, which must be turned off first') },
    });
  });

  it.each([
    ['no reason', { isEnabled: false }],
    ['a reason of two letters', { isEnabled: false, reason: ' no ' }],
    ['a reason of 501 letters', { isEnabled: false, reason: 'x'.repeat(501) }],
    ['no value', { reason: 'It costs too much.' }],
    ['a value that is a text', { isEnabled: 'false', reason: 'It costs too much.' }],
    ['something else beside it', { ...off, changedBy: 'Somebody else' }],
  ])('refuses %s and turns nothing', async (_what, body) => {
    expect((await call('PUT', '/flags/MODEL_STAND_INS', body)).status).toBe(422);
    expect(await database.featureFlag.count()).toBe(0);
  });

  it('is for people on call and admins alone', () => {
    const allowed = roles.filter((role) => permissions['setFlag']?.reach[role] === 'all');
    expect(allowed).toEqual(['on_call', 'admin']);
  });
});
