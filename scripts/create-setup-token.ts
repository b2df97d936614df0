/** Makes a token with which the first admin of an installation registers, and prints it once. */
import { parseArgs } from 'node:util';

import { readDatabaseUrl } from '../platform/config.ts';
import { createSecretToken, hashSecretToken } from '../platform/secret-tokens.ts';
import { openDatabase } from '../prisma/client.ts';
import { storeSetupToken } from '../prisma/repositories/accounts.ts';

const usage = `Usage: node scripts/create-setup-token.ts

Prints a token that makes one admin within 24 hours: npx ratchet register --setup asks for it; or setupToken in
POST /api/v1/auth/register. Only its hash is stored. DATABASE_URL names the database.`;

const lifetimeMs = 24 * 3_600_000;

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(usage);
} else {
  const database = openDatabase(readDatabaseUrl(), 1);
  try {
    const token = createSecretToken('rst_');
    await storeSetupToken(database, { hash: hashSecretToken(token), expiresAt: new Date(Date.now() + lifetimeMs) });
    console.log(token);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await database.$disconnect();
  }
}
