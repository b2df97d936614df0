import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { goodPassword, newAddress, newEmail, post } from '../support/account-requests.ts';
import { openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let testDatabase: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  api = await openTestApi(testDatabase.url, undefined, { api: { trustedProxies: ['127.0.0.1'] } });
});

afterAll(async () => {
  await api.close();
  await testDatabase.drop();
});

describe('guessing', () => {
  it('is stopped for an address after ten tries, with the time to wait', async () => {
    const address = newAddress();
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) {
      const answer = await post(api, '/auth/login', { payload: { email: newEmail(), password: 'guess' }, address });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3_000);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  it('one account from many addresses is stopped, while its owner gets in from where they were before', async () => {
    const home = newAddress();
    const email = newEmail();
    await post(api, '/auth/register', { payload: { email, password: goodPassword, name: 'Owner' }, address: home });
    const statuses: number[] = [];
    for (let tries = 0; tries < 12; tries += 1)
      statuses.push((await post(api, '/auth/login', { payload: { email, password: 'guess' } })).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.slice(10)).toEqual([429, 429]);
    // Right, but from where nobody knows the owner: the hour has to pass.
    expect((await post(api, '/auth/login', { payload: { email, password: goodPassword } })).status).toBe(429);
    expect((await post(api, '/auth/login', { payload: { email, password: goodPassword }, address: home })).status).toBe(
      200,
    );
    await api.database.requestCount.updateMany({ data: { windowStart: new Date(Date.now() - 3_601_000) } });
    expect((await post(api, '/auth/login', { payload: { email, password: goodPassword } })).status).toBe(200);
  });

  it('is no way to register more than five accounts an hour from one address', async () => {
    const address = newAddress();
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      const body = { email: newEmail(), password: goodPassword, name: 'One of many' };
      statuses.push((await post(api, '/auth/register', { payload: body, address })).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
  });
});
