import fc from 'fast-check';
import { readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listBackups } from '../../prisma/backups/backup-folder.ts';
import { makeBackup } from '../../prisma/backups/make-backup.ts';
import { readBackup } from '../../prisma/backups/read-backup.ts';
import { restoreBackup } from '../../prisma/backups/restore-backup.ts';
import { migrate } from '../../prisma/migrate.ts';
import { describeSchema } from '../../prisma/schema-changes/describe-schema.ts';
import { withSession } from '../../prisma/schema-changes/session.ts';
import { binaryChecksums, createBackupPlace, runSql, type BackupPlace } from '../support/backups.ts';
import { everyType, insertRows, rowOfEveryType } from '../support/every-type.ts';
import { createMigrationsFolder, type MigrationsFolder } from '../support/migrations-folder.ts';
import { waitFor } from '../support/wait-for.ts';

let place: BackupPlace;
let migrations: MigrationsFolder;
beforeAll(async () => {
  place = await createBackupPlace();
  migrations = await createMigrationsFolder('empty');
  await migrations.add('1_types', { up: everyType });
});
afterAll(async () => {
  await place.remove();
  await migrations.remove();
});

describe('a backup that is restored', () => {
  it('is the same bit by bit, whatever the columns hold', async () => {
    const source = await place.database();
    const migrationsFolder = migrations.path;
    await migrate(source.url, { migrationsFolder });
    await fc.assert(
      fc.asyncProperty(fc.array(rowOfEveryType, { maxLength: 40 }), async (rows) => {
        await runSql(source.url, 'TRUNCATE every_type, counted');
        await insertRows(source.url, rows);
        const { path, tables } = await makeBackup({ databaseUrl: source.url, folder: place.folder });
        expect(tables.find(({ name }) => name === 'every_type')?.rows).toBe(rows.length);
        const target = await place.database();
        const restored = await restoreBackup({ path, databaseUrl: target.url, migrationsFolder });
        expect(restored.tables.every(({ isSame }) => isSame)).toBe(true);
        expect(await binaryChecksums(target.url)).toEqual(await binaryChecksums(source.url));
        await target.drop();
      }),
      { numRuns: 10 },
    );
  });

  it('gives the next numbers that the source would have given, and has its schema', async () => {
    const source = await place.database();
    const target = await place.database();
    const migrationsFolder = migrations.path;
    await migrate(source.url, { migrationsFolder });
    await insertRows(source.url, [{ text: 'one' }, { text: 'two' }]);
    const { path } = await makeBackup({ databaseUrl: source.url, folder: place.folder });
    await restoreBackup({ path, databaseUrl: target.url, migrationsFolder });
    for (const { url } of [source, target]) {
      const counted = await runSql(url, 'INSERT INTO counted DEFAULT VALUES RETURNING id::integer');
      const called = await runSql(url, 'INSERT INTO never_called DEFAULT VALUES RETURNING number');
      expect([counted.rows[0].id, called.rows[0].number]).toEqual([3, 1]);
    }
    const [schema, expected] = await Promise.all([target, source].map(({ url }) => withSession(url, describeSchema)));
    expect(schema).toEqual(expected);
  });

  it('is one moment: what others write meanwhile is in it whole or not at all', async () => {
    const source = await place.database();
    const migrationsFolder = migrations.path;
    await migrate(source.url, { migrationsFolder });
    await runSql(
      source.url,
      "INSERT INTO every_type (id, text) SELECT n, repeat('x', 500) FROM generate_series(1, 20000) AS n",
    );
    let isOver = false;
    let written = 0;
    const writing = withSession(source.url, async (session) => {
      while (!isOver) {
        // Both or none: a backup that took its tables at two moments would have more of one.
        await session.query('BEGIN');
        await session.query('DELETE FROM every_type WHERE id = $1', [written + 1]);
        await session.query('INSERT INTO every_type (id) VALUES ($1)', [written + 100_000]);
        await session.query('INSERT INTO counted (every_type_id) VALUES ($1)', [written + 100_000]);
        await session.query('COMMIT');
        written += 1;
      }
    });
    const backup = await makeBackup({ databaseUrl: source.url, folder: place.folder });
    isOver = true;
    await writing;
    const target = await place.database();
    await restoreBackup({ path: backup.path, databaseUrl: target.url, migrationsFolder });
    const { rows } = await runSql(
      target.url,
      `SELECT (SELECT count(*) FROM every_type)::integer AS all, (SELECT count(*) FROM counted)::integer AS counted,
         (SELECT count(*) FROM every_type WHERE id >= 100000)::integer AS added`,
    );
    expect(written).toBeGreaterThan(10);
    expect(rows[0].all).toBe(20_000);
    expect(rows[0].added).toBe(rows[0].counted);
  });

  it('has every row of a table that a migration is just writing anew', async () => {
    const source = await place.database();
    await migrate(source.url, { migrationsFolder: migrations.path });
    await insertRows(source.url, [{ text: 'one' }, { text: 'two' }]);
    const backup = await withSession(source.url, async (session) => {
      await session.query('BEGIN; ALTER TABLE counted ALTER COLUMN every_type_id TYPE INT');
      const making = makeBackup({ databaseUrl: source.url, folder: place.folder });
      await waitFor('a backup that waits', async () => {
        const { rows } = await runSql(
          source.url,
          "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'",
        );
        return rows.length > 0;
      });
      await session.query('COMMIT');
      return making;
    });
    expect(backup.tables.map(({ name, rows }) => [name, rows])).toContainEqual(['counted', 2]);
  });

  it('loads tables that refer to each other in a circle, and leaves triggers and keys as they were', async () => {
    const circle = await createMigrationsFolder('empty');
    await circle.add('1_circle', {
      up: `CREATE TABLE hens (id INT PRIMARY KEY, first_egg_id INT, mother_id INT REFERENCES hens (id));
        CREATE TABLE eggs (id INT PRIMARY KEY, hen_id INT NOT NULL REFERENCES hens (id) ON DELETE CASCADE);
        ALTER TABLE hens ADD CONSTRAINT first_egg FOREIGN KEY (first_egg_id) REFERENCES eggs (id) DEFERRABLE;
        CREATE TABLE told (hen_id INT);
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO told VALUES (NEW.id); RETURN NEW; END $$;
        CREATE TRIGGER told AFTER INSERT ON hens FOR EACH ROW EXECUTE FUNCTION tell();
        CREATE TRIGGER always AFTER INSERT ON eggs FOR EACH ROW EXECUTE FUNCTION tell();
        ALTER TABLE eggs ENABLE ALWAYS TRIGGER always;
        CREATE TRIGGER off AFTER INSERT ON eggs FOR EACH ROW EXECUTE FUNCTION tell();
        ALTER TABLE eggs DISABLE TRIGGER off;
        INSERT INTO told VALUES (-1);`,
    });
    const [source, target] = [await place.database(), await place.database()];
    await migrate(source.url, { migrationsFolder: circle.path });
    await runSql(source.url, 'INSERT INTO hens VALUES (2, NULL, NULL), (1, NULL, 2); INSERT INTO eggs VALUES (7, 1)');
    await runSql(source.url, 'UPDATE hens SET first_egg_id = 7, mother_id = 1; DELETE FROM told WHERE hen_id = -1');
    const { path } = await makeBackup({ databaseUrl: source.url, folder: place.folder });
    await restoreBackup({ path, databaseUrl: target.url, migrationsFolder: circle.path });
    expect(await binaryChecksums(target.url)).toEqual(await binaryChecksums(source.url));
    expect(await withSession(target.url, describeSchema)).toEqual(await withSession(source.url, describeSchema));
    await circle.remove();
  });
});

