import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openDatabase, type Database } from '../../prisma/client.ts';
import { reservePorts } from '../../tools/ports.mjs';
import { makeApplicationLogin, type TestLogin } from '../support/application-login.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { headersOf, makeOperator, makePerson } from '../support/operator.ts';
import { createNodePart, nodeEnvironment } from '../support/stack-parts.ts';
import type { StackPart } from '../support/stack-part.ts';

/** Two API processes on one database, as a deployment has them; nothing listens where Temporal should be. */
let testDatabase: TestDatabase;
let database: Database;
let login: TestLogin;
let folder: string;
let release: () => void;
const processes: { url: string; part: StackPart }[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await makeOperator(testDatabase.url);
  database = openDatabase(testDatabase.url, 4);
  folder = await mkdtemp(join(tmpdir(), 'ratchet-limits-'));
  login = await makeApplicationLogin(testDatabase.url, `limits_${String(process.pid)}`);
  const reserved = await reservePorts([{ part: 'API' }, { part: 'another API' }]);
  ({ release } = reserved);
  for (const port of reserved.ports) {
    const place = {
      stateDirectory: folder,
      ports: { api: port, workerHealth: 1, temporal: 1, temporalUi: 1, postgres: 1 },
    };
    const environment = await nodeEnvironment(place, login.url, 'quick');
    const url = `http://127.0.0.1:${String(port)}`;
    const part = createNodePart(place, 'api-alone', () => environment);
    await part.start();
    processes.push({ url, part });
  }
});

afterAll(async () => {
  for (const { part } of processes) await part.stop();
  release();
  await login.drop(database);
  await database.$disconnect();
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});

async function ask(index: number, token: string, path = '/api/v1/work-orders'): Promise<Response> {
  const { url } = processes[index % 2]!;
  const response = await fetch(`${url}${path}`, { headers: headersOf(token) });
  await response.arrayBuffer();
  return response;
}

function follow(token: string, path: string): Promise<Response> {
  return fetch(`${processes[0]!.url}${path}`, { headers: { ...headersOf(token), accept: 'text/event-stream' } });
}

describe('the requests of a person', () => {
  it('are counted over both processes: exactly one hundred an hour, then 429 with the time to wait', async () => {
    const { token } = await makePerson(database, 'user');
    const statuses: number[] = [];
    // In waves: all at once would be more than a busy machine answers before it says that it is too busy.
    for (let wave = 0; wave < 5; wave += 1) {
      const answers = await Promise.all(Array.from({ length: 26 }, (_, index) => ask(index, token)));
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    const refused = await ask(0, token);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(refused.headers.get('ratelimit-limit')).toBe('100');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(Number(refused.headers.get('ratelimit-reset'))).toBeGreaterThan(3_500);
  });

  it('begin a new hour after the old one, and do not take away from others', async () => {
    const [one, other] = [await makePerson(database, 'user'), await makePerson(database, 'user')];
    for (let count = 0; count < 101; count += 1) await ask(count, one.token);
    expect((await ask(1, one.token)).status).toBe(429);
    const left = (await ask(0, other.token)).headers.get('ratelimit-remaining');
    expect(left).toBe('99');
    await database.requestCount.update({
      where: { key: `person:${one.id}` },
      data: { windowStart: new Date(Date.now() - 3_601_000) },
    });
    expect((await ask(1, one.token)).headers.get('ratelimit-remaining')).toBe('99');
  });

  it('do not count health, version and event streams', async () => {
    const { id, token } = await makePerson(database, 'user');
    for (let count = 0; count < 5; count += 1) await ask(count, token, '/livez');
    const count = () => database.requestCount.findUnique({ where: { key: `person:${id}` } });
    const events = '/api/v1/work-orders/1/events';
    await (await follow(token, events)).body?.cancel();
    expect(await count()).toBeNull();
    // Asking for the list again and again does count.
    await ask(0, token, events);
    expect(await count()).toMatchObject({ count: 1 });
  });

  it('end for everybody when the hour of all is used up', async () => {
    const { token } = await makePerson(database, 'user');
    await database.requestCount.update({ where: { key: 'all' }, data: { count: 10_000 } });
    expect((await ask(0, token)).status).toBe(429);
    await database.requestCount.update({ where: { key: 'all' }, data: { count: 0 } });
    expect((await ask(1, token)).status).toBe(200);
  });
});

describe('the login of the application', () => {
  it('adds to the audit trail and can change nothing of it; nor can the owner', async () => {
    const { token } = await makePerson(database, 'user');
    const { url } = processes[0]!;
    await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { ...headersOf(token), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'script' }),
    });
    const application = openDatabase(login.url, 1);
    const statements = ['UPDATE audit_events SET action = action', 'DELETE FROM audit_events', 'TRUNCATE audit_events'];
    try {
      expect(await application.auditEvent.count({ where: { action: 'createToken' } })).toBeGreaterThan(0);
      for (const statement of statements) {
        await expect(application.$executeRawUnsafe(statement), statement).rejects.toThrow(/permission denied/);
        await expect(database.$executeRawUnsafe(statement), statement).rejects.toThrow(/append-only/);
      }
      for (const statement of [
        'ALTER TABLE audit_events DISABLE TRIGGER ALL',
        'DROP TABLE audit_events',
        'SELECT * FROM _prisma_migrations',
      ]) {
        await expect(application.$executeRawUnsafe(statement), statement).rejects.toThrow(
          /must be owner|permission denied/,
        );
      }
    } finally {
      await application.$disconnect();
    }
  });
});
