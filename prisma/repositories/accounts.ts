import { randomUUID } from 'node:crypto';

import type { Role } from '../../domain/access/roles.ts';
import { AppError } from '../../domain/errors.ts';
import type { Database, DatabaseSession } from '../client.ts';
import type { Prisma, User } from '../generated/client.ts';
import { appendAuditEvent, type AuditEntry } from './audit-trail.ts';
import { afterTimeCursor, cutPage, newestFirst, timeKey, type Page, type PageRequest } from './page.ts';

/** A person as the API shows them; the hash of the password never leaves the database layer's callers for login. */
export interface Account {
  id: string;
  /** Null for the local operator. */
  email: string | null;
  name: string;
  role: Role;
  isActive: boolean;
  /** ISO 8601. */
  createdAt: string;
  lastLoginAt: string | null;
}

export function toAccount({ id, email, name, role, isActive, createdAt, lastLoginAt }: Omit<User, 'passwordHash'>) {
  return {
    ...{ id, email, name, role, isActive },
    createdAt: createdAt.toISOString(),
    lastLoginAt: lastLoginAt?.toISOString() ?? null,
  } satisfies Account;
}

/** Waits for others who make accounts: who is the first must be decided once. */
async function lockAccounts(session: DatabaseSession): Promise<void> {
  await session.$executeRaw`LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE`;
}

export interface NewAccount {
  /** In lower case. */
  email: string;
  name: string;
  passwordHash: string;
  /** Hash of a setup token: makes an admin. Null: an ordinary account. */
  setupTokenHash: Uint8Array<ArrayBuffer> | null;
}

/**
 * Makes an account. With a setup token it becomes an admin, once; without one an admin must be there already.
 *
 * @throws AppError `setup-needed`, `email-taken`, `validation-failed` for a setup token that is unknown, old or used
 */
export async function createAccount(
  database: Database,
  account: NewAccount,
  origin: Pick<AuditEntry, 'address' | 'requestId'>,
): Promise<Account> {
  const { setupTokenHash, ...columns } = account;
  return database.$transaction(async (session) => {
    await lockAccounts(session);
    if (setupTokenHash === null) await requireAdmin(session);
    else await useSetupToken(session, setupTokenHash);
    if ((await session.user.findUnique({ where: { email: columns.email } })) !== null) {
      throw new AppError('email-taken', 'There is an account with this email address: log in, or use another.');
    }
    const role = setupTokenHash === null ? 'user' : 'admin';
    const user = await session.user.create({ data: { id: randomUUID(), ...columns, role } });
    if (role === 'admin') await takeOverOrphans(session, user.id);
    const actor = { kind: 'person' as const, id: user.id, name: user.name };
    const details = { role };
    await appendAuditEvent(session, {
      ...origin,
      ...{ actor, action: 'register', outcome: 'done', objectKind: 'user', objectId: user.id, details },
    });
    return toAccount(user);
  });
}

async function requireAdmin(session: DatabaseSession): Promise<void> {
  if ((await session.user.count({ where: { role: 'admin', isActive: true } })) > 0) return;
  const message =
    'Nobody can register before there is an admin: `node scripts/create-setup-token.ts` makes a token for the first one.';
  throw new AppError('setup-needed', message);
}

async function useSetupToken(session: DatabaseSession, hash: Uint8Array<ArrayBuffer>): Promise<void> {
  const { count } = await session.setupToken.updateMany({
    where: { hash, usedAt: null, expiresAt: { gt: new Date() } },
    data: { usedAt: new Date() },
  });
  if (count === 1) return;
  const message = 'setupToken is unknown, too old or used: `node scripts/create-setup-token.ts` makes a new one.';
  throw new AppError('validation-failed', message);
}

/** Orders and keys from before there were accounts go to the first account that runs the house. */
async function takeOverOrphans(session: DatabaseSession, ownerId: string): Promise<void> {
  await session.workOrder.updateMany({ where: { ownerId: null }, data: { ownerId } });
  await session.idempotencyKey.updateMany({ where: { owner: '' }, data: { owner: ownerId } });
}

/** Stores the hash of a token that makes the first admin. */
export async function storeSetupToken(
  database: Database,
  token: { hash: Uint8Array<ArrayBuffer>; expiresAt: Date },
): Promise<void> {
  await database.$transaction(async (session) => {
    await session.setupToken.create({ data: token });
    const actor = { kind: 'system' as const, name: 'create-setup-token' };
    await appendAuditEvent(session, { actor, action: 'createSetupToken', outcome: 'done' });
  });
}

