import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { migrate } from '../../prisma/migrate.ts';
import { describeSchema } from '../../prisma/schema-changes/describe-schema.ts';
import { rehearse } from '../../prisma/schema-changes/rehearse.ts';
import { rollBack } from '../../prisma/schema-changes/roll-back.ts';
import { listDatabases } from '../../prisma/schema-changes/scratch-database.ts';
import { withSession } from '../../prisma/schema-changes/session.ts';
import { binaryChecksums, createBackupPlace, runSql, startCall, type BackupPlace } from '../support/backups.ts';
import type { TestDatabase } from '../support/database.ts';
import { createMigrationsFolder, type MigrationsFolder } from '../support/migrations-folder.ts';
import { waitFor } from '../support/wait-for.ts';

let place: BackupPlace;
let folder: MigrationsFolder;
let database: TestDatabase;
let copiesBefore: string[];
beforeAll(async () => {
  place = await createBackupPlace();
});
afterAll(() => place.remove());
beforeEach(async () => {
  folder = await createMigrationsFolder('empty');
  await folder.add('1_first', {
    up: 'CREATE TABLE kept (id SERIAL PRIMARY KEY, text TEXT); CREATE TABLE empty (id INT)',
    down: 'DROP TABLE kept, empty',
  });
  database = await place.database();
  await migrate(database.url, { migrationsFolder: folder.path });
  await runSql(database.url, "INSERT INTO kept (text) VALUES ('one'), ('two'), ('three')");
  copiesBefore = await copies();
});
afterEach(() => folder.remove());

/** Other test files may rehearse on the same server, so only what is new counts. */
const copies = () => listDatabases(database.url, 'ratchet_rehearsal_');
const options = () => ({ databaseUrl: database.url, backupFolder: place.folder, migrationsFolder: folder.path });
const everythingIn = async () => [await withSession(database.url, describeSchema), await binaryChecksums(database.url)];

describe('a rehearsal', () => {
  it('goes up, down and up on a copy with the rows, and leaves the database and the server as they were', async () => {
    await folder.add('2_second', {
      up: "CREATE TABLE second (id INT); INSERT INTO second SELECT id FROM kept; INSERT INTO kept (text) VALUES ('four')",
      down: "DROP TABLE second; DELETE FROM kept WHERE text = 'four'",
    });
    const before = await everythingIn();
    const rehearsal = await rehearse(options());
    expect(rehearsal).toMatchObject({ migrations: ['2_second'], differences: [], isClean: true });
    expect(rehearsal.tables).toEqual([
      { name: 'empty', rowsBefore: 0, rowsAfterUp: 0, rowsAfterDown: 0, rowsAfterSecondUp: 0 },
      { name: 'kept', rowsBefore: 3, rowsAfterUp: 4, rowsAfterDown: 3, rowsAfterSecondUp: 4 },
    ]);
    expect(Object.keys(rehearsal.durationsMs)).toEqual(['backup', 'restore', 'up', 'down', 'upAgain']);
    expect(await everythingIn()).toEqual(before);
    expect(await copies()).toEqual(copiesBefore);
    expect((await readdir(place.folder)).filter((name) => name.startsWith('rehearsal-'))).toEqual([]);
  });

  it('shows rows that a migration loses, and what its down.sql forgets', async () => {
    await folder.add('2_second', {
      up: 'CREATE TABLE second (id INT); CREATE TABLE third (id INT); DELETE FROM kept WHERE id = 1; DROP TABLE empty',
      down: 'DROP TABLE second, third; CREATE TABLE empty (id BIGINT)',
    });
    const rehearsal = await rehearse(options());
    expect(rehearsal.isClean).toBe(false);
    expect(rehearsal.tables).toEqual([
      { name: 'empty', rowsBefore: 0, rowsAfterUp: null, rowsAfterDown: 0, rowsAfterSecondUp: null },
      { name: 'kept', rowsBefore: 3, rowsAfterUp: 2, rowsAfterDown: 2, rowsAfterSecondUp: 2 },
    ]);
    expect(rehearsal.differences.join('\n')).toMatch(
      /^- column empty\.id = 1\. integer.*\n\+ column empty\.id = 1\. bigint/,
    );
  });

  it('says which step failed and removes the copy', async () => {
    await folder.add('2_second', { up: 'SELECT 1 / count(*) FROM empty', down: '' });
    await expect(rehearse(options())).rejects.toThrow(
      /^The rehearsal failed at applying the migrations; the database was only read\. The migration 2_second failed\. [^]*division by zero/,
    );
    expect(await copies()).toEqual(copiesBefore);
  });

  it('has nothing to do when nothing is pending', async () => {
    expect(await rehearse(options())).toMatchObject({ migrations: [], isClean: true });
  });

  it('removes what one left that was killed with -9', async () => {
    await folder.add('2_second', { up: 'SELECT pg_sleep(3); CREATE TABLE second (id INT)', down: 'DROP TABLE second' });
    const call = { module: 'prisma/schema-changes/rehearse.ts', name: 'rehearse', options: options() };
    const killed = startCall(call);
    await waitFor('a copy', async () => (await copies()).length > copiesBefore.length);
    process.kill(killed.pid, 'SIGKILL');
    await killed.finished;
    expect((await copies()).length).toBe(copiesBefore.length + 1);
    await folder.add('2_second', { up: 'CREATE TABLE second (id INT)', down: 'DROP TABLE second' });
    expect(await rehearse(options())).toMatchObject({ isClean: true });
    expect(await copies()).toEqual(copiesBefore);
  });
});

