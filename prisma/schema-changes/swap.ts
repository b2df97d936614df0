import { escapeIdentifier } from 'pg';

import { hasDatabase } from './scratch-database.ts';
import { besideUrl, databaseName, withSession } from './session.ts';

/** What every server has, to be connected to while others are renamed. */
const maintenanceDatabase = 'postgres';

/**
 * Puts a restored database in the place of the present one, which is kept under another name.
 *
 * @param replacement name of a database on the same server
 * @param at in the name that the present one gets
 * @returns that name
 * @throws an Error of one sentence when one of them is missing or in use; then nothing was changed
 */
export async function swapDatabases(databaseUrl: string, replacement: string, at: Date): Promise<string> {
  const present = databaseName(databaseUrl);
  if (present === replacement) throw new Error(`${replacement} is the present database already.`);
  if (!(await hasDatabase(databaseUrl, replacement))) throw new Error(`There is no database ${replacement}.`);
  const kept = `${present}_until_${at
    .toISOString()
    .replace(/[-:]|\..*$/g, '')
    .replace('T', '_')}`;
  await withSession(besideUrl(databaseUrl, maintenanceDatabase), async (session) => {
    // Both or none. PostgreSQL refuses to rename a database that somebody is connected to.
    await session.query('BEGIN');
    await session.query(`ALTER DATABASE ${escapeIdentifier(present)} RENAME TO ${escapeIdentifier(kept)}`);
    await session.query(`ALTER DATABASE ${escapeIdentifier(replacement)} RENAME TO ${escapeIdentifier(present)}`);
    await session.query('COMMIT');
  });
  return kept;
}
