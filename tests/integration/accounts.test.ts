import { randomUUID } from 'node:crypto';

import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createAccessTokens } from '../../platform/access-tokens.ts';
import { createSecretToken, hashSecretToken } from '../../platform/secret-tokens.ts';
import { ensureLocalOperator, storeSetupToken } from '../../prisma/repositories/accounts.ts';
import { get, goodPassword, newEmail, post, register, type Login } from '../support/account-requests.ts';
import { openTestApi, type TestApi, type TestApiOptions } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { headersOf, makePerson, operatorToken, testAuthSecret } from '../support/operator.ts';
import { processorMsUntil } from '../support/processor-time.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

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

/** An installation where nobody has been yet. */
async function withFreshApi(work: (fresh: TestApi) => Promise<void>, options: TestApiOptions = {}): Promise<void> {
  const database = await createTestDatabase();
  const fresh = await openTestApi(database.url, undefined, { api: { trustedProxies: ['127.0.0.1'] }, ...options });
  try {
    await fresh.database.apiToken.deleteMany();
    await fresh.database.user.deleteMany();
    await work(fresh);
  } finally {
    await fresh.close();
    await database.drop();
  }
}

describe('the first account', () => {
  it('needs a setup token, becomes admin with it, and the token is good for one', async () => {
    await withFreshApi(async (fresh) => {
      const body = () => ({ email: newEmail(), password: goodPassword, name: 'First' });
      expect(await post(fresh, '/auth/register', { payload: body() })).toMatchObject({
        status: 403,
        body: { code: 'setup-needed' },
      });
      const setupToken = createSecretToken('rst_');
      const expiresAt = new Date(Date.now() + 60_000);
      await storeSetupToken(fresh.database, { hash: hashSecretToken(setupToken), expiresAt });
      const wrong = await post(fresh, '/auth/register', { payload: { ...body(), setupToken: 'guessed' } });
      expect(wrong).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
      const first = await post(fresh, '/auth/register', { payload: { ...body(), setupToken } });
      expect(first).toMatchObject({ status: 201, body: { account: { role: 'admin' } } });
      expect((await post(fresh, '/auth/register', { payload: { ...body(), setupToken } })).status).toBe(422);
      expect(await post(fresh, '/auth/register', { payload: body() })).toMatchObject({
        status: 201,
        body: { account: { role: 'user' } },
      });
    });
  });

  it('takes over the orders and keys from before there were accounts; none is lost', async () => {
    await withFreshApi(async (fresh) => {
      const orderId = await insertWorkOrder(fresh.database);
      await fresh.database.idempotencyKey.create({
        data: { owner: '', key: 'old', bodyHash: 'hash', workOrderId: orderId },
      });
      await ensureLocalOperator(fresh.database, { hash: hashSecretToken(operatorToken), hint: 'test' });
      const me = await get(fresh, '/auth/me', operatorToken);
      expect(me.body).toMatchObject({ role: 'admin', email: null });
      expect(await fresh.database.workOrder.findMany()).toMatchObject([{ id: orderId, ownerId: me.body['id'] }]);
      expect(await fresh.database.idempotencyKey.findMany()).toMatchObject([{ owner: me.body['id'], key: 'old' }]);
    });
  });
});

