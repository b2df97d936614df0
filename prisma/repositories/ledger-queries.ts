import type { Database } from '../client.ts';
import { afterTimeCursor, cutPage, newestFirst, timeKey, type Page, type PageRequest } from './page.ts';

/** Every try of every model call of an order, newest first. Times are ISO 8601. */
export async function listModelCalls(database: Database, workOrderId: string, page: PageRequest) {
  const where = { workOrderId };
  const rows = await database.modelCall.findMany({
    where: { AND: [where, afterTimeCursor(page.cursor)] },
    orderBy: newestFirst,
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, timeKey);
  const total = page.withTotal === true ? await database.modelCall.count({ where }) : null;
  const records = items.map((row) => ({
    ...row,
    reservedUsdMicros: Number(row.reservedUsdMicros),
    costUsdMicros: row.costUsdMicros === null ? null : Number(row.costUsdMicros),
    createdAt: row.createdAt.toISOString(),
  }));
  return { items: records, nextCursor, total } satisfies Page<unknown>;
}
