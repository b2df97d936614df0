import type { Database } from '../client.ts';
import type { DecisionType } from '../generated/enums.ts';
import { afterTimeCursor, cutPage, newestFirst, timeKey, type Page, type PageRequest } from './page.ts';
import { readRecord, type StoredRecord } from './stored-shapes.ts';
import { ofVisibleOrders, type Visibility } from './visibility.ts';

/** A recorded choice: what it was made from, what was chosen, why. Times are ISO 8601. */
export interface DecisionView {
  id: string;
  workOrderId: string | null;
  type: DecisionType;
  /** Who chose: a part of the product, a model or a person. */
  agent: string;
  attempt: number | null;
  input: StoredRecord;
  output: StoredRecord;
  reason: string;
  /** 0 to 1; null where none was computed. */
  confidence: number | null;
  createdAt: string;
}

/** Decisions, newest first. */
export async function listDecisions(
  database: Database,
  filter: { type?: DecisionType | undefined; workOrderId?: string | undefined; visibility: Visibility },
  page: PageRequest,
): Promise<Page<DecisionView>> {
  const where = {
    ...ofVisibleOrders(filter.visibility),
    ...(filter.type === undefined ? {} : { type: filter.type }),
    ...(filter.workOrderId === undefined ? {} : { workOrderId: filter.workOrderId }),
  };
  const rows = await database.decisionLog.findMany({
    where: { AND: [where, afterTimeCursor(page.cursor)] },
    orderBy: newestFirst,
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, timeKey);
  const total = page.withTotal === true ? await database.decisionLog.count({ where }) : null;
  const records = items.map((row) => ({
    id: row.id,
    workOrderId: row.workOrderId,
    type: row.type,
    agent: row.agent,
    attempt: row.attempt,
    input: readRecord(row.input),
    output: readRecord(row.output),
    reason: row.reason,
    confidence: row.confidence,
    createdAt: row.createdAt.toISOString(),
  }));
  return { items: records, nextCursor, total };
}
