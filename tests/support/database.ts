import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import { inject } from 'vitest';

import { migrate } from '../../prisma/migrate.ts';

export interface TestDatabase {
  url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** A fresh database with every migration applied: each test file makes its own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('postgresUrl'), inject('migratedDatabase'));
}

/** A fresh database without any table. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('postgresUrl'));
}

/** Makes what those of all test files are copies of: to apply the migrations for each would take three times as long. */
export async function createMigratedDatabase(serverUrl: string): Promise<TestDatabase & { name: string }> {
  const database = await createDatabase(serverUrl);
  await migrate(database.url);
  return { ...database, name: new URL(database.url).pathname.slice(1) };
}

async function createDatabase(serverUrl: string, template = 'template1'): Promise<TestDatabase> {
  const name = `ratchet_test_${randomBytes(6).toString('hex')}`;
  await runStatement(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runStatement(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** On a connection of its own. @throws what the server says */
export async function runStatement(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