describe('the real down.sql', () => {
  it('keep the orders and what fits into the older tables', async () => {
    const { url } = await place.database();
    await migrate(url);
    await runSql(
      url,
      `INSERT INTO repositories (id, location) VALUES ('00000000-0000-4000-8000-000000000001', '/r');
       INSERT INTO work_orders (id, title, description, repository_id, base_branch, base_commit, acceptance_criteria, risk,
         priority, cost_cap_usd_micros, inspection, approved_by, approved_at)
       SELECT '00000000-0000-4000-8000-000000000002', 't', 'd', id, 'main', 'c', '[]', 'low', 1, 1, '{}', 'x', now()
       FROM repositories;
       INSERT INTO checkpoints (work_order_id, attempt, step, round, base_commit, commit)
       SELECT id, 1, 'edit', round, 'c', 'commit ' || round FROM work_orders, generate_series(0, 2) AS round;
       INSERT INTO gate_results (work_order_id, attempt, gate, round, position, command, outcome, duration_ms, output, sandboxed)
       SELECT id, 1, 'test', round, position, 'c', 'o', 1, round || ' ' || position, true
       FROM work_orders, generate_series(0, 1) AS round, generate_series(0, 1) AS position;
       INSERT INTO model_calls (id, work_order_id, step, prompt_hash, provider, asked_model, state, reserved_usd_micros,
         reserved_until, price_version, created_at)
       SELECT gen_random_uuid(), id, 'plan', 'h', 'p', 'm', state::model_call_state, 5, now(), 'v', '2026-01-02'
       FROM work_orders, unnest(ARRAY['reserved', 'settled', 'released', 'expired']) AS state;
       INSERT INTO idempotency_keys (owner, key, body_hash, work_order_id)
       SELECT owner, 'same', 'h', id FROM work_orders, unnest(ARRAY['a', 'b']) AS owner;
       INSERT INTO budget_leases (id, work_order_id, budget_day, left_usd_micros, reserved_until)
       SELECT gen_random_uuid(), id, '2026-01-02', 7, now() FROM work_orders;
       INSERT INTO budget_accounts (key, reserved_usd_micros) VALUES ('day:2026-01-02', 12);`,
    );
    const down = (to: string) => rollBack({ databaseUrl: url, to, backupFolder: place.folder });
    const reservedByDay = () =>
      runSql(url, "SELECT key, reserved_usd_micros::integer AS reserved FROM budget_accounts WHERE key LIKE 'day:%'");
    expect((await down('20261121300000_accounts')).undone).toHaveLength(1);
    expect((await reservedByDay()).rows).toEqual([{ key: 'day:2026-01-02', reserved: 5 }]);
    expect((await down('20261121000000_first')).undone).toHaveLength(3);
    const { rows } = await runSql(
      url,
      `SELECT (SELECT count(*) FROM work_orders)::integer AS orders,
         (SELECT array_agg(commit) FROM checkpoints) AS checkpoints, (SELECT array_agg(output) FROM gate_results) AS gates,
         (SELECT array_agg(state::text ORDER BY state) FROM model_calls) AS calls,
         (SELECT count(*) FROM idempotency_keys)::integer AS keys`,
    );
    expect(rows).toEqual([
      {
        orders: 1,
        checkpoints: ['commit 2'],
        gates: ['1 1'],
        calls: ['reserved', 'settled', 'released', 'released'],
        keys: 1,
      },
    ]);
    const { applied, backup } = await migrate(url, { backupFolder: join(place.folder, 'up') });
    expect(applied).toHaveLength(4);
    expect(backup).not.toBeNull();
    expect((await reservedByDay()).rows).toEqual([{ key: 'day:2026-01-02', reserved: 5 }]);
  });
});
