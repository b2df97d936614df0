import { pipeline } from 'node:stream/promises';

import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { applyMigrations } from '../schema-changes/apply.ts';
import { isSameScript, namesIn, readHistory, readScripts } from '../schema-changes/history.ts';
import type { Say } from '../schema-changes/session.ts';
import { databaseName, withChangeLock } from '../schema-changes/session.ts';
import { migrationsFolder } from '../schema-engine.ts';
import { createProgress } from './progress.ts';
import type { Backup } from './read-backup.ts';
import { readBackup } from './read-backup.ts';
import type { BackupHeader, BackupRecord, TableContents } from './records.ts';
import { readRecords } from './records.ts';
import { readSealed } from './sealed-file.ts';
import { copyTarget, inPublic, listTables, listTablesWithRows, readSequences, sumTable } from './tables.ts';

export interface RestoreOptions {
  /** The backup. */
  path: string;
  /** An empty database, or one with tables and without rows. */
  databaseUrl: string;
  say?: Say | undefined;
  /** Default: the folder of this version. */
  migrationsFolder?: string | undefined;
}

/** What was in the backup beside what is in the database now. */
export interface RestoredTable {
  name: string;
  rowsInBackup: number;
  rowsRestored: number;
  isSame: boolean;
}

export interface Restored {
  database: string;
  backup: Backup;
  tables: RestoredTable[];
}

/**
 * Fills an empty database with what a backup holds: the tables by the migrations that the backup names, the rows in one
 * transaction, and afterwards every table read again and compared with the backup, row by row through its checksum.
 *
 * @throws an Error of one sentence when the backup is not whole, a migration that it names is missing or was changed,
 *   the database holds rows, or something is not as it was; then no row is in the database
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { databaseUrl, say } = options;
  const folder = options.migrationsFolder ?? migrationsFolder;
  const backup = await readBackup(options.path, say);
  await checkMigrations(backup.header, folder);
  return withChangeLock(databaseUrl, say, async (session) => {
    const database = databaseName(databaseUrl);
    await checkTarget(session, { database, header: backup.header, folder });
    const names = backup.header.migrations.map(({ name }) => name);
    await applyMigrations(databaseUrl, { migrationsFolder: folder, names });
    const tables = await loadInOneTransaction(session, backup, say);
    // Without it the server would plan with the sizes of empty tables.
    await session.query('ANALYZE');
    return { database, backup, tables };
  });
}

async function checkMigrations({ migrations }: BackupHeader, folder: string): Promise<void> {
  const scripts = await readScripts(folder);
  for (const { name, checksum } of migrations) {
    const script = scripts.get(name);
    const problem = script === undefined ? 'is not here' : isSameScript(script, checksum) ? undefined : 'was changed';
    if (problem !== undefined)
      throw new Error(
        `The backup was made with the migration ${name}, whose file ${problem}: restore with the version of Ratchet that made the backup.`,
      );
  }
}

interface Target {
  database: string;
  header: BackupHeader;
  folder: string;
}

async function checkTarget(session: Client, { database, header, folder }: Target): Promise<void> {
  const [withRows] = await listTablesWithRows(session);
  if (withRows !== undefined)
    throw new Error(
      `The database ${database} holds rows (in ${withRows}, for one), and a restore never replaces any: name a new database.`,
    );
  const history = await readHistory(session, folder);
  if (!history.isKept && (await listTables(session)).length > 0)
    throw new Error(`The database ${database} holds tables of something else: name a new database.`);
  const named = new Set(header.migrations.map(({ name }) => name));
  const other = history.migrations.find(({ name, checksum }) => checksum !== null && !named.has(name));
  if (other !== undefined)
    throw new Error(
      `The database ${database} has had the migration ${other.name}, which the backup has not: name a new database.`,
    );
  const [edited] = namesIn(history, 'edited');
  if (edited !== undefined)
    throw new Error(`The database ${database} was made with another form of ${edited}: name a new database.`);
}

async function loadInOneTransaction(session: Client, backup: Backup, say: Say | undefined): Promise<RestoredTable[]> {
  await session.query('BEGIN');
  try {
    await checkTables(session, backup.header);
    const putBack = await setAsideWhatHinders(session);
    // Migrations may have put rows into new tables; those of the backup take their place.
    const all = backup.header.tables.map(({ name }) => inPublic(name)).join(', ');
    if (all !== '') await session.query(`TRUNCATE ${all}`);
    await readSealed(backup.path, (content) => loadTables(session, readRecords(content), { backup, say }));
    for (const { name, value, isCalled } of backup.sequences)
      await session.query('SELECT setval($1::regclass, $2::bigint, $3)', [inPublic(name), value, isCalled]);
    for (const statement of putBack) await session.query(statement);
    const compared = await compare(session, backup, say);
    await session.query('COMMIT');
    return compared;
  } catch (error) {
    // The end of the connection takes everything back, also where this can't be said any more.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function checkTables(session: Client, header: BackupHeader): Promise<void> {
  const present = new Set((await listTables(session)).map(({ name }) => name));
  const missing = header.tables.find(({ name }) => !present.has(name));
  if (missing !== undefined)
    throw new Error(
      `The backup holds a table ${missing.name}, which no migration makes, so its rows have no place: restore into a database that was brought up to date and given that table, still without rows.`,
    );
}

/**
 * Triggers of ours would act on rows that have been through them already. A foreign key that is checked once for all rows,
 * when it is put back, costs a small part of one that is checked for each, and does not mind tables that refer to each
 * other in a circle.
 *
 * @returns the statements that put everything back
 */
