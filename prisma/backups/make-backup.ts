import { rename, rm } from 'node:fs/promises';

import type { Client } from 'pg';

import packageJson from '../../package.json' with { type: 'json' };
import type { Say } from '../schema-changes/session.ts';
import { databaseName, withSession } from '../schema-changes/session.ts';
import { backupsKept, placeBackup, removeOldBackups, syncFolder } from './backup-folder.ts';
import { createProgress } from './progress.ts';
import type { Backup } from './read-backup.ts';
import { countRows, readBackup } from './read-backup.ts';
import type { BackupHeader, TableContents } from './records.ts';
import { backupFormat, writeRecord } from './records.ts';
import { writeSealed } from './sealed-file.ts';
import type { Table } from './tables.ts';
import { copyRows, inPublic, listTables, readSequences } from './tables.ts';

export interface BackupOptions {
  databaseUrl: string;
  /** Holds the backups; made when it is not there. */
  folder: string;
  say?: Say | undefined;
  /** How many backups of this database stay in the folder, the new one included; default 10. */
  kept?: number;
}

/**
 * Writes everything that the database holds into one file, as it is at one moment, while others go on working. The file
 * has its name only after it was read again and found whole.
 *
 * @returns what was read from the file again
 * @throws an Error of one sentence that says why there is no backup; then nothing is left of it
 */
export async function makeBackup({ databaseUrl, folder, say, kept = backupsKept }: BackupOptions): Promise<Backup> {
  const database = databaseName(databaseUrl);
  try {
    const { path, partialPath } = await placeBackup(folder, database, new Date());
    try {
      await withSession(databaseUrl, (session) => writeBackup(session, { database, path: partialPath, say }));
      const written = await readBackup(partialPath, say);
      await rename(partialPath, path);
      await syncFolder(folder);
      await removeOldBackups(folder, database, kept);
      return { ...written, path };
    } finally {
      await rm(partialPath, { force: true });
    }
  } catch (error) {
    throw new Error(`There is no backup of ${database}: ${describe(error, folder)}`, { cause: error });
  }
}

interface Writing {
  database: string;
  path: string;
  say: Say | undefined;
}

async function writeBackup(session: Client, { database, path, say }: Writing): Promise<void> {
  const tables = (await listTables(session)).map(({ name }) => inPublic(name)).join(', ');
  await session.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // First the locks, which keep nobody from reading and writing: a table that a migration writes anew would look empty
  // to whoever began before. Everything after them sees the database as it is at this moment.
  if (tables !== '') await session.query(`LOCK TABLE ${tables} IN ACCESS SHARE MODE`);
  const header = await describeDatabase(session, database);
  await writeSealed(path, content(session, header, say));
  await session.query('COMMIT');
}

async function describeDatabase(session: Client, database: string): Promise<BackupHeader> {
  const server = await session.query<{ version: string; is_ours: boolean }>(
    `SELECT current_setting('server_version') AS version,
       to_regclass('public._prisma_migrations') IS NOT NULL AS is_ours`,
  );
  const { version = '', is_ours: isOurs = false } = server.rows[0] ?? {};
  if (!isOurs) throw new Error('it has no list of migrations, so it is not a database of Ratchet');
  const { rows: migrations } = await session.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM "_prisma_migrations"
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  return {
    format: backupFormat,
    productVersion: packageJson.version,
    postgresVersion: version,
    madeAt: new Date().toISOString(),
    database,
    migrations,
    tables: await listTables(session),
  };
}

async function* content(session: Client, header: BackupHeader, say: Say | undefined): AsyncGenerator<Buffer> {
  const tell = createProgress(say);
  const tables: TableContents[] = [];
  yield writeRecord({ kind: 'header', header });
  for (const [index, table] of header.tables.entries()) {
    yield writeRecord({ kind: 'table', name: table.name });
    const counted = yield* tableContent(session, table, (rows) => {
      tell(() => `Backup: table ${index + 1} of ${header.tables.length}, ${table.name}, ${rows} rows so far.`);
    });
    tables.push(counted);
  }
  yield writeRecord({ kind: 'contents', contents: { tables, sequences: await readSequences(session) } });
}

async function* tableContent(
  session: Client,
  table: Table,
  onRows: (rows: number) => void,
): AsyncGenerator<Buffer, TableContents> {
  const count = countRows(table.name);
  for await (const bytes of copyRows(session, table)) {
    count.add(bytes);
    onRows(count.rows());
    yield writeRecord({ kind: 'rows', bytes });
  }
  return count.end();
}

const reasons: Partial<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file may not become larger',
  EROFS: 'it can only be read',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'it is not a folder',
  EEXIST: 'it is not a folder',
  EIO: 'the disk reports an error',
};

function describe(error: unknown, folder: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason = reasons[code];
  return reason === undefined ? `${message.replace(/\.$/, '')}.` : `the folder ${folder}: ${reason} (${code}).`;
}
