import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { makeBackup } from '../../prisma/backups/make-backup.ts';
import { readBackup } from '../../prisma/backups/read-backup.ts';
import { restoreBackup } from '../../prisma/backups/restore-backup.ts';
import { migrate } from '../../prisma/migrate.ts';
import { describeSchema } from '../../prisma/schema-changes/describe-schema.ts';
import { withSession } from '../../prisma/schema-changes/session.ts';
import { readStatus } from '../../prisma/schema-changes/status.ts';
import { binaryChecksums, createBackupPlace, runSql, startCall, type BackupPlace } from '../support/backups.ts';
import type { TestDatabase } from '../support/database.ts';
import { createMigrationsFolder, type MigrationsFolder } from '../support/migrations-folder.ts';
import { waitFor } from '../support/wait-for.ts';

let place: BackupPlace;
let folder: MigrationsFolder;
let database: TestDatabase;
beforeAll(async () => {
  place = await createBackupPlace();
});
afterAll(() => place.remove());
beforeEach(async () => {
  folder = await createMigrationsFolder('empty');
  await folder.add('1_first', { up: 'CREATE TABLE kept (id SERIAL PRIMARY KEY, text TEXT)', down: 'DROP TABLE kept' });
  database = await place.database();
  await migrate(database.url, { migrationsFolder: folder.path });
});
afterEach(async () => {
  await database.drop();
  await folder.remove();
});

const addRow = () => runSql(database.url, "INSERT INTO kept (text) VALUES ('a row')");
const addSecond = (up = 'CREATE TABLE second (id INT)') => folder.add('2_second', { up, down: 'DROP TABLE second' });
const up = (backupFolder = place.folder) => migrate(database.url, { migrationsFolder: folder.path, backupFolder });
const statesOf = async () => (await readStatus(database.url, folder.path)).migrations.map(({ state }) => state);
/** Schema, rows and the list of migrations. */
const everythingIn = async () => [await withSession(database.url, describeSchema), await binaryChecksums(database.url)];

describe('before a migration', () => {
  it('makes a backup that holds the rows as they were, and none of a database without rows', async () => {
    await addSecond();
    expect((await up()).backup).toBeNull();
    await addRow();
    expect(await up()).toEqual({ applied: [], backup: null });
    await folder.add('3_third', { up: "UPDATE kept SET text = 'changed'" });
    const { applied, backup } = await up();
    expect(applied).toEqual(['3_third']);
    expect((await readBackup(backup!)).tables.find(({ name }) => name === 'kept')?.rows).toBe(1);
    const target = await place.database();
    await restoreBackup({ path: backup!, databaseUrl: target.url, migrationsFolder: folder.path });
    expect((await runSql(target.url, 'SELECT text FROM kept')).rows).toEqual([{ text: 'a row' }]);
  });

  it('changes nothing when the backup can not be made, and says so in one sentence', async () => {
    await addRow();
    await addSecond();
    const before = await everythingIn();
    const file = join(place.folder, 'a file');
    await writeFile(file, '');
    await expect(up(join(file, 'below'))).rejects.toThrow(
      /There is no backup of \w+: the folder .* it is not a folder \(ENOTDIR\)\. Without a backup no migration is applied, so nothing was changed\.$/,
    );
    await expect(migrate(database.url, { migrationsFolder: folder.path })).rejects.toThrow(
      /no folder for its backup is named, so nothing was changed/,
    );
    expect(await everythingIn()).toEqual(before);
    expect(await statesOf()).toEqual(['applied', 'pending']);
  });

  it('changes nothing when the disk is full half-way through the backup, and leaves no file of it', async () => {
    await runSql(database.url, 'INSERT INTO kept (text) SELECT md5(n::text) FROM generate_series(1, 20000) AS n');
    await addSecond();
    const before = await everythingIn();
    const backupFolder = join(place.folder, 'full');
    const call = {
      module: 'prisma/migrate.ts',
      name: 'migrate',
      options: [database.url, { migrationsFolder: folder.path, backupFolder }],
    };
    // The system's limit on the size of files fails the write as a full disk does, in the middle.
    const { exitCode, stderr } = await startCall(call, "trap '' XFSZ && ulimit -f 128").finished;
    expect(stderr).toMatch(/the file may not become larger \(EFBIG\)\. Without a backup no migration is applied/);
    expect(exitCode).toBe(1);
    expect(await readdir(backupFolder)).toEqual([]);
    expect(await everythingIn()).toEqual(before);
  });

  it('does not follow an existing name into another file', async () => {
    const backup = await makeBackup({ databaseUrl: database.url, folder: join(place.folder, 'again') });
    await mkdir(`${backup.path}.folder`);
    await expect(makeBackup({ databaseUrl: database.url, folder: backup.path })).rejects.toThrow(/it is not a folder/);
  });
});

