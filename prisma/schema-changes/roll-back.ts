import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';

import { makeBackup } from '../backups/make-backup.ts';
import { listTablesWithRows } from '../backups/tables.ts';
import { migrationsFolder } from '../schema-engine.ts';
import type { History } from './history.ts';
import { namesIn, readHistory } from './history.ts';
import type { Say } from './session.ts';
import { databaseName, withChangeLock } from './session.ts';

export interface RollBackOptions {
  databaseUrl: string;
  /** The migration that is to be the newest one afterwards; `none` takes all of them back. */
  to: string;
  /** Where the backup goes that is made before rows are touched. */
  backupFolder: string;
  /** The database is a copy that will be removed: it needs no backup. */
  isCopy?: boolean;
  say?: Say | undefined;
  /** Default: the folder of this version. */
  migrationsFolder?: string | undefined;
}

export interface RolledBack {
  /** Newest first: the order in which they were taken back. */
  undone: string[];
  backup: string | null;
}

/**
 * Takes migrations back, newest first, each with its down.sql in one transaction of its own. A database that holds rows
 * is backed up before, since rows of what is dropped are gone.
 *
 * @throws an Error that says what to do: nobody else may be connected, every migration needs its down.sql
 */
export async function rollBack(options: RollBackOptions): Promise<RolledBack> {
  const { databaseUrl, to, backupFolder, say } = options;
  const folder = options.migrationsFolder ?? migrationsFolder;
  return withChangeLock(databaseUrl, say, async (session) => {
    const scripts = await planRollBack(await readHistory(session, folder), { to, folder });
    if (scripts.length === 0) return { undone: [], backup: null };
    await refuseWhileInUse(session, databaseName(databaseUrl));
    const hasRows = options.isCopy !== true && (await listTablesWithRows(session)).length > 0;
    const backup = hasRows ? (await makeBackup({ databaseUrl, folder: backupFolder, say })).path : null;
    const undone: string[] = [];
    for (const script of scripts) {
      await undo(session, script, backup);
      undone.push(script.name);
    }
    return { undone, backup };
  });
}

interface DownScript {
  name: string;
  sql: string;
}

/**
 * Which scripts would be run, newest migration first; changes nothing.
 *
 * @throws when `to` was not applied, one of them is not as it was applied, or has no down.sql
 */
export async function planRollBack(
  history: History,
  { to, folder }: { to: string; folder: string },
): Promise<DownScript[]> {
  const applied = namesIn(history, 'applied');
  if (to !== 'none' && !applied.includes(to))
    throw new Error(`${to} is not an applied migration. Applied: ${applied.join(', ') || 'none'}.`);
  const later = history.migrations.filter(({ name, state }) => state !== 'pending' && (to === 'none' || name > to));
  const other = later.find(({ state }) => state !== 'applied');
  if (other !== undefined)
    throw new Error(`${other.name} is ${other.state}, so nobody knows how to take it back: restore a backup instead.`);
  return Promise.all(later.reverse().map(async ({ name }) => ({ name, sql: await readDownScript(folder, name) })));
}

async function readDownScript(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name, 'down.sql'), 'utf8');
  } catch (error) {
    throw new Error(`${name} has no down.sql, so it can't be taken back: restore a backup instead.`, { cause: error });
  }
}

// The old code of another process on the new tables, or the other way round, would write rows that nobody expects.
async function refuseWhileInUse(session: Client, database: string): Promise<void> {
  const question = `SELECT count(*)::integer AS others FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;
  for (let attempt = 1; ; attempt += 1) {
    const { rows } = await session.query<{ others: number }>(question);
    const others = rows[0]?.others ?? 0;
    if (others === 0) return;
    if (attempt === 8)
      throw new Error(
        `${others} other ${others === 1 ? 'session uses' : 'sessions use'} the database ${database}, so nothing was changed: end Ratchet first (npx ratchet down).`,
      );
    // A session that has just ended is listed for a moment.
    await sleep(250);
  }
}

async function undo(session: Client, { name, sql }: DownScript, backup: string | null): Promise<void> {
  await session.query('BEGIN');
  try {
    await session.query(sql);
    await session.query('DELETE FROM "_prisma_migrations" WHERE migration_name = $1 AND rolled_back_at IS NULL', [
      name,
    ]);
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined);
    const words = error instanceof Error ? error.message : String(error);
    const kept = backup === null ? '' : ` The backup made before is ${backup}.`;
    throw new Error(`The down.sql of ${name} failed and changed nothing.${kept} PostgreSQL says: ${words}`, {
      cause: error,
    });
  }
}
