import type { DatabaseSession } from '../client.ts';

/**
 * Counts one more try of something in the hour that began with the first.
 *
 * @param key what is counted, such as `login-address:` with an address
 * @returns null when it is allowed, else the seconds until it is again
 */
export async function countTry(session: DatabaseSession, key: string, triesMax: number): Promise<number | null> {
  const [row] = await session.$queryRaw<{ remaining: number; reset_seconds: number }[]>`
    SELECT * FROM count_request(${key}, ${triesMax}::integer)`;
  if (row === undefined) throw new Error('count_request answered nothing');
  return row.remaining < 0 ? row.reset_seconds : null;
}

/** Removes counts whose hour is over, and logins and setup tokens that have ended long ago. */
export async function removeExpiredAccess(session: DatabaseSession): Promise<void> {
  const now = Date.now();
  const hourAgo = new Date(now - 3_600_000);
  const monthAgo = new Date(now - 30 * 24 * 3_600_000);
  await session.requestCount.deleteMany({ where: { windowStart: { lt: hourAgo } } });
  await session.loginSession.deleteMany({ where: { expiresAt: { lt: monthAgo } } });
  await session.setupToken.deleteMany({ where: { expiresAt: { lt: monthAgo } } });
}
