import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

import { countRows } from './read-backup.ts';
import type { BackupContents, TableContents } from './records.ts';

/** A table as a backup sees it. */
export interface Table {
  name: string;
  /** Without those that PostgreSQL computes. */
  columns: string[];
}

/** Every table of ours, Prisma's list of migrations among them; what belongs to an extension is made by it. */
const tablesWithTheirReferences = `
  SELECT c.relname AS name,
    ARRAY(SELECT a.attname::text FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY a.attnum) AS columns,
    ARRAY(SELECT DISTINCT referred.relname::text FROM pg_constraint AS k
      JOIN pg_class AS referred ON referred.oid = k.confrelid
      WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS refers_to
  FROM pg_class AS c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relname`;

/** @returns the tables, each after those that it refers to; of tables in a circle the first by name comes first */
export async function listTables(session: Client): Promise<Table[]> {
  const { rows } = await session.query<Table & { refers_to: string[] }>(tablesWithTheirReferences);
  const ordered: Table[] = [];
  let waiting = rows;
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const free = waiting.filter((table) => !table.refers_to.some((name) => names.has(name)));
    const next = free.length > 0 ? free : waiting.slice(0, 1);
    ordered.push(...next.map(({ name, columns }) => ({ name, columns })));
    waiting = waiting.filter((table) => !next.includes(table));
  }
  return ordered;
}

/** @returns the names of the tables that hold at least one row; Prisma's own list does not count */
export async function listTablesWithRows(session: Client): Promise<string[]> {
  const tables = (await listTables(session)).filter(({ name }) => name !== '_prisma_migrations');
  if (tables.length === 0) return [];
  const questions = tables.map(
    ({ name }, index) => `SELECT ${index} AS place WHERE EXISTS (SELECT 1 FROM ${inPublic(name)})`,
  );
  const { rows } = await session.query<{ place: number }>(questions.join(' UNION ALL '));
  return rows.map(({ place }) => tables[place]?.name ?? '').sort();
}

/** @returns row counts, exact, by table */
export async function countTables(session: Client): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name } of await listTables(session)) {
    const { rows } = await session.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${inPublic(name)}`);
    counts.set(name, Number(rows[0]?.rows));
  }
  return counts;
}

/** The rows of a table as COPY writes them, in the order in which the table holds them. */
export function copyRows(session: Client, table: Table): AsyncIterable<Buffer> {
  return session.query(copyTo(`COPY ${copyTarget(table)} TO STDOUT`));
}

/** Counts the rows of a table and computes their checksum, as a backup does. */
export async function sumTable(session: Client, table: Table, onRows: (rows: number) => void): Promise<TableContents> {
  const count = countRows(table.name);
  for await (const chunk of copyRows(session, table)) {
    count.add(chunk);
    onRows(count.rows());
  }
  return count.end();
}

/** What each sequence would give next. Sequences stand outside of transactions, so they are read after the rows. */
export async function readSequences(session: Client): Promise<BackupContents['sequences']> {
  const { rows: names } = await session.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class AS c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' ORDER BY c.relname`,
  );
  const sequences: BackupContents['sequences'] = [];
  for (const { name } of names) {
    const { rows } = await session.query<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM ${inPublic(name)}`,
    );
    for (const { value, called } of rows) sequences.push({ name, value, isCalled: called });
  }
  return sequences;
}

/** A table with its columns named, so that another order of columns is no other meaning. */
export function copyTarget({ name, columns }: Table): string {
  return `${inPublic(name)} (${columns.map((column) => escapeIdentifier(column)).join(', ')})`;
}

/** The name as SQL writes it. */
export function inPublic(name: string): string {
  return `public.${escapeIdentifier(name)}`;
}