describe('a migration that fails half-way', () => {
  it('leaves the database as it was, says what to do, and can be mended', async () => {
    await addRow();
    const [schema, { kept }] = (await everythingIn()) as [string[], Record<string, string>];
    await addSecond("CREATE TABLE second (id INT); UPDATE kept SET text = 'lost';\nSELECT 1 / (id - id) FROM kept;");
    await folder.add('3_third', { up: 'CREATE TABLE third (id INT)' });
    await expect(up()).rejects.toThrow(
      /^The migration 2_second failed\. PostgreSQL took back everything it had done\. Start the version that ran before, or mend the cause and start again\. The backup made before it is .*\.backup\. PostgreSQL says: [^]*division by zero/,
    );
    const [schemaAfter, { kept: keptAfter }] = (await everythingIn()) as [string[], Record<string, string>];
    expect([schemaAfter, keptAfter]).toEqual([schema, kept]);
    expect(await statesOf()).toEqual(['applied', 'pending', 'pending']);
    await addSecond();
    expect((await up()).applied).toEqual(['2_second', '3_third']);
    expect(await statesOf()).toEqual(['applied', 'applied', 'applied']);
  });

  it('keeps what was applied before it and names it', async () => {
    await addSecond();
    await folder.add('3_third', { up: 'SELECT 1;\nSELECT nothing;' });
    await expect(up()).rejects.toThrow(
      /The migration 3_third failed\..* Applied before it: 2_second\. .*PostgreSQL says: column "nothing" does not exist \(line 2\)$/,
    );
    expect(await statesOf()).toEqual(['applied', 'applied', 'pending']);
  });

  it('stays for a person when it steered transactions itself', async () => {
    await addRow();
    await addSecond("BEGIN; UPDATE kept SET text = 'changed'; COMMIT; SELECT nothing;");
    await expect(up()).rejects.toThrow(
      /a part of it may be in the database\. Restore the backup .* restore .*\.backup/,
    );
    await addSecond('COMMIT; SELECT 1');
    await expect(up()).rejects.toThrow(/2_second\. They steer transactions themselves, so a part of them may be/);
    expect(await readStatus(database.url, folder.path)).toMatchObject({ verdict: 'unclear' });
  });

  it('is refused with its name when it was edited after it was applied', async () => {
    await addSecond();
    await up();
    await addSecond('CREATE TABLE second (id BIGINT)');
    await expect(up()).rejects.toThrow(/changed after they had been applied: 2_second/);
    expect(await readStatus(database.url, folder.path)).toMatchObject({ verdict: 'unclear' });
  });
});

