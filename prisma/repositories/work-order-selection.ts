import { createHash } from 'node:crypto';

import type { FailureClass } from '../../domain/failures/failure-class.ts';
import { finalStatuses, type WorkOrderStatus } from '../../domain/work-orders/work-order.ts';
import type { PreparedStatement } from '../client.ts';
import type { Visibility } from './visibility.ts';

/** Which orders a list shows. */
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

/** A statement with its values. */
export interface Query {
  statement: PreparedStatement;
  values: string[];
}

/** Which part of the orders that match. */
export interface PageCut {
  /** Only orders with a smaller number. */
  below: number | undefined;
  /**
   * Stands in the statement: for a limit that it does not know yet, PostgreSQL plans as if a tenth of all orders were
   * wanted, and sorts them.
   */
  rowsMax: number;
}

/** Above every number that an order can have. */
const numberMax = 2_147_483_647;

/** So many of the newest are looked through for a text before its index is asked. */
const windowRows = 1_000;

/**
 * Columns that one value is asked of. Each of these lists, followed by the number, is an index of the table; the first
 * whose columns are all asked for is walked.
 */
const walks = [
  ['owner_id', 'repository_id'],
  ['owner_id', 'failure_class'],
  ['owner_id', 'status'],
  ['owner_id'],
  ['repository_id'],
  ['failure_class'],
  ['status'],
] as const;

type Column = (typeof walks)[number][number];

const columns: readonly Column[] = ['owner_id', 'repository_id', 'failure_class', 'status'];

const ended = finalStatuses.map((status) => `'${status}'`).join(', ');

/** Numbers the values of a statement. */
function createValues() {
  const values: string[] = [];
  return {
    values,
    /** @returns its place in the statement */
    add: (value: string) => `$${String(values.push(value))}`,
  };
}

type Values = ReturnType<typeof createValues>;

interface Selection {
  where: string;
  orderBy: string;
}

/**
 * The orders of a page, newest first, as a table `o`.
 *
 * @param wrap makes the statement of the rows
 */
export function selectPage(
  filter: WorkOrderFilter,
  { below, rowsMax }: PageCut,
  wrap: (rows: string) => string,
): Query {
  const values = createValues();
  const { where, orderBy } = select(filter, below, values);
  const walked = (limit: number) => `SELECT * FROM work_orders o WHERE ${where} ORDER BY ${orderBy} LIMIT ${limit}`;
  const rows =
    filter.text === undefined
      ? walked(rowsMax)
      : `SELECT * FROM (${walked(windowRows)}) o WHERE ${holds(filter.text, values)} ORDER BY ${orderBy} LIMIT ${rowsMax}`;
  return toQuery(wrap(rows), values);
}

/** The same page by the index of texts, for a text that is rare: what holds it first, then who may see it. */
export function selectPageByText(
  filter: WorkOrderFilter & { text: string },
  { below, rowsMax }: PageCut,
  wrap: (rows: string) => string,
): Query {
  const values = createValues();
  const { where } = select(filter, below, values);
  // The index reads a list for each three letters. Those of the rarest word say nearly as much as all, and are read
  // in a tenth of the time; that the whole text is there is seen in the row.
  const found = `SELECT * FROM work_orders o WHERE ${holds(rarestWord(filter.text), values)} AND ${holds(filter.text, values, " || ''")}`;
  return toQuery(
    wrap(
      `WITH found AS MATERIALIZED (${found}) SELECT * FROM found o WHERE ${where} ORDER BY o.number DESC LIMIT ${rowsMax}`,
    ),
    values,
  );
}

/** How many orders there are, whatever the page. */
export function countSelected(filter: WorkOrderFilter): Query {
  const values = createValues();
  const { where } = select(filter, undefined, values);
  const text = filter.text === undefined ? '' : ` AND ${holds(filter.text, values)}`;
  return toQuery(`SELECT count(*)::integer AS total FROM work_orders o WHERE ${where}${text}`, values);
}

/** The server plans each statement once; the name stands for its text. */
function toQuery(text: string, { values }: Values): Query {
  const name = `orders-${createHash('sha1').update(text).digest('hex').slice(0, 20)}`;
  return { statement: { name, text }, values };
}

/**
 * A part of one index, between two keys, in its own order. With equal signs PostgreSQL would take any index that gives
 * the order of numbers where it guesses that matches are many, and walk a million rows where there are none.
 */
function select(filter: WorkOrderFilter, below: number | undefined, values: Values): Selection {
  const asked = new Map<Column, string>();
  const others: string[] = [];
  for (const [column, value] of equalities(filter, values)) {
    if (asked.has(column)) others.push(`o.${column} = ${value}`);
    else asked.set(column, value);
  }
  const walked: readonly Column[] = walks.find((walk) => walk.every((column) => asked.has(column))) ?? [];
  for (const column of columns) {
    const value = asked.get(column);
    if (value !== undefined && !walked.includes(column)) others.push(`o.${column} = ${value}`);
  }
  if (filter.finished !== undefined) others.push(`o.status ${filter.finished ? '' : 'NOT '}IN (${ended})`);
  const key = `(${[...walked, 'number'].map((column) => `o.${column}`).join(', ')})`;
  const bound = (number: string) => `(${[...walked.map((column) => asked.get(column)), number].join(', ')})`;
  const range = [`${key} > ${bound('-1')}`, `${key} < ${bound(`${values.add(String(below ?? numberMax))}::integer`)}`];
  return {
    where: [...range, ...others].join(' AND '),
    orderBy: [...walked, 'number'].map((column) => `o.${column} DESC`).join(', '),
  };
}

function equalities(filter: WorkOrderFilter, { add }: Values): [Column, string][] {
  const { visibility, ownerId, status, repository, failureClass } = filter;
  return [
    ...one('owner_id', visibility === 'everybody' ? undefined : visibility.ownerId, (id) => `${add(id)}::uuid`),
    ...one('owner_id', ownerId, (id) => `${add(id)}::uuid`),
    ...one('status', status, (name) => `${add(name)}::work_order_status`),
    ...one('repository_id', repository, (place) => `(SELECT id FROM repositories WHERE location = ${add(place)})`),
    ...one('failure_class', failureClass, (name) => `${add(name)}::failure_class`),
  ];
}

function one(column: Column, value: string | undefined, place: (value: string) => string): [Column, string][] {
  return value === undefined ? [] : [[column, place(value)]];
}

/** @param suffix to the columns: with one, no index is used */
function holds(text: string, { add }: Values, suffix = ''): string {
  const pattern = add(`%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
  return `(o.title${suffix} ILIKE ${pattern} OR o.description${suffix} ILIKE ${pattern})`;
}

/** A guess: words with digits are rarer than others, and long ones rarer than short ones. Only the speed hangs on it. */
function rarestWord(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const rarity = (word: string) => word.length + 2 * (word.match(/\p{N}/gu)?.length ?? 0);
  return words.toSorted((a, b) => rarity(b) - rarity(a))[0] ?? text;
}
