import { randomUUID } from 'node:crypto';

import type { Scope } from '../../domain/access/roles.ts';
import type { Database } from '../client.ts';
import type { ApiToken } from '../generated/client.ts';
import { afterTimeCursor, cutPage, newestFirst, timeKey, type Page, type PageRequest } from './page.ts';
import type { Visibility } from './visibility.ts';

/** A personal token as it is shown: never the token itself. Times are ISO 8601. */
export interface StoredToken {
  id: string;
  userId: string;
  name: string;
  /** Its last characters. */
  hint: string;
  scopes: string[];
  requestsPerHour: number | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export interface NewToken {
  userId: string;
  name: string;
  hash: Uint8Array<ArrayBuffer>;
  hint: string;
  scopes: Scope[];
  requestsPerHour: number | null;
  expiresAt: Date | null;
}

/** Stores a token of a person. */
export async function createApiToken(database: Database, token: NewToken): Promise<StoredToken> {
  return toStoredToken(await database.apiToken.create({ data: { id: randomUUID(), ...token } }));
}

/** The tokens of a person, newest first, revoked ones too. */
export async function listApiTokens(database: Database, userId: string, page: PageRequest): Promise<Page<StoredToken>> {
  const where = { userId };
  const rows = await database.apiToken.findMany({
    where: { AND: [where, afterTimeCursor(page.cursor)] },
    orderBy: newestFirst,
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, timeKey);
  const total = page.withTotal === true ? await database.apiToken.count({ where }) : null;
  return { items: items.map(toStoredToken), nextCursor, total };
}

/** Revokes a token. @returns false when there is none of this id for whom the caller may act */
export async function revokeApiToken(database: Database, id: string, visibility: Visibility): Promise<boolean> {
  const where = visibility === 'everybody' ? { id } : { id, userId: visibility.ownerId };
  const { count } = await database.apiToken.updateMany({
    where: { ...where, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  // One that was revoked before is revoked: saying it again is no mistake.
  return count === 1 || (await database.apiToken.findFirst({ where, select: { id: true } })) !== null;
}

function toStoredToken(row: ApiToken): StoredToken {
  const { hash: _hash, createdAt, expiresAt, lastUsedAt, revokedAt, ...rest } = row;
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
