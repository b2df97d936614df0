/** What a local stack does between the start of its database and that of API and worker. */
import { hashWithHint } from '../platform/secret-tokens.ts';
import { ensureApplicationLogin } from '../prisma/application-login.ts';
import { openDatabase } from '../prisma/client.ts';
import { migrate } from '../prisma/migrate.ts';
import { ensureLocalOperator } from '../prisma/repositories/accounts.ts';
import { backupFolder } from './migrate/local-database.ts';
import { readVariable } from '../tools/environment.mjs';
import type { StackSecrets } from '../tools/stack-secrets.mjs';

/**
 * Brings the database up to date, makes the login of API and worker, and the local operator with the token of this
 * clone's command line.
 *
 * @param ownerUrl of the login that owns the tables
 * @returns the address that API and worker use; for a database of the user's own what they set themselves
 * @throws when a migration fails
 */
export async function prepareDatabase(ownerUrl: string, secrets: StackSecrets): Promise<string> {
  await migrate(ownerUrl, {
    backupFolder: backupFolder(),
    say: (sentence) => process.stderr.write(`${sentence}\n`),
  });
  const given = readVariable('DATABASE_URL');
  const url = given ?? (await ensureApplicationLogin(ownerUrl, { password: secrets.databasePassword }));
  const database = openDatabase(url, 1);
  try {
    await ensureLocalOperator(database, hashWithHint(secrets.commandLineToken));
  } finally {
    await database.$disconnect();
  }
  return url;
}
