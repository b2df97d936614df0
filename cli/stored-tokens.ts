import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { readVariable } from '../tools/environment.mjs';

/** Tokens by the address of their API, in the file of one's home that only oneself can read. */
function tokensFile(): string {
  const folder = readVariable('XDG_CONFIG_HOME') ?? join(homedir(), '.config');
  return join(folder, 'ratchet', 'tokens.json');
}

function readAll(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(tokensFile(), 'utf8')) as Record<string, string>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** The token that `ratchet login` has stored for an API; undefined when there is none. */
export function readStoredToken(apiUrl: string): string | undefined {
  return readAll()[apiUrl];
}

/** Stores the token for an API, or removes it. @returns the path of the file */
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