describe('a password', () => {
  it.each([
    ['short', 'a9$Bx'],
    ['of eleven letters', 'abcdefghijk'],
    ['common, though long', 'unbelievable'],
    ['one letter again and again', 'aaaaaaaaaaaaaaaa'],
  ])('that is %s is refused with one sentence', async (_what, password) => {
    const answer = await post(api, '/auth/register', { payload: { email: newEmail(), password, name: 'A person' } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
    expect(answer.text).not.toContain(password === 'short' ? '"short"' : password);
  });

  it('of eight characters of every kind is enough, and no answer or row holds it', async () => {
    const password = 'qX7$mKp2';
    const login = await register(api, { password });
    expect(JSON.stringify(login)).not.toContain(password);
    const user = await api.database.user.findUniqueOrThrow({ where: { id: login.account.id } });
    expect(user.passwordHash).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify((await get(api, '/auth/me', login.accessToken)).body)).not.toContain('argon2');
  });

  it('stored by bcrypt is accepted and upgraded at login', async () => {
    const email = newEmail();
    const passwordHash = hashSync(goodPassword, 4);
    const { id } = await api.database.user.create({
      data: { id: randomUUID(), email, name: 'Imported', passwordHash },
    });
    expect((await post(api, '/auth/login', { payload: { email, password: 'wrong, however long' } })).status).toBe(401);
    expect((await post(api, '/auth/login', { payload: { email, password: goodPassword } })).status).toBe(200);
    expect((await api.database.user.findUniqueOrThrow({ where: { id } })).passwordHash).toMatch(/^\$argon2id\$/);
    expect((await post(api, '/auth/login', { payload: { email, password: goodPassword } })).status).toBe(200);
  });

  it('that is changed ends every other login', async () => {
    const { account, accessToken } = await register(api);
    const other = (await post(api, '/auth/login', { payload: { email: account.email, password: goodPassword } }))
      .body as unknown as Login;
    const response = await api.app.inject({
      method: 'PUT',
      url: '/api/v1/auth/password',
      headers: headersOf(accessToken),
      payload: { currentPassword: goodPassword, newPassword: 'another horse battery' },
    });
    expect(response.statusCode, response.body).toBe(204);
    expect((await get(api, '/auth/me', accessToken)).status).toBe(200);
    expect((await get(api, '/auth/me', other.accessToken)).status).toBe(401);
    expect((await post(api, '/auth/refresh', { payload: { refreshToken: other.refreshToken } })).status).toBe(401);
    expect((await post(api, '/auth/login', { payload: { email: account.email, password: goodPassword } })).status).toBe(
      401,
    );
  });
});

describe('a login', () => {
  it('never tells which part was wrong, and an unknown account takes as long as a known one', async () => {
    const { account } = await register(api);
    const wrong = await post(api, '/auth/login', { payload: { email: account.email, password: 'not the password' } });
    const unknown = await post(api, '/auth/login', { payload: { email: newEmail(), password: 'not the password' } });
    const strip = ({ body: { requestId: _id, ...body }, status }: typeof wrong) => ({ body, status });
    expect(strip(unknown)).toEqual(strip(wrong));
    expect(wrong.status).toBe(401);
    const time = (email: string) =>
      processorMsUntil(() => post(api, '/auth/login', { payload: { email, password: 'not the password' } }));
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 8; round += 1) {
      times.known.push(await time(account.email));
      times.unknown.push(await time(newEmail()));
    }
    // Without a hash to compare with it would be ten times as fast.
    const ratio = Math.min(...times.unknown) / Math.min(...times.known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it('is ended as a whole when a used refresh token comes back', async () => {
    const first = await register(api);
    const second = (await post(api, '/auth/refresh', { payload: { refreshToken: first.refreshToken } }))
      .body as unknown as Login;
    expect((await get(api, '/auth/me', second.accessToken)).status).toBe(200);
    const reused = await post(api, '/auth/refresh', { payload: { refreshToken: first.refreshToken } });
    expect(reused).toMatchObject({ status: 401, body: { code: 'token-reused' } });
    expect((await post(api, '/auth/refresh', { payload: { refreshToken: second.refreshToken } })).status).toBe(401);
    expect((await get(api, '/auth/me', second.accessToken)).status).toBe(401);
    expect((await get(api, '/auth/me', first.accessToken)).status).toBe(401);
  });

  it('goes on for exactly one of two refreshes at the same moment', async () => {
    const { refreshToken } = await register(api);
    const answers = await Promise.all([
      post(api, '/auth/refresh', { payload: { refreshToken } }),
      post(api, '/auth/refresh', { payload: { refreshToken } }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('is over at once after logging out', async () => {
    const { accessToken, refreshToken } = await register(api);
    expect((await post(api, '/auth/logout', { payload: {}, token: accessToken })).status).toBe(204);
    expect((await get(api, '/auth/me', accessToken)).status).toBe(401);
    expect((await post(api, '/auth/refresh', { payload: { refreshToken } })).status).toBe(401);
  });

  it('survives a new secret as long as the old one is kept, and ends when it is gone', async () => {
    const { accessToken } = await register(api);
    const next = 'the next secret of tests '.repeat(2);
    for (const [secrets, status] of [
      [[next, testAuthSecret], 200],
      [[next], 401],
    ] as const) {
      const other = await openTestApi(testDatabase.url, undefined, { secrets: [...secrets] });
      expect((await get(other, '/auth/me', accessToken)).status).toBe(status);
      await other.close();
    }
  });

  it('takes no token of another kind: expired, unsigned, for another audience, a refresh token', async () => {
    const { refreshToken } = await register(api);
    const { SignJWT } = await import('jose');
    const key = new TextEncoder().encode(testAuthSecret);
    const claims = { sid: randomUUID() };
    const good = () => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).setSubject(randomUUID());
    const tokens = await Promise.all([
      good().setIssuer('ratchet').setAudience('ratchet-api').setIssuedAt(0).setExpirationTime(1).sign(key),
      good().setIssuer('ratchet').setAudience('other').setIssuedAt().setExpirationTime('1h').sign(key),
      good().setIssuer('ratchet').setAudience('ratchet-api').setIssuedAt().sign(key),
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setExpirationTime('1h').sign(key),
    ]);
    const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`;
    for (const token of [...tokens, unsigned, refreshToken, 'abc']) {
      expect((await get(api, '/auth/me', token)).status, token).toBe(401);
    }
    await expect(createAccessTokens([testAuthSecret]).verify(tokens[0])).resolves.toBeNull();
  });
});

describe('an admin', () => {
  const patch = async (id: string, payload: object) =>
    (await api.app.inject({ method: 'PATCH', url: `/api/v1/users/${id}`, payload })).json<Record<string, unknown>>();

  it('changes roles at once, turns accounts off, and can not remove the last admin', async () => {
    const { id, token } = await makePerson(api.database, 'user');
    expect((await get(api, '/budget', token)).status).toBe(403);
    expect(await patch(id, { role: 'operator' })).toMatchObject({ role: 'operator' });
    expect((await get(api, '/budget', token)).status).toBe(200);
    expect(await patch(id, { isActive: false })).toMatchObject({ isActive: false });
    expect((await get(api, '/budget', token)).status).toBe(401);
    await api.database.user.updateMany({ where: { role: 'admin', email: { not: null } }, data: { role: 'user' } });
    const { id: last } = await api.database.user.findFirstOrThrow({ where: { role: 'admin' } });
    expect(await patch(last, { role: 'user' })).toMatchObject({ code: 'validation-failed' });
    expect(await api.database.user.count({ where: { role: 'admin' } })).toBe(1);
  });

  it('finds who did what, refused tries too', async () => {
    const { id, token } = await makePerson(api.database, 'user');
    const orderId = await insertWorkOrder(api.database, { ownerId: id });
    const remove = { method: 'DELETE' as const, url: `/api/v1/work-orders/${orderId}`, headers: headersOf(token) };
    expect((await api.app.inject(remove)).statusCode).toBe(409);
    expect((await post(api, '/pull-requests/999999/merge', { token })).status).toBe(404);
    await post(api, '/tokens', { payload: { name: 'second' }, token });
    const trail = await get(api, `/audit-events?actorId=${id}`, operatorToken);
    expect(trail.body['items']).toMatchObject([
      { action: 'createToken', outcome: 'asked', actorId: id },
      { action: 'mergePullRequest', outcome: 'refused', objectId: '999999', details: { status: 404 } },
      { action: 'mergePullRequest', outcome: 'asked', objectId: '999999' },
      { action: 'deleteWorkOrder', outcome: 'refused', objectId: orderId, details: { status: 409 } },
      { action: 'deleteWorkOrder', outcome: 'asked', objectId: orderId },
    ]);
    expect(JSON.stringify(trail.body)).not.toContain(token);
  });
});
