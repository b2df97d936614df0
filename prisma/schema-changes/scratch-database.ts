import { escapeIdentifier } from 'pg';

import { besideUrl, withSession } from './session.ts';

/** Letters, digits and underscores, as people name databases; the server cuts longer names off silently. */
const allowedName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * Makes an empty database on the server of another one, with the same login as its owner.
 *
 * @returns its URL
 * @throws an Error of one sentence when the name can't be used or the login may not make databases
 */
export async function createDatabase(databaseUrl: string, name: string): Promise<string> {
  if (!allowedName.test(name))
    throw new Error(`"${name}" is no name for a database: use up to 63 letters, digits and underscores.`);
  await withSession(databaseUrl, async (session) => {
    const { rows } = await session.query<{ allowed: boolean }>(
      'SELECT rolcreatedb OR rolsuper AS allowed FROM pg_roles WHERE rolname = current_user',
    );
    if (rows[0]?.allowed !== true)
      throw new Error(
        'This login may not make databases: give it the right (ALTER ROLE ... CREATEDB), or use one that has it.',
      );
    await session.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  });
  return besideUrl(databaseUrl, name);
}

/** Removes a database on the server of another one, whoever is connected to it. */
export async function dropDatabase(databaseUrl: string, name: string): Promise<void> {
  await withSession(databaseUrl, (session) =>
    session.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
  );
}

/** @returns the names of the databases on the server that begin so */
export async function listDatabases(databaseUrl: string, prefix: string): Promise<string[]> {
  return withSession(databaseUrl, async (session) => {
    const { rows } = await session.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname',
      [prefix],
    );
    return rows.map(({ name }) => name);
  });
}

/** Whether the server has a database of that name. */
export async function hasDatabase(databaseUrl: string, name: string): Promise<boolean> {
  return (await listDatabases(databaseUrl, name)).includes(name);
}
