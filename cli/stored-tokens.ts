import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { readVariable } from '../tools/environment.mjs';
import { CommandError, exitCodes } from './command-error.ts';

/** Tokens by the address of their API, in the file of one's home that only oneself can read. */
function tokensFile(): string {
  const folder = readVariable('XDG_CONFIG_HOME') ?? join(homedir(), '.config');
  return join(folder, 'ratchet', 'tokens.json');
}

function readAll(): Record<string, string> {
  const file = tokensFile();
  try {
    const tokens: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isTokens(tokens)) throw new TypeError('no object of texts');
    return tokens;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    const message = `The stored tokens in ${file} cannot be read: mend or remove that file, then say npx ratchet login.`;
    throw new CommandError(exitCodes.failed, message, error);
  }
}

function isTokens(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((token) => typeof token === 'string');
}

/**
 * The token that `ratchet login` has stored for an API; undefined when there is none.
 *
 * @param apiUrl without a slash at its end
 * @throws CommandError when the file of the tokens is damaged
 */
export function readStoredToken(apiUrl: string): string | undefined {
  return readAll()[apiUrl];
}

/**
 * Stores the token for an API, or removes it.
 *
 * @param apiUrl without a slash at its end
 * @returns the path of the file
 * @throws CommandError when the file of the tokens is damaged; nothing is written then
 */
export function storeToken(apiUrl: string, token: string | undefined): string {
  const { [apiUrl]: _old, ...others } = readAll();
  const file = tokensFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${String(process.pid)}.partial`;
  const all = token === undefined ? others : { ...others, [apiUrl]: token };
  writeFileSync(partial, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  chmodSync(partial, 0o600);
  renameSync(partial, file);
  return file;
}
