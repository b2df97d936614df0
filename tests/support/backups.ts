import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

import { inPublic, listTables } from '../../prisma/backups/tables.ts';
import { withSession } from '../../prisma/schema-changes/session.ts';
import { startGuarded, type GuardedProcess } from '../../tools/guarded-process.mjs';
import { createEmptyDatabase, type TestDatabase } from './database.ts';
import { projectRoot } from './stack-parts.ts';

/** Databases and a folder for backups, all removed together. */
export interface BackupPlace {
  folder: string;
  /** A fresh database without any table. */
  database(): Promise<TestDatabase>;
  remove(): Promise<void>;
}

export async function createBackupPlace(): Promise<BackupPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-backups-'));
  const made: TestDatabase[] = [];
  return {
    folder,
    async database() {
      const database = await createEmptyDatabase();
      made.push(database);
      return database;
    },
    async remove() {
      for (const database of made) await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement, or several without parameters. */
export function runSql(databaseUrl: string, sql: string, parameters?: unknown[]) {
  return withSession(databaseUrl, (session: Client) => session.query(sql, parameters));
}

/** The bits of every row of every table in PostgreSQL's own binary form, as one checksum for each table. */
export function binaryChecksums(databaseUrl: string): Promise<Record<string, string>> {
  return withSession(databaseUrl, async (session) => {
    const sums: Record<string, string> = {};
    // The binary form of an array names the type of its elements by a number that each database gives anew.
    const { rows: enumerations } = await session.query<{ name: string }>(
      `SELECT format('%s.%s', a.attrelid::regclass, quote_ident(a.attname)) AS name FROM pg_attribute AS a
       JOIN pg_type AS t ON t.oid = a.atttypid JOIN pg_type AS e ON e.oid = t.typelem WHERE e.typtype = 'e'`,
    );
    for (const { name, columns } of await listTables(session)) {
      const hash = createHash('sha256');
      const all = columns.map((column) => {
        const isEnumerations = enumerations.some((found) => found.name === `${name}.${column}`);
        return isEnumerations ? `${escapeIdentifier(column)}::text[]` : escapeIdentifier(column);
      });
      const query = `COPY (SELECT ${all.join(', ')} FROM ${inPublic(name)}) TO STDOUT (FORMAT binary)`;
      const rows = session.query(copyTo(query));
      for await (const chunk of rows) hash.update(chunk as Buffer);
      sums[name] = hash.digest('hex');
    }
    return sums;
  });
}

/**
 * Starts a process of its own that calls one exported function, so that it can be killed.
 *
 * @param call such as `makeBackup`, of the module at `module` below the project's folder, with one object
 * @param limits shell words before the program, such as `ulimit -f 8`
 */
export function startCall(call: { module: string; name: string; options: object }, limits = 'true'): GuardedProcess {
  const code = `
    const { ${call.name} } = await import(${JSON.stringify(join(projectRoot, call.module))});
    const result = await ${call.name}(...${JSON.stringify(Array.isArray(call.options) ? call.options : [call.options])})
      .catch((error) => { console.error(error.message); process.exit(1); });
    console.log(JSON.stringify(result));
    process.exit(0);`;
  return startGuarded({
    command: 'sh',
    args: ['-c', `${limits} && exec "$0" --input-type=module --eval "$1"`, process.execPath, code],
    cwd: projectRoot,
    env: { PATH: '/usr/bin:/bin' },
  });
}