describe('a restore', () => {
  let path: string;
  let sourceUrl: string;
  beforeAll(async () => {
    const source = await place.database();
    sourceUrl = source.url;
    await migrate(source.url, { migrationsFolder: migrations.path });
    await insertRows(source.url, fc.sample(rowOfEveryType, { numRuns: 30, seed: 7 }));
    ({ path } = await makeBackup({ databaseUrl: source.url, folder: place.folder }));
  });

  it('refuses a backup that is cut anywhere, or has one bit that was turned over', async () => {
    const whole = await readFile(path);
    const damaged = join(place.folder, 'damaged');
    const places = fc.oneof(fc.integer({ min: 0, max: whole.length - 1 }), fc.constantFrom(0, 20, whole.length - 1));
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 0, max: 7 }), fc.boolean(), async (at, bit, isCut) => {
        const bytes = isCut ? whole.subarray(0, at) : Buffer.from(whole);
        if (!isCut) bytes[at]! ^= 1 << bit;
        await writeFile(damaged, bytes);
        await expect(readBackup(damaged)).rejects.toThrow(/is not a whole backup, so nothing can be restored from it/);
      }),
      { numRuns: 300 },
    );
    await writeFile(damaged, Buffer.concat([whole, Buffer.from('more')]));
    await expect(readBackup(damaged)).rejects.toThrow(/not a whole backup/);
    const target = await place.database();
    await expect(restoreBackup({ path: damaged, databaseUrl: target.url })).rejects.toThrow(/not a whole backup/);
    expect(await binaryChecksums(target.url)).toEqual({});
    await expect(readBackup(join(place.folder, 'nothing'))).rejects.toThrow(/There is no file .*nothing\./);
  });

  it('never replaces rows', async () => {
    const before = await binaryChecksums(sourceUrl);
    const restoring = restoreBackup({ path, databaseUrl: sourceUrl, migrationsFolder: migrations.path });
    await expect(restoring).rejects.toThrow(/holds rows \(in counted, for one\), and a restore never replaces any/);
    expect(await binaryChecksums(sourceUrl)).toEqual(before);
  });

  it('refuses when a migration of the backup is missing, was changed, or when the database has had another one', async () => {
    const target = await place.database();
    const other = await createMigrationsFolder('empty');
    const restoring = () => restoreBackup({ path, databaseUrl: target.url, migrationsFolder: other.path });
    await expect(restoring()).rejects.toThrow(/1_types, whose file is not here: restore with the version/);
    await other.add('1_types', { up: `${everyType} -- changed` });
    await expect(restoring()).rejects.toThrow(/1_types, whose file was changed/);
    await other.add('1_types', { up: everyType });
    await other.add('2_more', { up: 'CREATE TABLE more (id INT)' });
    await migrate(target.url, { migrationsFolder: other.path });
    await expect(restoring()).rejects.toThrow(/has had the migration 2_more, which the backup has not/);
    const foreign = await place.database();
    await runSql(foreign.url, 'CREATE TABLE theirs (id INT)');
    await expect(restoreBackup({ path, databaseUrl: foreign.url, migrationsFolder: migrations.path })).rejects.toThrow(
      /holds tables of something else/,
    );
    await other.remove();
  });

  it('takes the same script with other ends of lines for the same', async () => {
    const target = await place.database();
    const other = await createMigrationsFolder('empty');
    await other.add('1_types', { up: everyType.replaceAll('\n', '\r\n') });
    const { tables } = await restoreBackup({ path, databaseUrl: target.url, migrationsFolder: other.path });
    expect(tables.every(({ isSame }) => isSame)).toBe(true);
    await other.remove();
  });

  it('keeps nothing when a row can not be loaded', async () => {
    const target = await place.database();
    await migrate(target.url, { migrationsFolder: migrations.path });
    await runSql(target.url, 'ALTER TABLE every_type ADD CONSTRAINT planted CHECK (id < 20)');
    await expect(restoreBackup({ path, databaseUrl: target.url, migrationsFolder: migrations.path })).rejects.toThrow(
      /violates check constraint "planted"/,
    );
    const { rows } = await runSql(target.url, 'SELECT count(*)::integer AS count FROM every_type');
    expect(rows[0].count).toBe(0);
  });

  it('finds rows that something changed on their way in, and keeps none', async () => {
    const target = await place.database();
    await migrate(target.url, { migrationsFolder: migrations.path });
    await runSql(target.url, 'ALTER TABLE every_type ALTER COLUMN exact_at TYPE TIMESTAMPTZ(0)');
    await expect(restoreBackup({ path, databaseUrl: target.url, migrationsFolder: migrations.path })).rejects.toThrow(
      /restored table every_type is not that of the backup .* nothing was kept/,
    );
    const { rows } = await runSql(target.url, 'SELECT count(*)::integer AS count FROM every_type');
    expect(rows[0].count).toBe(0);
  });
});

describe('the folder of backups', () => {
  it('and its files are for their owner alone, keep the newest, and lose what killed processes left', async () => {
    const source = await place.database();
    await migrate(source.url, { migrationsFolder: migrations.path });
    const folder = join(place.folder, 'made', 'by us');
    const made: string[] = [];
    for (let round = 0; round < 4; round += 1)
      made.push((await makeBackup({ databaseUrl: source.url, folder, kept: 3 })).path);
    const name = new URL(source.url).pathname.slice(1);
    expect(await listBackups(folder, name)).toEqual(made.slice(1).reverse());
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(made[3]!)).mode & 0o777).toBe(0o600);
    const others = ['notes.txt', `${name}.old.2026-01-01T00-00-00.000Z.backup`, `${name}.x.backup.1.partial`];
    for (const other of others) await writeFile(join(folder, other), '');
    await utimes(join(folder, others[2]!), 0, 0);
    await makeBackup({ databaseUrl: source.url, folder, kept: 1 });
    expect((await readdir(folder)).length).toBe(3);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(others.slice(0, 2)));
  });

  it('is empty when it never was made', async () => {
    expect(await listBackups(join(place.folder, 'never'), 'ratchet')).toEqual([]);
  });
});
