import { randomUUID } from 'node:crypto';

import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { headersOf, makePerson } from '../support/operator.ts';
import { waitFor } from '../support/wait-for.ts';

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

interface Shown {
  code?: string;
  detail: string;
  accessToken?: string;
  items: { outcome: string; actorName: string; details: Record<string, unknown> }[];
}

async function call(method: 'GET' | 'POST' | 'PUT', path: string, request: Pick<InjectOptions, 'payload' | 'headers'>) {
  const response = await api.app.inject({ method, url: `/api/v1${path}`, ...request });
  return { status: response.statusCode, body: response.json<Shown>() };
}

const turn = (name: string, isEnabled: boolean, headers = {}) =>
  call('PUT', `/flags/${name}`, { payload: { isEnabled, reason: 'Too many at once.' }, headers });

const newPerson = () => ({
  email: `${randomUUID()}@example.test`,
  password: 'correct horse battery',
  name: 'A person',
});
const register = (payload: object) => call('POST', '/auth/register', { payload });

describe('registration', () => {
  it('closes within five seconds of its flag, leaves accounts that are there alone, and opens again', async () => {
    const early = newPerson();
    expect((await register(early)).status).toBe(201);
    expect((await turn('OPEN_REGISTRATION', false)).status).toBe(200);
    const refused = await waitFor('closed registration', async () => {
      const answer = await registerUncounted(early);
      return answer.body.code === 'registration-closed' && answer;
    });
    expect(refused.status).toBe(403);
    const { email, password } = early;
    expect((await call('POST', '/auth/login', { payload: { email, password } })).status).toBe(200);
    expect((await turn('OPEN_REGISTRATION', true)).status).toBe(200);
    const isOpen = async () => (await registerUncounted(newPerson())).status === 201;
    await waitFor('open registration', isOpen);
  });
});

/** Five an hour from one address are the subject of other tests. */
async function registerUncounted(payload: object) {
  await api.database.requestCount.deleteMany();
  return register(payload);
}

describe('who turns a flag', () => {
  it.each(['user', 'coach', 'operator', 'approver'] as const)('is not somebody with the role %s', async (role) => {
    const { token } = await makePerson(api.database, role);
    expect(await turn('MODEL_STAND_INS', false, headersOf(token))).toMatchObject({
      ...{ status: 403, body: { code: 'permission-denied' } },
    });
  });

  it('is on call, with a token that was made for it, and stands in the trail: asked, refused and done', async () => {
    const reader = await makePerson(api.database, 'on_call', ['read', 'write']);
    expect((await turn('MODEL_STAND_INS', false, headersOf(reader.token))).status).toBe(403);
    const person = await makePerson(api.database, 'on_call');
    expect((await turn('GATE_REPAIRS', false, headersOf(person.token))).status).toBe(409);
    expect((await turn('FURTHER_REPAIRS', false, headersOf(person.token))).status).toBe(200);
    const listed = async () =>
      (await call('GET', `/audit-events?action=setFlag&actorId=${person.id}`, {})).body.items.map((one) => one.outcome);
    await waitFor('the refusal in the trail', async () => (await listed()).length === 4);
    expect((await listed()).toSorted()).toEqual(['asked', 'asked', 'done', 'refused']);
  });
});
