import { AppError } from '../../domain/errors.ts';
import type { Database } from '../../prisma/client.ts';
import { countTry } from '../../prisma/repositories/request-counts.ts';

/** Tries an hour. */
const registrationsPerAddress = 5;
const loginsPerAddress = 10;
const loginsPerAccount = 10;
const refreshesPerAddress = 600;

/** @throws AppError `requests-limited` after five registrations of one address within an hour */
export async function limitRegistrations(database: Database, address: string): Promise<void> {
  await limit(database, `register-address:${address}`, registrationsPerAddress);
}

/**
 * Stops guessing from one address, and guessing one account from many. An address from which the person has logged in
 * before has a count of its own, so that strangers who try elsewhere do not lock the owner out.
 *
 * @param account `isKnownAddress`: whether its owner has logged in from here
 * @throws AppError `requests-limited`
 */
export async function limitLogins(
  database: Database,
  address: string,
  account: { email: string; isKnownAddress: boolean },
): Promise<void> {
  await limit(database, `login-address:${address}`, loginsPerAddress);
  const place = account.isKnownAddress ? `:${address}` : '';
  await limit(database, `login-account:${account.email.toLowerCase().slice(0, 254)}${place}`, loginsPerAccount);
}

/** @throws AppError `requests-limited`; far above what a client needs that refreshes every fifteen minutes */
export async function limitRefreshes(database: Database, address: string): Promise<void> {
  await limit(database, `refresh-address:${address}`, refreshesPerAddress);
}

async function limit(database: Database, key: string, triesMax: number): Promise<void> {
  const waitSeconds = await countTry(database, key.replaceAll('\0', ''), triesMax);
  if (waitSeconds === null) return;
  const message = `Too many tries in this hour. Try again in ${String(Math.ceil(waitSeconds / 60))} minutes.`;
  throw new AppError('requests-limited', message, { retryAfterMs: waitSeconds * 1_000 });
}
