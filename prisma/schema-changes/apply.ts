import { everything, openSchemaEngine, readMigrations } from '../schema-engine.ts';

/**
 * Has the engine apply what the database has not had yet. The caller holds the change lock.
 *
 * @param names only these; default: all in the folder
 * @returns the names of the migrations that were applied now, oldest first
 * @throws an Error with PostgreSQL's words when one of them fails, or the engine's error; those before it stay
 */
export async function applyMigrations(
  databaseUrl: string,
  { migrationsFolder, names }: { migrationsFolder: string; names?: readonly string[] },
): Promise<string[]> {
  const migrationsList = await readMigrations(migrationsFolder, names);
  const { engine, lastScriptError, close } = await openSchemaEngine(databaseUrl, migrationsList);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: everything });
    return appliedMigrationNames;
  } catch (error) {
    const words = lastScriptError();
    throw words === undefined ? error : new Error(words, { cause: error });
  } finally {
    await close();
  }
}
