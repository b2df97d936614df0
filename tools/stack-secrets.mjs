/** The secrets of a local stack: made at its first start, readable by nobody else. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from './environment.mjs';

/**
 * @typedef {object} StackSecrets
 * @property {string} authSecret signs logins
 * @property {string} encryptionKey `id:base64` of 32 bytes; without it what was encrypted stays unread
 * @property {string} databasePassword of the application's login
 * @property {string} commandLineToken the local operator's token, for the command line of this clone
 */

/** @param {string} stateDirectory */
function secretsFile(stateDirectory) {
  return join(stateDirectory, 'secrets.json');
}

/**
 * @param {string} stateDirectory
 * @returns {StackSecrets | undefined} undefined before the first start
 */
export function readStackSecrets(stateDirectory) {
  try {
    return /** @type {StackSecrets} */ (JSON.parse(readFileSync(secretsFile(stateDirectory), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Written under another name and renamed: a kill in between leaves no half of a secret.
 *
 * @param {string} stateDirectory
 * @returns {StackSecrets}
 */
export function ensureStackSecrets(stateDirectory) {
  const found = readStackSecrets(stateDirectory);
  if (found !== undefined) return found;
  const secrets = {
    authSecret: randomBytes(32).toString('hex'),
    encryptionKey: `local:${randomBytes(32).toString('base64')}`,
    databasePassword: randomBytes(24).toString('hex'),
    commandLineToken: `rat_${randomBytes(32).toString('base64url')}`,
  };
  mkdirSync(stateDirectory, { recursive: true });
  const partial = `${secretsFile(stateDirectory)}.partial`;
  writeFileSync(partial, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, secretsFile(stateDirectory));
  return secrets;
}

/**
 * Both processes read what is encrypted; what signs logins goes to the API alone. With the key that was made here nothing
 * is encrypted that Temporal's own interface shows: it has no way to read it without being told where.
 *
 * @param {StackSecrets} secrets
 * @param {'api' | 'worker'} name
 * @returns {Record<string, string>}
 */
export function secretEnvironment({ authSecret, encryptionKey }, name) {
  const keys = readVariable('RATCHET_ENCRYPTION_KEYS');
  return {
    RATCHET_ENCRYPTION_KEYS: keys ?? encryptionKey,
    RATCHET_TEMPORAL_ENCRYPTION: readVariable('RATCHET_TEMPORAL_ENCRYPTION') ?? (keys === undefined ? 'off' : 'on'),
    ...(name === 'api' ? { RATCHET_AUTH_SECRETS: readVariable('RATCHET_AUTH_SECRETS') ?? authSecret } : {}),
  };
}
