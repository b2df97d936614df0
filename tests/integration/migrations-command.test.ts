import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runGuarded } from '../../tools/guarded-process.mjs';
import { ensurePostgresData } from '../../tools/postgres-server.mjs';
import { binaryChecksums, createBackupPlace, runSql, type BackupPlace } from '../support/backups.ts';
import { createClone } from '../support/clone.ts';
import type { TestDatabase } from '../support/database.ts';
import { projectRoot } from '../support/stack-parts.ts';

let place: BackupPlace;
let database: TestDatabase;
let name: string;
beforeAll(async () => {
  place = await createBackupPlace();
  database = await place.database();
  name = new URL(database.url).pathname.slice(1);
});
afterAll(() => place.remove());

/** What a container runs, and `npm run database -- ...`. */
function run(...args: string[]) {
  return runGuarded({
    command: process.execPath,
    args: ['scripts/migrate.ts', ...args],
    cwd: projectRoot,
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: database.url, RATCHET_BACKUP_DIR: place.folder },
  });
}
const addRow = () => runSql(database.url, "INSERT INTO stop_all (stopped, reason, changed_by) VALUES (true, 'r', 'x')");

describe('npm run database', () => {
  it('tells pending from up to date by its exit code, applies without a word more, and can be repeated', async () => {
    const before = await run('status');
    expect([before.exitCode, before.stdout]).toEqual([3, expect.stringMatching(/_first +pending\n/)]);
    const applied = await run();
    expect([applied.exitCode, applied.stdout]).toEqual([0, expect.stringMatching(/^Applied: 20261121000000_first, /)]);
    expect((await run('up')).stdout).toBe('The database is up to date.\n');
    const after = await run('status', '--json');
    expect(after.exitCode).toBe(0);
    const status = JSON.parse(after.stdout) as { verdict: string; migrations: { state: string; appliedAt: string }[] };
    expect(status.verdict).toBe('up-to-date');
    for (const { state, appliedAt } of status.migrations) {
      expect(state).toBe('applied');
      expect(Math.abs(Date.now() - Date.parse(appliedAt))).toBeLessThan(600_000);
    }
  });

  it('backs up, takes back when the database is named, and brings everything back from the file', async () => {
    await addRow();
    const original = await binaryChecksums(database.url);
    const backup = JSON.parse((await run('backup', '--json')).stdout) as { path: string };
    expect((await run('backups')).stdout).toBe(`${backup.path}\n`);
    for (const wrong of [[], ['--confirm', 'postgres'], ['--confirm', '']]) {
      const refused = await run('down', '--to', 'none', ...wrong);
      expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(`--confirm ${name}`)]);
    }
    expect(await binaryChecksums(database.url)).toEqual(original);
    const down = await run('down', '--to', 'none', '--confirm', name);
    expect([down.exitCode, down.stdout]).toEqual([0, expect.stringMatching(/^Backup: .*\nTaken back: .*_first\.\n$/)]);

    const into = `${name}_restored`;
    const restored = await run('restore', backup.path, '--into', into);
    expect([restored.exitCode, restored.stderr]).toEqual([0, '']);
    expect(restored.stdout).toMatch(/stop_all +1 +1 +same\n/);
    const again = await run('restore', backup.path, '--into', into);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('holds rows (in stop_all, for one)')]);
    expect((await run('swap', into)).exitCode).toBe(2);
    const swapped = await run('swap', into, '--confirm', name, '--json');
    expect(swapped.exitCode).toBe(0);
    expect(await binaryChecksums(database.url)).toEqual(original);
    const { kept } = JSON.parse(swapped.stdout) as { kept: string };
    await runSql(database.url, `DROP DATABASE ${kept}`);
  });

  it('leaves no new database behind when a restore fails', async () => {
    const failed = await run('restore', join(place.folder, 'missing'), '--into', `${name}_failed`);
    expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('There is no file')]);
    const { rows } = await runSql(database.url, 'SELECT 1 FROM pg_database WHERE datname = $1', [`${name}_failed`]);
    expect(rows).toEqual([]);
    const misnamed = await run('restore', 'x', '--into', 'no; name');
    expect(misnamed.stderr).toContain('is no name for a database');
  });

  it('explains itself, and what it does not understand changes nothing', async () => {
    const help = await run('--help');
    expect([help.exitCode, help.stdout]).toEqual([0, expect.stringContaining('Exit codes')]);
    for (const args of [['sideways'], ['constructor'], ['up', 'now'], ['--planted'], ['down'], ['restore'], ['swap']]) {
      const { exitCode, stderr, stdout } = await run(...args);
      expect([args, exitCode, stdout]).toEqual([args, 2, '']);
      expect(stderr).toContain('See --help.');
    }
  });

  it('rehearses with nothing pending in no time', async () => {
    expect(await run('rehearse')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing is pending') });
  });

  it('works on the database that npm start keeps for a clone, also while that is not running', async () => {
    const clone = await createClone();
    try {
      const nothing = await clone.run(process.execPath, 'scripts/migrate.ts', 'status');
      expect(nothing.stderr).toContain('this clone has no database yet');
      await ensurePostgresData({ root: clone.folder, stateDirectory: join(clone.folder, '.ratchet') });
      const up = await clone.run(process.execPath, 'scripts/migrate.ts');
      expect([up.exitCode, up.stderr]).toEqual([0, '']);
      const backup = await clone.run(process.execPath, 'scripts/migrate.ts', 'backup', '--json');
      const { path } = JSON.parse(backup.stdout) as { path: string };
      expect(path.startsWith(join(clone.folder, '.ratchet', 'backups'))).toBe(true);
      expect(existsSync(path)).toBe(true);
      await clone.waitUntilEmpty();
    } finally {
      await clone.remove();
    }
  });
});
