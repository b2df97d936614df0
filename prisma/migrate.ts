import { everything, openSchemaEngine, readMigrations } from './schema-engine.ts';

/**
 * Brings the database up to the newest migration. Safe to repeat and to run from two processes at once
 * (the engine takes an advisory lock).
 *
 * @returns the names of the migrations that were applied now, oldest first
 * @throws when a migration fails, or when an applied one was edited afterwards; the message names it
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  const { engine, close } = await openSchemaEngine(databaseUrl);
  try {
    const migrationsList = await readMigrations();
    const history = await engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters: everything,
    });
    if (history.editedMigrationNames.length > 0) {
      throw new Error(
        `These migrations were changed after they had been applied: ${history.editedMigrationNames.join(', ')}. ` +
          'Restore their files, or restore the database from a backup made before them.',
      );
    }
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: everything });
    return { applied: appliedMigrationNames };
  } finally {
    await close();
  }
}