/** Accounts, newest first. */
export async function listAccounts(
  database: Database,
  filter: { role?: Role | undefined; text?: string | undefined },
  page: PageRequest,
): Promise<Page<Account>> {
  const { role, text } = filter;
  const contains = { contains: text ?? '', mode: 'insensitive' } as const;
  const where: Prisma.UserWhereInput = {
    ...(role === undefined ? {} : { role }),
    ...(text === undefined ? {} : { OR: [{ name: contains }, { email: contains }] }),
  };
  const rows = await database.user.findMany({
    where: { AND: [where, afterTimeCursor(page.cursor)] },
    orderBy: newestFirst,
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, timeKey);
  const total = page.withTotal === true ? await database.user.count({ where }) : null;
  return { items: items.map(toAccount), nextCursor, total };
}

/** One account by its id, or null. */
export async function readAccount(database: Database, id: string): Promise<Account | null> {
  const user = await database.user.findUnique({ where: { id } });
  return user === null ? null : toAccount(user);
}

/** What an admin may change of an account. */
export interface AccountChange {
  name?: string | undefined;
  role?: Role | undefined;
  isActive?: boolean | undefined;
  /** Hash of a new password, for somebody who forgot theirs. */
  passwordHash?: string | undefined;
}

/**
 * Changes an account. One that is turned off, or that gets a new password, is logged out everywhere.
 *
 * @returns null when there is none with this id
 * @throws AppError `validation-failed` when the last admin would go
 */
export async function changeAccount(
  database: Database,
  { id, ...change }: AccountChange & { id: string },
  entry: Omit<AuditEntry, 'details' | 'objectId'>,
): Promise<Account | null> {
  const columns = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return database.$transaction(async (session) => {
    await lockAccounts(session);
    const before = await session.user.findUnique({ where: { id } });
    if (before === null) return null;
    if (change.passwordHash !== undefined && before.email === null) {
      throw new AppError('validation-failed', 'The local operator has no login, so it can have no password.');
    }
    const user = await session.user.update({ where: { id }, data: { ...columns, updatedAt: new Date() } });
    if ((await session.user.count({ where: { role: 'admin', isActive: true } })) === 0) {
      throw new AppError('validation-failed', 'This is the last admin: make another one first.');
    }
    if (!user.isActive || change.passwordHash !== undefined) {
      await endSessions(session, { userId: id, because: 'account changed', except: null });
    }
    const details = {
      ...{ roleBefore: before.role, role: user.role, isActiveBefore: before.isActive, isActive: user.isActive },
      hasNewPassword: change.passwordHash !== undefined,
    };
    await appendAuditEvent(session, { ...entry, objectId: id, details });
    return toAccount(user);
  });
}

/** Logs a person out everywhere, except from one login that stays. */
export async function endSessions(
  session: DatabaseSession,
  { userId, because, except }: { userId: string; because: string; except: string | null },
): Promise<void> {
  await session.loginSession.updateMany({
    where: { userId, revokedAt: null, ...(except === null ? {} : { id: { not: except } }) },
    data: { revokedAt: new Date(), revokedBecause: because },
  });
}

/** The person of a stack that one engineer runs on their own machine. */
const localOperatorName = 'local operator';

/**
 * Makes sure that there is a local operator, an admin without a login, with one token of this hash. Safe to repeat.
 */
export async function ensureLocalOperator(
  database: Database,
  token: { hash: Uint8Array<ArrayBuffer>; hint: string },
): Promise<void> {
  await database.$transaction(async (session) => {
    await lockAccounts(session);
    const found = await session.user.findFirst({ where: { email: null, name: localOperatorName } });
    const user =
      found ?? (await session.user.create({ data: { id: randomUUID(), name: localOperatorName, role: 'admin' } }));
    if (found === null) await takeOverOrphans(session, user.id);
    if ((await session.apiToken.findUnique({ where: { hash: token.hash } })) !== null) return;
    // One at a time: an older one belonged to a file that is gone.
    await session.apiToken.updateMany({
      where: { userId: user.id, name: 'command line of this clone', revokedAt: null },
      data: { revokedAt: new Date() },
    });
    await session.apiToken.create({
      data: {
        ...{ id: randomUUID(), userId: user.id, name: 'command line of this clone' },
        ...{ ...token, scopes: ['read', 'write', 'admin'] },
      },
    });
    const actor = { kind: 'system' as const, name: 'local stack' };
    const object = { objectKind: 'user', objectId: user.id };
    await appendAuditEvent(session, { actor, action: 'createToken', outcome: 'done', ...object });
  });
}
