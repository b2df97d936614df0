import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { headersOf, makePerson, operatorToken } from '../support/operator.ts';

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

async function create(payload: object, token: string) {
  const request = { method: 'POST' as const, url: '/api/v1/tokens', headers: headersOf(token), payload };
  const response = await api.app.inject(request);
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}

async function get(path: string, token: string) {
  const response = await api.app.inject({ url: `/api/v1${path}`, headers: headersOf(token) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}

describe('a personal token', () => {
  it('is shown once, works until it expires, and is stored as a hash only', async () => {
    const { id, token } = await makePerson(api.database, 'user');
    const made = (await create({ name: 'script', scopes: ['read'], expiresInDays: 1 }, token)).body;
    const secret = String(made['token']);
    expect((await get('/auth/me', secret)).body).toMatchObject({ id, tokenId: made['id'] });
    const { items } = (await get('/tokens', token)).body as { items: object[] };
    expect(JSON.stringify(items)).not.toContain(secret);
    await api.database.apiToken.update({ where: { id: String(made['id']) }, data: { expiresAt: new Date() } });
    expect((await get('/auth/me', secret)).status).toBe(401);
  });

  it('gets a limit of its own from an admin alone', async () => {
    const { token } = await makePerson(api.database, 'user');
    expect((await create({ name: 'fast', requestsPerHour: 5_000 }, token)).status).toBe(403);
    const made = (await create({ name: 'slow', requestsPerHour: 2 }, operatorToken)).body;
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await get('/auth/me', String(made['token']))).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await get('/auth/me', operatorToken)).status).toBe(200);
  });
});
