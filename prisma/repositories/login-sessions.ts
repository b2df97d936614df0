import { randomUUID } from 'node:crypto';

import { AppError } from '../../domain/errors.ts';
import type { Database } from '../client.ts';
import { endSessions, toAccount, type Account } from './accounts.ts';
import { appendAuditEvent, type AuditEntry } from './audit-trail.ts';

/** Seconds that a login lasts, however often it is refreshed. */
export const loginSeconds = 30 * 24 * 3_600;

type Origin = Pick<AuditEntry, 'address' | 'requestId'>;
type TokenHash = Uint8Array<ArrayBuffer>;

/** What a login needs to know of an account; null when there is none. */
export async function findLogin(database: Database, email: string) {
  return database.user.findUnique({
    where: { email },
    select: { id: true, name: true, passwordHash: true, isActive: true },
  });
}

/** Whether a person has logged in from an address within the last two months. */
export async function isKnownAddress(database: Database, userId: string, address: string): Promise<boolean> {
  return (await database.loginSession.findFirst({ where: { userId, address }, select: { id: true } })) !== null;
}

/**
 * Begins a login.
 *
 * @param login `newPasswordHash` replaces one of an older kind
 * @returns the id of the login and the account
 */
export async function beginLogin(
  database: Database,
  login: { userId: string; refreshHash: TokenHash; newPasswordHash?: string | undefined },
  origin: Required<Origin>,
): Promise<{ sessionId: string; account: Account }> {
  const { userId, refreshHash, newPasswordHash } = login;
  const sessionId = randomUUID();
  const expiresAt = new Date(Date.now() + loginSeconds * 1_000);
  return database.$transaction(async (session) => {
    await session.loginSession.create({
      data: {
        id: sessionId,
        userId,
        address: origin.address,
        expiresAt,
        refreshTokens: { create: { hash: refreshHash } },
      },
    });
    const user = await session.user.update({
      where: { id: userId },
      data: { lastLoginAt: new Date(), ...(newPasswordHash === undefined ? {} : { passwordHash: newPasswordHash }) },
    });
    const actor = { kind: 'person' as const, id: user.id, name: user.name };
    await appendAuditEvent(session, { ...origin, actor, action: 'login', outcome: 'done' });
    return { sessionId, account: toAccount(user) };
  });
}

/**
 * Exchanges a refresh token for the next one.
 *
 * @returns the login that goes on
 * @throws AppError `token-reused` for one that was used before: somebody has a copy, so the whole login is ended
 * @throws AppError `not-authenticated` for one that is unknown, or whose login has ended
 */
export async function rotateRefreshToken(
  database: Database,
  hashes: { used: TokenHash; next: TokenHash },
  origin: Origin,
): Promise<{ sessionId: string; userId: string }> {
  const result = await database.$transaction(async (session) => {
    // One statement decides which of two at once is the first.
    const { count } = await session.refreshToken.updateMany({
      where: { hash: hashes.used, usedAt: null },
      data: { usedAt: new Date() },
    });
    const token = await session.refreshToken.findUnique({
      where: { hash: hashes.used },
      include: { session: { include: { user: true } } },
    });
    if (token === null) return null;
    const { id: sessionId, revokedAt, expiresAt, user } = token.session;
    if (revokedAt !== null || expiresAt <= new Date() || !user.isActive) return null;
    if (count === 0) {
      const where = { id: sessionId };
      await session.loginSession.update({ where, data: { revokedAt: new Date(), revokedBecause: 'token reused' } });
      const actor = { kind: 'person' as const, id: user.id, name: user.name };
      await appendAuditEvent(session, {
        ...origin,
        actor,
        action: 'refresh',
        outcome: 'refused',
        details: { reused: true },
      });
      return { isReused: true as const };
    }
    await session.refreshToken.create({ data: { hash: hashes.next, sessionId } });
    return { isReused: false as const, sessionId, userId: user.id };
  });
  if (result === null) {
    throw new AppError('not-authenticated', 'This refresh token is unknown, or its login has ended: log in again.');
  }
  if (result.isReused) {
    throw new AppError(
      'token-reused',
      'This refresh token was used before, so somebody else may have a copy. The login has been ended everywhere: log in again, and change the password if it was not you.',
    );
  }
  return result;
}

/** Ends one login, with every token that came from it. */
export async function endLogin(database: Database, sessionId: string): Promise<void> {
  await database.loginSession.updateMany({
    where: { id: sessionId, revokedAt: null },
    data: { revokedAt: new Date(), revokedBecause: 'logged out' },
  });
}

/** The hash of a person's password; null for one without a login. */
export async function readPasswordHash(database: Database, userId: string): Promise<string | null> {
  const { passwordHash } = await database.user.findUniqueOrThrow({
    where: { id: userId },
    select: { passwordHash: true },
  });
  return passwordHash;
}

/** Replaces a person's password and ends all their other logins. */
export async function replacePassword(
  database: Database,
  change: { userId: string; passwordHash: string; sessionId: string | null },
): Promise<void> {
  const { userId, passwordHash, sessionId } = change;
  await database.$transaction(async (session) => {
    await session.user.update({ where: { id: userId }, data: { passwordHash, updatedAt: new Date() } });
    await endSessions(session, { userId, because: 'password changed', except: sessionId });
  });
}
