import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Client } from 'pg';

import { isAllOrNothing } from './all-or-nothing.ts';

/**
 * - applied: it was run, and its file is as it was then
 * - pending: it was not run yet
 * - edited: it was run, and its file was changed since
 * - failed: it was begun and did not end
 * - unknown: it was run, and there is no file of it: a newer version of Ratchet was here
 */
export type MigrationState = 'applied' | 'pending' | 'edited' | 'failed' | 'unknown';

export interface Migration {
  name: string;
  state: MigrationState;
  /** ISO 8601; null unless it was applied. */
  appliedAt: string | null;
  /** What the database holds: SHA-256 of the script when it was applied. */
  checksum: string | null;
  /** Of a failed one: nothing of it is in the database, so that it can simply be run again. */
  hasChangedNothing: boolean;
}

export interface History {
  /** Whether the database has the list that Prisma keeps. */
  isKept: boolean;
  /** Oldest first. */
  migrations: Migration[];
}

interface Row {
  migration_name: string;
  checksum: string;
  applied_at: string | null;
}

/** @returns what the database says it has had, beside what is in the folder; changes nothing */
export async function readHistory(session: Client, migrationsFolder: string): Promise<History> {
  const scripts = await readScripts(migrationsFolder);
  const table = await session.query<{ present: boolean }>(
    `SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS present`,
  );
  const isKept = table.rows[0]?.present === true;
  const rows = isKept ? await readRows(session) : [];
  const byName = new Map(rows.map((row) => [row.migration_name, row]));
  const names = [...new Set([...scripts.keys(), ...byName.keys()])].sort();
  return { isKept, migrations: names.map((name) => judge(name, scripts.get(name), byName.get(name))) };
}

/** @returns the names of the migrations in that state, oldest first */
export function namesIn({ migrations }: History, state: MigrationState): string[] {
  return migrations.filter((migration) => migration.state === state).map(({ name }) => name);
}

/** @returns checksum of a script, as Prisma writes it down */
export function checksumOf(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/** Whether a script is the one that was applied. A checkout may have changed the ends of its lines; Prisma forgives that too. */
export function isSameScript(script: string, checksum: string): boolean {
  const unix = script.replaceAll('\r\n', '\n');
  return [script, unix, unix.replaceAll('\n', '\r\n')].some((candidate) => checksumOf(candidate) === checksum);
}

/** @returns the script of each migration in the folder by its name */
export async function readScripts(migrationsFolder: string): Promise<Map<string, string>> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const pairs = names
    .sort()
    .map(async (name): Promise<[string, string]> => [
      name,
      await readFile(join(migrationsFolder, name, 'migration.sql'), 'utf8'),
    ]);
  return new Map(await Promise.all(pairs));
}

/**
 * Marks runs that did not end as undone, the way that `prisma migrate resolve --rolled-back` does, so that the next run
 * begins anew. Only for those that have changed nothing.
 */
export async function markAsUndone(session: Client, names: readonly string[]): Promise<void> {
  await session.query(
    `UPDATE "_prisma_migrations" SET rolled_back_at = clock_timestamp()
     WHERE migration_name = ANY ($1) AND finished_at IS NULL AND rolled_back_at IS NULL`,
    [names],
  );
}

async function readRows(session: Client): Promise<Row[]> {
  const { rows } = await session.query<Row>(
    `SELECT DISTINCT ON (migration_name) migration_name, checksum,
       to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied_at
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL
     ORDER BY migration_name, finished_at NULLS FIRST, started_at DESC`,
  );
  return rows;
}

function judge(name: string, script: string | undefined, row: Row | undefined): Migration {
  const appliedAt = row?.applied_at ?? null;
  const checksum = row?.checksum ?? null;
  const common = { name, appliedAt, checksum, hasChangedNothing: false };
  if (row === undefined) return { ...common, state: 'pending' };
  // Its script writes the end of the run in its own transaction (schema-engine.ts), so a run without an end did not happen.
  if (appliedAt === null)
    return { ...common, state: 'failed', hasChangedNothing: script !== undefined && isAllOrNothing(script) };
  if (script === undefined) return { ...common, state: 'unknown' };
  return { ...common, state: isSameScript(script, row.checksum) ? 'applied' : 'edited' };
}
