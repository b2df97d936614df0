import { Prisma } from '../generated/client.ts';

/** Prisma's codes for a database that can't be reached, closed the connection, has no connection left, or no time. */
const awayCodes = new Set(['P1001', 'P1002', 'P1003', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);

/** Codes of sockets and of PostgreSQL for the same; some reach us without Prisma's translation. */
const connectionCodes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P0[123]|08\w{3}|53300)$/;

/** Whether an error of a query means that the database is away, not that the query is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (awayCodes.has(code) || connectionCodes.test(code)) return true;
  // Raw queries and a full wait for a connection are told by their message alone.
  if (/can't reach database server|timeout exceeded when trying to connect|connection terminated/i.test(error.message))
    return true;
  return error.cause !== undefined && isDatabaseAway(error.cause);
}
