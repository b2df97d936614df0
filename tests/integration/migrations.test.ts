import { readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { migrate } from '../../prisma/migrate.ts';
import { isAllOrNothing } from '../../prisma/schema-changes/all-or-nothing.ts';
import { describeSchema, differences } from '../../prisma/schema-changes/describe-schema.ts';
import { readScripts } from '../../prisma/schema-changes/history.ts';
import { rollBack } from '../../prisma/schema-changes/roll-back.ts';
import { withSession } from '../../prisma/schema-changes/session.ts';
import { everything, migrationsFolder, openSchemaEngine, readMigrations } from '../../prisma/schema-engine.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationsFolder } from '../support/migrations-folder.ts';

const scripts = await readScripts(migrationsFolder);
const names = [...scripts.keys()];

const schemaOf = (url: string): Promise<string[]> => withSession(url, (session) => describeSchema(session));
const run = (url: string, sql: string) => withSession(url, (session: Client) => session.query(sql));

describe('up, down, up', () => {
  let database: TestDatabase;
  let backupFolder: string;
  beforeAll(async () => {
    database = await createEmptyDatabase();
    backupFolder = await mkdtemp(join(tmpdir(), 'ratchet-backups-'));
  });
  afterAll(async () => {
    await database.drop();
    await rm(backupFolder, { recursive: true, force: true });
  });

  const down = (to: string, folder = migrationsFolder) =>
    rollBack({ databaseUrl: database.url, to, backupFolder, migrationsFolder: folder });

  it('leaves the schema equal for each migration, and takes back exactly what it added', async () => {
    const folder = await createMigrationsFolder('empty');
    try {
      let newest = 'none';
      for (const name of names) {
        const before = await schemaOf(database.url);
        const downScript = await readFile(join(migrationsFolder, name, 'down.sql'), 'utf8').catch(() => {
          throw new Error(`${name} has no down.sql: write what takes it back, see prisma/README.md.`);
        });
        await folder.add(name, { up: scripts.get(name)!, down: downScript });
        await migrate(database.url, { migrationsFolder: folder.path, backupFolder });
        const after = await schemaOf(database.url);
        expect(differences(before, after), name).not.toEqual([]);
        expect((await down(newest, folder.path)).undone).toEqual([name]);
        expect(differences(before, await schemaOf(database.url)), `${name}, down`).toEqual([]);
        await migrate(database.url, { migrationsFolder: folder.path, backupFolder });
        expect(differences(after, await schemaOf(database.url)), `${name}, up again`).toEqual([]);
        newest = name;
      }
    } finally {
      await folder.remove();
    }
  });

  it('leaves the schema equal for all of them at once', async () => {
    const before = await schemaOf(database.url);
    expect(before.length).toBeGreaterThan(200);
    expect((await down('none')).undone).toEqual(names.toReversed());
    const emptied = await schemaOf(database.url);
    expect(emptied.filter((line) => !/^(?:schema|extension) /.test(line))).toEqual([]);
    expect((await migrate(database.url)).applied).toEqual(names);
    expect(differences(before, await schemaOf(database.url))).toEqual([]);
  });

  it('would notice one index, one default, one line of a function, one right or one trigger less', async () => {
    const before = await schemaOf(database.url);
    const changes = [
      'DROP INDEX slots_state_idx',
      'ALTER TABLE stop_all ALTER COLUMN id DROP DEFAULT',
      'ALTER TABLE stop_all DROP CONSTRAINT stop_all_is_one_row',
      `CREATE OR REPLACE FUNCTION budget_used(account text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 0::bigint'`,
      'REVOKE EXECUTE ON FUNCTION budget_used(text) FROM PUBLIC',
      'ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only',
      'ALTER SEQUENCE work_orders_number_seq CYCLE',
      `ALTER TYPE risk ADD VALUE 'planted'`,
    ];
    for (const change of changes) {
      const seen = await withSession(database.url, async (session) => {
        await session.query('BEGIN');
        await session.query(change);
        const lines = await describeSchema(session);
        await session.query('ROLLBACK');
        return differences(before, lines);
      });
      expect(seen.length, change).toBeGreaterThan(0);
    }
  });

  it('is all or nothing for every script, so that a kill leaves no half of one', async () => {
    for (const name of names) {
      const downScript = await readFile(join(migrationsFolder, name, 'down.sql'), 'utf8');
      expect([name, isAllOrNothing(scripts.get(name)!), isAllOrNothing(downScript)]).toEqual([name, true, true]);
    }
  });

  it('refuses to take anything back while somebody else is connected', async () => {
    await withSession(database.url, async () => {
      await expect(down('none')).rejects.toThrow(/1 other session uses the database .* nothing was changed/);
    });
  });

  it('refuses a migration without a down.sql, and one that was not applied', async () => {
    const folder = await createMigrationsFolder('copy');
    try {
      await rm(join(folder.path, names.at(-1)!, 'down.sql'));
      await expect(down('none', folder.path)).rejects.toThrow(/has no down\.sql/);
      await expect(down('20990101000000_later', folder.path)).rejects.toThrow(/is not an applied migration/);
    } finally {
      await folder.remove();
    }
  });

  it('says what failed in a down.sql and changes nothing', async () => {
    const folder = await createMigrationsFolder('copy');
    const before = await schemaOf(database.url);
    try {
      await folder.add('20990101000000_later', {
        up: 'CREATE TABLE later (id INT)',
        down: 'DROP TABLE later; SELECT 1/0',
      });
      await migrate(database.url, { migrationsFolder: folder.path, backupFolder });
      const after = await schemaOf(database.url);
      await expect(down(names.at(-1)!, folder.path)).rejects.toThrow(
        /20990101000000_later failed and changed nothing.*division by zero/,
      );
      expect(await schemaOf(database.url)).toEqual(after);
      await folder.add('20990101000000_later', { up: 'CREATE TABLE later (id INT)', down: 'DROP TABLE later' });
      expect((await down(names.at(-1)!, folder.path)).undone).toEqual(['20990101000000_later']);
      expect(await schemaOf(database.url)).toEqual(before);
    } finally {
      await folder.remove();
    }
  });
});

describe('the bookkeeping', () => {
  it('is that of the schema engine: the engine finds nothing to object to, also after down and up', async () => {
    const database = await createEmptyDatabase();
    try {
      await migrate(database.url);
      await rollBack({ databaseUrl: database.url, to: names.at(-2)!, backupFolder: '/nowhere' });
      await migrate(database.url);
      const { engine, close } = await openSchemaEngine(database.url);
      const found = await engine.diagnoseMigrationHistory({
        migrationsList: await readMigrations(),
        optInToShadowDatabase: false,
        filters: everything,
      });
      await close();
      expect(found).toMatchObject({ editedMigrationNames: [], failedMigrationNames: [], history: null });
      const { rows } = await run(
        database.url,
        `SELECT applied_steps_count AS steps, logs, finished_at >= started_at AS ended, checksum ~ '^[0-9a-f]{64}$' AS hex
         FROM _prisma_migrations`,
      );
      expect(rows).toEqual(names.map(() => ({ steps: 1, logs: null, ended: true, hex: true })));
    } finally {
      await database.drop();
    }
  });
});
