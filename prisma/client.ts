import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';

import { PrismaClient } from './generated/client.ts';
import { storable } from './storable.ts';

export type Database = PrismaClient;
/** A database or a transaction on it. */
export type DatabaseSession = Omit<
  PrismaClient,
  '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends' | '$use'
>;

/**
 * The only place that opens the database.
 *
 * @param connectionsMax size of the pool; each process names its own
 */
export function openDatabase(databaseUrl: string, connectionsMax: number): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: connectionsMax,
    // Without these a query waits for ever on a database that does not answer.
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 15_000,
  });
  // An idle connection that breaks is replaced by the next query; unheard, its error would end the process.
  pool.on('error', () => undefined);
  const client = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
  // For every query in one place, so that no write can forget it.
  const storing = client.$extends({
    query: { $allModels: { $allOperations: ({ args, query }) => query(storable(args)) } },
  }) as unknown as PrismaClient;
  pools.set(storing, pool);
  return storing;
}

const pools = new WeakMap<Database, Pool>();

/** Gives an extension of a database the same connections. @returns the extension */
export function sharingConnections(database: Database, extension: Database): Database {
  const pool = pools.get(database);
  if (pool !== undefined) pools.set(extension, pool);
  return extension;
}

/** A statement that is run for every model call. */
export interface PreparedStatement {
  /** Unique: the server plans it once per connection under this name. */
  name: string;
  text: string;
}

/**
 * Runs a statement straight through the driver, on the connections of the same pool: Prisma's way costs half a
 * millisecond more. Only for what is run for every model call.
 *
 * @param database as `openDatabase` made it
 */
export async function runPrepared(
  database: Database,
  { name, text }: PreparedStatement,
  values: readonly (string | null)[],
): Promise<unknown[]> {
  const { rows } = await poolOf(database).query<Record<string, unknown>>({ name, text, values: [...values] });
  return rows;
}

/** Any record that is committed takes all before it to the disk with it. */
const flushStatement = { name: 'flush', text: "SELECT pg_logical_emit_message(true, 'ratchet', '')" };

/**
 * Runs a statement that commits without waiting for the disk (`synchronous_commit` off), and then waits for the disk
 * while others go on: locks are held for the statement alone. On one connection, so that the second can't succeed in a
 * server that forgot the first when it crashed.
 *
 * @returns when everybody sees what was written. `flushed`: when no crash can take it back; to be awaited, it may throw
 */
export async function runThenFlush(
  database: Database,
  { name, text }: PreparedStatement,
  values: readonly (string | null)[],
): Promise<{ flushed: Promise<void> }> {
  const connection = await poolOf(database).connect();
  try {
    await connection.query({ name, text, values: [...values] });
  } catch (error) {
    connection.release(true);
    throw error;
  }
  const flushed = connection.query(flushStatement).then(
    () => connection.release(),
    (error: unknown) => {
      connection.release(true);
      throw error;
    },
  );
  return { flushed };
}

function poolOf(database: Database): Pool {
  const pool = pools.get(database);
  if (pool === undefined) throw new Error('This database was not opened by openDatabase.');
  return pool;
}
