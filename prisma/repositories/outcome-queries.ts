import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Database } from '../client.ts';
import { afterTimeCursor, cutPage, newestFirst, timeKey, type Page, type PageRequest } from './page.ts';
import { readJson, readRecord, storedAcceptance, storedGuardHits } from './stored-shapes.ts';
import { ofVisibleOrders, type Visibility } from './visibility.ts';

/** What attempts came to, newest first. Times are ISO 8601. */
export async function listOutcomes(
  database: Database,
  filter: { failureClass?: FailureClass | undefined; workOrderId?: string | undefined; visibility: Visibility },
  page: PageRequest,
) {
  const where = {
    ...ofVisibleOrders(filter.visibility),
    ...(filter.failureClass === undefined ? {} : { failureClass: filter.failureClass }),
    ...(filter.workOrderId === undefined ? {} : { workOrderId: filter.workOrderId }),
  };
  const rows = await database.outcomeVector.findMany({
    where: { AND: [where, afterTimeCursor(page.cursor)] },
    orderBy: newestFirst,
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, timeKey);
  const total = page.withTotal === true ? await database.outcomeVector.count({ where }) : null;
  const records = items.map((row) => ({
    ...row,
    errorContext: row.errorContext === null ? null : readRecord(row.errorContext),
    costUsdMicros: Number(row.costUsdMicros),
    acceptance: storedAcceptance.parse(row.acceptance),
    guardHits: storedGuardHits.parse(row.guardHits),
    complexityFactors: readJson(row.complexityFactors),
    createdAt: row.createdAt.toISOString(),
  }));
  return { items: records, nextCursor, total } satisfies Page<unknown>;
}
