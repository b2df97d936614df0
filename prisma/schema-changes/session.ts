import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

/** Told to a person while something takes long: one plain sentence. */
export type Say = (sentence: string) => void;

/** One process at a time changes a database or backs it up. */
const changeLock = 7_205_101;
/** A rehearsal does not keep a start waiting, but two rehearsals would remove each other's copy. */
const rehearsalLock = 7_205_103;

const pollMs = 250;
const waitingIsSaidAfterMs = 2_000;

/** Values are written down in one way, whatever the server, the database or the login prefers. */
const settings = `
  SET application_name = 'ratchet-migrate';
  SET client_encoding = 'UTF8';
  SET standard_conforming_strings = on;
  SET datestyle = 'ISO, YMD';
  SET intervalstyle = 'postgres';
  SET timezone = 'UTC';
  SET bytea_output = 'hex';
  SET extra_float_digits = 3;
  SET xmloption = 'content';
  SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0;
  SET lock_timeout = '60s';
  SET row_security = off;
  SET synchronize_seqscans = off;
  SET search_path = public;
`;

/**
 * One connection with the rights of the URL's login, on which statements may take as long as they need, ended with the
 * work. Reading never skips rows that a policy hides: PostgreSQL refuses instead.
 *
 * @throws when the server can't be reached, or what the work throws
 */
export async function withSession<Result>(
  databaseUrl: string,
  work: (session: Client) => Promise<Result>,
): Promise<Result> {
  const session = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000, keepAlive: true });
  // A connection that breaks fails the statement under way; unheard, the event would end the process.
  session.on('error', () => undefined);
  await session.connect();
  try {
    await session.query(settings);
    return await work(session);
  } finally {
    await session.end();
  }
}

/**
 * Does something to a database that no other process may do at the same time: the second one waits, and says so after
 * two seconds.
 */
export function withChangeLock<Result>(
  databaseUrl: string,
  say: Say | undefined,
  work: (session: Client) => Promise<Result>,
): Promise<Result> {
  return withSession(databaseUrl, async (session) => {
    await takeLock(session, changeLock, say);
    return work(session);
  });
}

/** The same for rehearsals, which wait for each other alone. */
export function withRehearsalLock<Result>(
  databaseUrl: string,
  say: Say | undefined,
  work: (session: Client) => Promise<Result>,
): Promise<Result> {
  return withSession(databaseUrl, async (session) => {
    await takeLock(session, rehearsalLock, say);
    return work(session);
  });
}

// Asked again and again: a statement that waits for its lock holds a snapshot, and an index that is being built
// concurrently would wait for that snapshot in turn. The end of the session gives the lock back, kill -9 included.
async function takeLock(session: Client, key: number, say: Say | undefined): Promise<void> {
  const startedAtMs = Date.now();
  let isSaid = false;
  for (;;) {
    const { rows } = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [key]);
    if (rows[0]?.taken === true) return;
    if (!isSaid && Date.now() - startedAtMs > waitingIsSaidAfterMs) {
      isSaid = true;
      say?.('Another process is working on this database; waiting until it is done.');
    }
    await sleep(pollMs);
  }
}

/** Waits until nobody holds the lock. */
export async function waitForLock(session: Client, key: number, say: Say | undefined): Promise<void> {
  await takeLock(session, key, say);
  await session.query('SELECT pg_advisory_unlock($1)', [key]);
}

/** The database that a URL names, as people see it: never the URL, which may hold a password. */
export function databaseName(databaseUrl: string): string {
  return decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
}

/** The same server and login, another database. */
export function besideUrl(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