async function setAsideWhatHinders(session: Client): Promise<string[]> {
  const putBack: string[] = [];
  const keys = await session.query<{ table: string; name: string; definition: string }>(
    `SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
     FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
     WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'public'::regnamespace
     ORDER BY k.oid`,
  );
  for (const { table, name, definition } of keys.rows) {
    const key = `ALTER TABLE ${inPublic(table)}`;
    await session.query(`${key} DROP CONSTRAINT ${escapeIdentifier(name)}`);
    putBack.push(`${key} ADD CONSTRAINT ${escapeIdentifier(name)} ${definition}`);
  }
  const triggers = await session.query<{ table: string; name: string; state: string }>(
    `SELECT c.relname AS table, t.tgname AS name, t.tgenabled AS state
     FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relnamespace = 'public'::regnamespace`,
  );
  const words: Partial<Record<string, string>> = { A: 'ENABLE ALWAYS', R: 'ENABLE REPLICA' };
  for (const { table, name, state } of triggers.rows) {
    const trigger = `TRIGGER ${escapeIdentifier(name)}`;
    await session.query(`ALTER TABLE ${inPublic(table)} DISABLE ${trigger}`);
    putBack.push(`ALTER TABLE ${inPublic(table)} ${words[state] ?? 'ENABLE'} ${trigger}`);
  }
  return putBack;
}

interface Loading {
  backup: Backup;
  say: Say | undefined;
}

/** Hands the rows of each table to a COPY of its own; the next record is read when the server has taken the last one. */
async function loadTables(
  session: Client,
  records: AsyncGenerator<BackupRecord>,
  { backup, say }: Loading,
): Promise<void> {
  const tell = createProgress(say);
  const { tables } = backup.header;
  const totalBytes = backup.tables.reduce((sum, { bytes }) => sum + bytes, 0);
  let loadedBytes = 0;
  let record = await records.next();
  async function* rowsOfOneTable(name: string): AsyncGenerator<Buffer> {
    for (record = await records.next(); record.done !== true; record = await records.next()) {
      if (record.value.kind !== 'rows') return;
      yield record.value.bytes;
      loadedBytes += record.value.bytes.length;
      tell(() => `Restore: ${Math.floor((loadedBytes / totalBytes) * 100)} %, at ${name}.`);
    }
  }
  while (record.done !== true) {
    if (record.value.kind !== 'table') {
      record = await records.next();
      continue;
    }
    const { name } = record.value;
    const table = tables.find((candidate) => candidate.name === name);
    if (table === undefined) throw new Error(`The backup does not describe its table ${name}.`);
    await pipeline(rowsOfOneTable(name), session.query(copyFrom(`COPY ${copyTarget(table)} FROM STDIN`)));
  }
}

async function compare(session: Client, backup: Backup, say: Say | undefined): Promise<RestoredTable[]> {
  const tell = createProgress(say);
  const columns = new Map(backup.header.tables.map((table) => [table.name, table]));
  const compared: RestoredTable[] = [];
  for (const expected of backup.tables) {
    const table = columns.get(expected.name);
    if (table === undefined) throw new Error(`The backup does not describe its table ${expected.name}.`);
    const restored = await sumTable(session, table, (rows) => {
      tell(() => `Restore: comparing ${table.name}, ${rows} of ${expected.rows} rows so far.`);
    });
    compared.push(compareTable(expected, restored));
  }
  const different = compared.find(({ isSame }) => !isSame);
  if (different !== undefined)
    throw new Error(
      `The restored table ${different.name} is not that of the backup (${different.rowsInBackup} rows there, ${different.rowsRestored} here), so nothing was kept.`,
    );
  const sequences = new Map((await readSequences(session)).map((sequence) => [sequence.name, sequence.value]));
  const stray = backup.sequences.find(({ name, value }) => sequences.get(name) !== value);
  if (stray !== undefined) throw new Error(`The sequence ${stray.name} could not be set, so nothing was kept.`);
  return compared;
}

function compareTable(expected: TableContents, restored: TableContents): RestoredTable {
  return {
    name: expected.name,
    rowsInBackup: expected.rows,
    rowsRestored: restored.rows,
    isSame: expected.rows === restored.rows && expected.sha256 === restored.sha256,
  };
}
