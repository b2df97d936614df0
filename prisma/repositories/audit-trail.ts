import type { Database, DatabaseSession } from '../client.ts';
import type { Prisma } from '../generated/client.ts';
import { cutPage, readNumberCursor, type Page, type PageRequest } from './page.ts';
import { readRecord, type StoredRecord } from './stored-shapes.ts';

/** Who did something: a person, or the product itself. */
export type Actor =
  { kind: 'person'; id: string; name: string; tokenId?: string | null } | { kind: 'system'; name: string };

/** What somebody did or tried. */
export interface AuditEntry {
  actor: Actor;
  /** The operation of the API, or the name of what was done without a person. */
  action: string;
  outcome: 'asked' | 'refused' | 'done' | 'failed';
  objectKind?: string;
  objectId?: string;
  requestId?: string;
  /** Network address that it came from. */
  address?: string;
  /** Small values; never a secret. */
  details?: Record<string, string | number | boolean | null>;
}

/** Appends to the audit trail; in the transaction of what it tells of where there is one. */
export async function appendAuditEvent(session: DatabaseSession, entry: AuditEntry): Promise<void> {
  const { actor, details = {}, ...rest } = entry;
  const person = actor.kind === 'person' ? { actorId: actor.id, tokenId: actor.tokenId ?? null } : {};
  await session.auditEvent.create({
    data: { ...rest, ...person, actorKind: actor.kind, actorName: actor.name, details },
  });
}

export interface AuditFilter {
  actorId?: string | undefined;
  action?: string | undefined;
  objectId?: string | undefined;
  outcome?: string | undefined;
}

/** One line of the trail. Times are ISO 8601. */
export interface AuditRecord {
  id: string;
  at: string;
  actorKind: 'person' | 'system';
  actorId: string | null;
  actorName: string;
  tokenId: string | null;
  action: string;
  outcome: string;
  objectKind: string | null;
  objectId: string | null;
  requestId: string | null;
  address: string | null;
  details: StoredRecord;
}

/** The trail, newest first. */
export async function listAuditEvents(
  database: Database,
  filter: AuditFilter,
  page: PageRequest,
): Promise<Page<AuditRecord>> {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const where: Prisma.AuditEventWhereInput = Object.fromEntries(given);
  const below = readNumberCursor(page.cursor);
  const rows = await database.auditEvent.findMany({
    where: below === undefined ? where : { AND: [where, { id: { lt: below } }] },
    orderBy: { id: 'desc' },
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, ({ id }) => String(id));
  const total = page.withTotal === true ? await database.auditEvent.count({ where }) : null;
  return {
    items: items.map((row) => ({
      ...row,
      id: String(row.id),
      at: row.at.toISOString(),
      details: readRecord(row.details),
    })),
    nextCursor,
    total,
  };
}
