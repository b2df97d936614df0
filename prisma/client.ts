import { PrismaPg } from '@prisma/adapter-pg';

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
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: connectionsMax,
    // Without these a query waits for ever on a database that does not answer.
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 15_000,
  });
  const client = new PrismaClient({ adapter });
  // For every query in one place, so that no write can forget it.
  const storing = client.$extends({
    query: { $allModels: { $allOperations: ({ args, query }) => query(storable(args)) } },
  });
  return storing as unknown as PrismaClient;
}
