import { randomUUID } from 'node:crypto';

import type { Role, Scope } from '../../domain/access/roles.ts';
import { parseEncryptionKeys } from '../../platform/crypto.ts';
import { hashPassword } from '../../platform/passwords.ts';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { createSecretToken, hashSecretToken, hashWithHint } from '../../platform/secret-tokens.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { ensureLocalOperator } from '../../prisma/repositories/accounts.ts';
import { createAnswerKeeping } from '../../prisma/repositories/model-calls.ts';
import { createApiToken } from '../../prisma/repositories/api-tokens.ts';

/** The token of the local operator in every test database; the same everywhere, so it is a secret nowhere. */
export const operatorToken = `rat_${'test-operator-'.repeat(3)}`;

/** What a request with a token carries. */
export function headersOf(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** What a request of the local operator carries. */
export const operatorHeaders = headersOf(operatorToken);

/** What signs the logins of test processes. */
export const testAuthSecret = 'of-tests-only-'.repeat(3);

/** What encrypts the payloads and answers of test stacks. */
export const testEncryptionKeys = `tests:${Buffer.alloc(32, 'ratchet').toString('base64')}`;

/** How test processes keep answers of models: encrypted, as every installation with a key does. */
export const testAnswerKeeping = createAnswerKeeping(parseEncryptionKeys(testEncryptionKeys));

/** Reads and writes Temporal's payloads as the processes of a test stack do. */
export function readableData() {
  return createDataConverter({ keys: parseEncryptionKeys(testEncryptionKeys), redact: (text) => text });
}

/** Makes the local operator, an admin, with that token. */
export async function makeOperator(databaseUrl: string): Promise<void> {
  const database = openDatabase(databaseUrl, 1);
  await ensureLocalOperator(database, { hash: hashSecretToken(operatorToken), hint: 'test' });
  await database.$disconnect();
}

/** Everybody's password in tests. */
export const testPassword = 'every tester knows it';
const testPasswordHash = hashPassword(testPassword);

/** A person of a role with a personal token, as if they had registered. */
export async function makePerson(
  database: Database,
  role: Role,
  scopes: Scope[] = ['read', 'write', 'admin'],
): Promise<{ id: string; token: string }> {
  const id = randomUUID();
  await database.user.create({
    data: {
      id,
      role,
      name: `the ${role} ${id.slice(0, 4)}`,
      email: `${id}@example.test`,
      passwordHash: await testPasswordHash,
    },
  });
  return { id, token: (await addToken(database, id, scopes)).token };
}

/** One more personal token of a person. */
export async function addToken(
  database: Database,
  userId: string,
  scopes: Scope[] = ['read', 'write', 'admin'],
): Promise<{ id: string; token: string }> {
  const token = createSecretToken('rat_');
  const { id } = await createApiToken(database, {
    ...{ userId, name: 'tests', ...hashWithHint(token), scopes },
    ...{ requestsPerHour: null, expiresAt: null },
  });
  return { id, token };
}
