import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Risk, WorkOrderStatus } from '../../domain/work-orders/work-order.ts';
import { runPrepared, type Database } from '../client.ts';
import { cutPage, readNumberCursor, type Page, type PageRequest } from './page.ts';
import {
  countSelected,
  selectPage,
  selectPageByText,
  type PageCut,
  type Query,
  type WorkOrderFilter,
} from './work-order-selection.ts';

/** A work order as a list shows it. Times are ISO 8601. */
export interface WorkOrderSummary {
  id: string;
  number: number;
  title: string;
  repository: string;
  baseBranch: string;
  risk: Risk;
  priority: number;
  ownerId: string | null;
  /** Name of the owner. */
  owner: string | null;
  startState: 'pending' | 'started';
  status: WorkOrderStatus;
  step: string | null;
  attempt: number;
  waitingFor: string | null;
  model: string | null;
  failureClass: FailureClass | null;
  /** What its finished model calls cost so far. */
  costUsdMicros: number;
  costCapUsdMicros: number;
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** What the statement answers, in the form that a summary has; whole numbers of 64 bits come as text. */
export type SummaryRow = Omit<WorkOrderSummary, TextOfNumbers | Times> &
  Record<TextOfNumbers, string> &
  Record<'createdAt' | 'updatedAt', Date> &
  Record<'startedAt' | 'finishedAt', Date | null>;
type TextOfNumbers = 'costUsdMicros' | 'costCapUsdMicros';
type Times = 'createdAt' | 'updatedAt' | 'startedAt' | 'finishedAt';

/** One statement for the rows and what belongs to each: Prisma would ask three times. */
export const summaryColumns = `
  o.id, o.number, o.title, r.location AS repository, o.base_branch AS "baseBranch", o.risk::text, o.priority,
  o.owner_id AS "ownerId", u.name AS owner, o.start_state::text AS "startState", o.status::text, o.step, o.attempt,
  o.waiting_for AS "waitingFor", o.model, o.failure_class::text AS "failureClass",
  (SELECT coalesce(sum(c.cost_usd_micros), 0) FROM model_calls c WHERE c.work_order_id = o.id AND c.state = 'settled')
    AS "costUsdMicros",
  o.cost_cap_usd_micros AS "costCapUsdMicros", o.created_at AS "createdAt", o.updated_at AS "updatedAt",
  o.started_at AS "startedAt", o.finished_at AS "finishedAt"`;

/** Orders with what belongs to each. @param orders a table with the columns of `work_orders` */
export function fromOrders(orders: string): string {
  return `${orders} o JOIN repositories r ON r.id = o.repository_id LEFT JOIN users u ON u.id = o.owner_id`;
}

/** Orders, newest number first. */
export async function listWorkOrders(
  database: Database,
  filter: WorkOrderFilter,
  page: PageRequest,
): Promise<Page<WorkOrderSummary>> {
  const rows = await readRows(database, filter, {
    below: readNumberCursor(page.cursor),
    rowsMax: rowsToRead(page.limit),
  });
  const { items, nextCursor } = cutPage(rows, page.limit, ({ number }) => String(number));
  const total = page.withTotal === true ? await countOrders(database, filter) : null;
  return { items: items.map(toSummary), nextCursor, total };
}

async function readRows(database: Database, filter: WorkOrderFilter, page: PageCut): Promise<SummaryRow[]> {
  const read = async ({ statement, values }: Query) =>
    runPrepared(database, statement, values) as Promise<SummaryRow[]>;
  const rows = await read(selectPage(filter, page, summarised));
  // Those of a text that is rare are not among the newest.
  if (filter.text === undefined || rows.length >= page.rowsMax) return rows;
  return read(selectPageByText({ ...filter, text: filter.text }, page, summarised));
}

/** The page first, then what belongs to its rows: else costs are summed up for every order that matches. */
function summarised(rows: string): string {
  return `SELECT ${summaryColumns} FROM ${fromOrders(`(${rows})`)} ORDER BY o.number DESC`;
}

async function countOrders(database: Database, filter: WorkOrderFilter): Promise<number> {
  const { statement, values } = countSelected(filter);
  const rows = await runPrepared(database, statement, values);
  return (rows as { total: number }[])[0]?.total ?? 0;
}

/** One more than a page has, in three sizes, so that few statements are prepared. */
function rowsToRead(limit: number): number {
  return [21, 51].find((size) => limit < size) ?? 101;
}

/** A row of `summaryColumns` as a summary. */
export function toSummary(row: SummaryRow): WorkOrderSummary {
  return {
    ...row,
    costUsdMicros: Number(row.costUsdMicros),
    costCapUsdMicros: Number(row.costCapUsdMicros),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
