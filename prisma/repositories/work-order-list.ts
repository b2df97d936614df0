import { finalStatuses, type Risk, type WorkOrderStatus } from '../../domain/work-orders/work-order.ts';
import type { FailureClass } from '../../domain/failures/failure-class.ts';
import { runPrepared, type Database } from '../client.ts';
import { cutPage, readNumberCursor, type Page, type PageRequest } from './page.ts';
import type { Visibility } from './visibility.ts';

export interface WorkOrderFilter {
  visibility: Visibility;
  ownerId?: string | undefined;
  status?: WorkOrderStatus | undefined;
  /** The location as it was given. */
  repository?: string | undefined;
  failureClass?: FailureClass | undefined;
  /** Part of the title or the description, whatever the case. */
  text?: string | undefined;
  /** Whether the order has ended. */
  finished?: boolean | undefined;
}

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
  const conditions = toConditions(filter);
  const below = readNumberCursor(page.cursor);
  const ofPage = below === undefined ? conditions : [...conditions, condition('below', 'o.number < $', String(below))];
  const rowsMax = String(rowsToRead(page.limit));
  // The page first, then what belongs to its rows: else costs are summed up for every order that matches.
  const ofThePage = `SELECT * FROM work_orders o WHERE ${and(ofPage)} ORDER BY o.number DESC LIMIT ${rowsMax}`;
  const text = `SELECT ${summaryColumns} FROM ${fromOrders(`(${ofThePage})`)} ORDER BY o.number DESC`;
  const statement = { name: `${nameOf('list', ofPage)}-${rowsMax}`, text };
  const rows = (await runPrepared(database, statement, valuesOf(ofPage))) as SummaryRow[];
  const { items, nextCursor } = cutPage(rows, page.limit, ({ number }) => String(number));
  const total = page.withTotal === true ? await countOrders(database, conditions) : null;
  return { items: items.map(toSummary), nextCursor, total };
}

async function countOrders(database: Database, conditions: Condition[]): Promise<number> {
  const text = `SELECT count(*)::integer AS total FROM work_orders o WHERE ${and(conditions)}`;
  const rows = await runPrepared(database, { name: nameOf('count', conditions), text }, valuesOf(conditions));
  return (rows as { total: number }[])[0]?.total ?? 0;
}

/**
 * One more than a page has, in three sizes. The number stands in the statement: for a limit that it does not know yet,
 * PostgreSQL plans as if a tenth of all orders were wanted, and sorts them.
 */
function rowsToRead(limit: number): number {
  return [21, 51].find((size) => limit < size) ?? 101;
}

/** A part of a statement with one value or none; `$` stands for its place. */
interface Condition {
  /** Names it in the name of the prepared statement. */
  name: string;
  text: string;
  value: string | null;
}

function condition(name: string, text: string, value: string | null): Condition {
  return { name, text, value };
}

/** The server plans each combination of conditions once. */
function nameOf(what: string, conditions: readonly Condition[]): string {
  return [what, 'orders', ...conditions.map(({ name }) => name)].join('-');
}

/** All conditions, each with the number of its value. */
function and(conditions: readonly Condition[]): string {
  const withValue = conditions.filter(({ value }) => value !== null);
  const numbered = conditions.map((one) => one.text.replaceAll('$', () => `$${String(withValue.indexOf(one) + 1)}`));
  return numbered.length === 0 ? 'true' : numbered.join(' AND ');
}

function valuesOf(conditions: readonly Condition[]): string[] {
  return conditions.flatMap(({ value }) => (value === null ? [] : [value]));
}

const ended = finalStatuses.map((status) => `'${status}'`).join(', ');

function toConditions(filter: WorkOrderFilter): Condition[] {
  const { visibility, ownerId, status, repository, failureClass, finished, text } = filter;
  const given: (Condition | null)[] = [
    visibility === 'everybody' ? null : condition('visible', 'o.owner_id = $::uuid', visibility.ownerId),
    ownerId === undefined ? null : condition('owner', 'o.owner_id = $::uuid', ownerId),
    status === undefined ? null : condition('status', 'o.status = $::work_order_status', status),
    repository === undefined
      ? null
      : condition('repository', 'o.repository_id = (SELECT id FROM repositories WHERE location = $)', repository),
    failureClass === undefined ? null : condition('class', 'o.failure_class = $::failure_class', failureClass),
    finished === undefined
      ? null
      : condition(`finished-${String(finished)}`, `o.status ${finished ? '' : 'NOT '}IN (${ended})`, null),
    text === undefined
      ? null
      : condition(
          'text',
          '(o.title ILIKE $ OR o.description ILIKE $)',
          `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
        ),
  ];
  return given.filter((one) => one !== null);
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
