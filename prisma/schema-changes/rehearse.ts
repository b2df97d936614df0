import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { makeBackup } from '../backups/make-backup.ts';
import { restoreBackup } from '../backups/restore-backup.ts';
import { countTables } from '../backups/tables.ts';
import { migrate } from '../migrate.ts';
import { migrationsFolder } from '../schema-engine.ts';
import { describeSchema, differences } from './describe-schema.ts';
import { namesIn, readHistory } from './history.ts';
import { rollBack } from './roll-back.ts';
import { createDatabase, dropDatabase, listDatabases } from './scratch-database.ts';
import type { Say } from './session.ts';
import { databaseName, withRehearsalLock, withSession } from './session.ts';

export interface RehearsalOptions {
  databaseUrl: string;
  /** Where the copy lies for as long as the rehearsal takes. */
  backupFolder: string;
  say?: Say | undefined;
  /** Default: the folder of this version. */
  migrationsFolder?: string | undefined;
}

/** Rows of a table that was there before the migrations. */
export interface RehearsedTable {
  name: string;
  rowsBefore: number;
  /** Null: the table is gone. */
  rowsAfterUp: number | null;
  rowsAfterDown: number | null;
  rowsAfterSecondUp: number | null;
}

export interface Rehearsal {
  /** What was rehearsed, oldest first; empty: nothing is pending. */
  migrations: string[];
  tables: RehearsedTable[];
  /** Lines of the schema that were not the same after down and up again, and after down and before. */
  differences: string[];
  /** Of each step. */
  durationsMs: Partial<Record<Step, number>>;
  /** The schema came back whole, and no row was lost on the way up. */
  isClean: boolean;
}

type Step = 'backup' | 'restore' | 'up' | 'down' | 'upAgain';

/**
 * Tries the pending migrations on a copy of the database, on the same server: up, down, up. The database itself is only
 * read. The copy is removed afterwards; that of a rehearsal that was killed is removed by the next one.
 *
 * @throws an Error that says which step failed
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { databaseUrl, say } = options;
  const folder = options.migrationsFolder ?? migrationsFolder;
  return withRehearsalLock(databaseUrl, say, async (session) => {
    const place = placeRehearsal(databaseUrl, options.backupFolder);
    await place.clear();
    const history = await readHistory(session, folder);
    const migrations = namesIn(history, 'pending');
    const nothing = { migrations, tables: [], differences: [], durationsMs: {}, isClean: true };
    if (migrations.length === 0) return nothing;
    try {
      const newest = namesIn(history, 'applied').at(-1) ?? 'none';
      return await rehearseOnCopy({ ...options, folder, migrations, newest, place });
    } finally {
      await place.clear();
    }
  });
}

interface Place {
  /** The folder for everything that the rehearsal writes; no backup in it counts as one. */
  files: string;
  /** Of the copy. */
  name: string;
  clear(): Promise<void>;
}

// The name says whose copy it is, in a form that fits into a name of a database whatever the other is called.
function placeRehearsal(databaseUrl: string, backupFolder: string): Place {
  const database = databaseName(databaseUrl);
  const mark = createHash('sha256').update(database).digest('hex').slice(0, 12);
  const prefix = `ratchet_rehearsal_${mark}_`;
  const files = join(backupFolder, `rehearsal-${mark}`);
  return {
    files,
    name: `${prefix}${randomBytes(4).toString('hex')}`,
    async clear() {
      for (const leftover of await listDatabases(databaseUrl, prefix)) await dropDatabase(databaseUrl, leftover);
      await rm(files, { recursive: true, force: true });
    },
  };
}

interface OnCopy extends RehearsalOptions {
  folder: string;
  migrations: string[];
  /** The newest applied migration, to which the copy is taken back. */
  newest: string;
  place: Place;
}

async function rehearseOnCopy(options: OnCopy): Promise<Rehearsal> {
  const { databaseUrl, say, folder, migrations, newest, place } = options;
  const durationsMs: Rehearsal['durationsMs'] = {};
  async function timed<Result>(step: Step, work: () => Promise<Result>): Promise<Result> {
    const startedAtMs = performance.now();
    try {
      return await work();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`The rehearsal failed at ${stepNames[step]}; the database was only read. ${words}`, {
        cause: error,
      });
    } finally {
      durationsMs[step] = Math.round(performance.now() - startedAtMs);
    }
  }
  await mkdir(place.files, { recursive: true, mode: 0o700 });
  const { path } = await timed('backup', () => makeBackup({ databaseUrl, folder: place.files, say }));
  const copy = await createDatabase(databaseUrl, place.name);
  const migrating = {
    isCopy: true,
    backupFolder: place.files,
    migrationsFolder: folder,
    ...(say === undefined ? {} : { say }),
  };
  await timed('restore', () => restoreBackup({ path, databaseUrl: copy, say, migrationsFolder: folder }));
  const before = await look(copy);
  await timed('up', () => migrate(copy, migrating));
  const afterUp = await look(copy);
  await timed('down', () => rollBack({ ...migrating, databaseUrl: copy, to: newest }));
  const afterDown = await look(copy);
  await timed('upAgain', () => migrate(copy, migrating));
  const afterSecondUp = await look(copy);
  const tables = [...before.counts].map(([name, rowsBefore]) => ({
    name,
    rowsBefore,
    rowsAfterUp: afterUp.counts.get(name) ?? null,
    rowsAfterDown: afterDown.counts.get(name) ?? null,
    rowsAfterSecondUp: afterSecondUp.counts.get(name) ?? null,
  }));
  const changed = [
    ...differences(before.schema, afterDown.schema),
    ...differences(afterUp.schema, afterSecondUp.schema),
  ];
  const lost = tables.filter(({ rowsBefore, rowsAfterUp }) => rowsAfterUp === null || rowsAfterUp < rowsBefore);
  return { migrations, tables, differences: changed, durationsMs, isClean: changed.length + lost.length === 0 };
}

const stepNames: Record<Step, string> = {
  backup: 'the backup',
  restore: 'restoring the copy',
  up: 'applying the migrations',
  down: 'taking them back',
  upAgain: 'applying them again',
};

async function look(databaseUrl: string): Promise<{ schema: string[]; counts: Map<string, number> }> {
  return withSession(databaseUrl, async (session) => {
    const counts = await countTables(session);
    // Prisma's list grows with every migration, as it should.
    counts.delete('_prisma_migrations');
    return { schema: await describeSchema(session), counts };
  });
}