describe('kill -9', () => {
  /** Number of sessions in the database that match; its own does not count. */
  const sessions = async (condition: string): Promise<number> => {
    const { rows } = await runSql(
      database.url,
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
    );
    return Number(rows[0].count);
  };
  const startMigration = () =>
    startCall({
      module: 'prisma/migrate.ts',
      name: 'migrate',
      options: [database.url, { migrationsFolder: folder.path, backupFolder: place.folder }],
    });

  it('in the middle of a migration: the next start waits for the server and applies it once', async () => {
    await addRow();
    await addSecond("INSERT INTO kept (text) VALUES ('from 2'); SELECT pg_sleep(4); CREATE TABLE second (id INT)");
    const migrating = startMigration();
    await waitFor('a running script', async () => (await sessions("query LIKE '%pg_sleep(4)%'")) > 0);
    process.kill(migrating.pid, 'SIGKILL');
    await migrating.finished;
    expect((await readStatus(database.url, folder.path)).verdict).toBe('pending');
    await up();
    expect(await statesOf()).toEqual(['applied', 'applied']);
    const { rows } = await runSql(database.url, "SELECT count(*)::integer AS count FROM kept WHERE text = 'from 2'");
    expect(rows[0].count).toBe(1);
  });

  it('in the middle of a backup: nothing that counts as one is left, and the next one is made', async () => {
    await runSql(
      database.url,
      'INSERT INTO kept (text) SELECT repeat(md5(n::text), 10) FROM generate_series(1, 100000) AS n',
    );
    const folderPath = join(place.folder, 'killed');
    const options = { databaseUrl: database.url, folder: folderPath };
    const backing = startCall({ module: 'prisma/backups/make-backup.ts', name: 'makeBackup', options });
    const filesIn = () => readdir(folderPath).catch((): string[] => []);
    await waitFor('a file', async () => (await filesIn()).length > 0);
    process.kill(backing.pid, 'SIGKILL');
    await backing.finished;
    expect(await filesIn()).toEqual([expect.stringMatching(/\.backup\.\d+\.partial$/)]);
    const { path } = await makeBackup(options);
    expect((await readBackup(path)).tables.map(({ name, rows }) => [name, rows])).toContainEqual(['kept', 100_000]);
  });

  it('in the middle of a restore: the source is untouched, the target has no row and can be tried again', async () => {
    await runSql(
      database.url,
      'INSERT INTO kept (text) SELECT repeat(md5(n::text), 10) FROM generate_series(1, 100000) AS n',
    );
    const { path } = await makeBackup({ databaseUrl: database.url, folder: place.folder });
    const before = await everythingIn();
    const target = await place.database();
    const options = { path, databaseUrl: target.url, migrationsFolder: folder.path };
    const restoring = startCall({ module: 'prisma/backups/restore-backup.ts', name: 'restoreBackup', options });
    await waitFor('rows that are being copied', async () => {
      const { rows } = await runSql(
        target.url,
        'SELECT tuples_processed AS tuples FROM pg_stat_progress_copy WHERE datname = current_database()',
      );
      return rows.some(({ tuples }) => Number(tuples) > 1_000);
    });
    process.kill(restoring.pid, 'SIGKILL');
    await restoring.finished;
    expect(await everythingIn()).toEqual(before);
    expect((await runSql(target.url, 'SELECT count(*)::integer AS count FROM kept')).rows).toEqual([{ count: 0 }]);
    const { tables } = await restoreBackup(options);
    expect(tables.map(({ name, rowsRestored }) => [name, rowsRestored])).toContainEqual(['kept', 100_000]);
    expect(await binaryChecksums(target.url)).toEqual(before[1]);
  });

  it('before a migration was begun: another process that waited goes on', async () => {
    await addRow();
    await addSecond('SELECT pg_sleep(1); CREATE TABLE second (id INT)');
    const said: string[] = [];
    const options = { migrationsFolder: folder.path, backupFolder: place.folder, say: (s: string) => said.push(s) };
    const both = await Promise.all([migrate(database.url, options), startMigration().finished]);
    const other = JSON.parse(both[1].stdout) as { applied: string[] };
    expect([...both[0].applied, ...other.applied]).toEqual(['2_second']);
  });
});
