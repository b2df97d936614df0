import { AppError } from '../../domain/errors.ts';

/** Which part of a list is wanted. */
export interface PageRequest {
  /** 1 to 100. */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** Whether to count all rows that match; it costs a second query. */
  withTotal?: boolean | undefined;
}

/** A part of a list, newest first. Paging by key: rows that arrive meanwhile neither repeat nor hide any. */
export interface Page<Item> {
  items: Item[];
  /** Null on the last page. */
  nextCursor: string | null;
  /** Null unless it was asked for. */
  total: number | null;
}

/** Where a page by number begins: below this number. */
export function readNumberCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const number = Number(decode(cursor));
  if (!Number.isSafeInteger(number) || number < 0 || number > 2_147_483_647) throw badCursor();
  return number;
}

/** Where a page by time begins: before this moment, or at it with a smaller id. */
export function readTimeCursor(cursor: string | undefined): { createdAt: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [time, id] = decode(cursor).split(' ');
  const createdAt = new Date(time ?? '');
  if (Number.isNaN(createdAt.getTime()) || id === undefined || !/^[0-9a-f-]{36}$/.test(id)) throw badCursor();
  return { createdAt, id };
}

/** The rows that come after a time cursor, newest first. */
export function afterTimeCursor(cursor: string | undefined) {
  const start = readTimeCursor(cursor);
  if (start === undefined) return {};
  return { OR: [{ createdAt: { lt: start.createdAt } }, { createdAt: start.createdAt, id: { lt: start.id } }] };
}

export const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

/** Cuts a list that was read with one row more than wanted. */
export function cutPage<Row>(rows: Row[], limit: number, cursorOf: (row: Row) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encode(cursorOf(last)) : null;
  return { items, nextCursor };
}

/** The key of a row in a list by time. */
export function timeKey(row: { createdAt: Date; id: string }): string {
  return `${row.createdAt.toISOString()} ${row.id}`;
}

function encode(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

function decode(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('utf8');
}

function badCursor(): AppError {
  return new AppError(
    'validation-failed',
    'The cursor is not one of ours. Take `nextCursor` of the page before, unchanged.',
  );
}
