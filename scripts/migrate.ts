/** Brings the database up to the newest migration, once, and ends. */
import { parseArgs } from 'node:util';

import { readDatabaseUrl } from '../platform/config.ts';
import { migrate } from '../prisma/migrate.ts';

const usage = `Usage: node scripts/migrate.ts

Applies the migrations of prisma/migrations that the database has not had yet. Safe to repeat.
DATABASE_URL names the database, such as postgresql://ratchet@127.0.0.1:5432/ratchet.`;

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });

async function run(): Promise<void> {
  const { applied } = await migrate(readDatabaseUrl());
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}.`);
}

if (values.help) {
  console.log(usage);
} else {
  const exitCode = await run().then(
    () => 0,
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      return 1;
    },
  );
  // The schema engine keeps a timer of ten seconds that nobody can clear.
  process.exit(exitCode);
}
