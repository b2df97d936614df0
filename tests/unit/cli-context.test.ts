import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createContext } from '../../cli/context.ts';
import { runProgram } from '../../cli/program.ts';
import { storeToken } from '../../cli/stored-tokens.ts';
import { ownIdentity } from '../../tools/process-identity.mjs';

const ownUrl = 'http://127.0.0.1:4747';
const otherUrl = 'https://ratchet.example.test';

let folder: string;
let tokensFile: string;

/** A clone whose stack runs, as this process, and a home without tokens. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-cli-'));
  tokensFile = join(folder, 'ratchet', 'tokens.json');
  const { pid, startTime } = ownIdentity();
  mkdirSync(join(folder, '.ratchet'));
  writeFileSync(
    join(folder, '.ratchet/run.json'),
    JSON.stringify({ pid, processStartTime: startTime, apiUrl: ownUrl }),
  );
  writeFileSync(join(folder, '.ratchet/secrets.json'), JSON.stringify({ commandLineToken: 'of the clone' }));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  vi.stubEnv('RATCHET_API_URL', undefined);
  vi.stubEnv('RATCHET_API_TOKEN', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function connection(environment: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { url, headers } = createContext(folder).api();
  return { url, token: headers['authorization']?.replace('Bearer ', '') };
}

describe('who a command is', () => {
  it('is the local operator at the stack of the clone', () => {
    expect(connection()).toEqual({ url: ownUrl, token: 'of the clone' });
  });

  it('does not change at the stack of the clone with a token that is meant for another server', () => {
    expect(connection({ RATCHET_API_TOKEN: 'of another server' })).toEqual({ url: ownUrl, token: 'of the clone' });
  });

  it.each([ownUrl, `${ownUrl}/`, otherUrl])(
    'is what RATCHET_API_TOKEN says at the address beside it: %s',
    (address) => {
      const given = { RATCHET_API_URL: address, RATCHET_API_TOKEN: 'given' };
      expect(connection(given)).toEqual({ url: address.replace(/\/$/, ''), token: 'given' });
    },
  );

  it.each(['', '/', '//'])('is what login has stored for an address, however it ends: "%s"', (end) => {
    storeToken(otherUrl, 'stored');
    expect(connection({ RATCHET_API_URL: otherUrl + end })).toEqual({ url: otherUrl, token: 'stored' });
  });

  it('is the local operator also when the address of the own stack is written with a slash', () => {
    expect(connection({ RATCHET_API_URL: `${ownUrl}/` })).toEqual({ url: ownUrl, token: 'of the clone' });
  });

  it('is nobody elsewhere without a login: the token of the clone stays here', () => {
    expect(connection({ RATCHET_API_URL: otherUrl })).toEqual({ url: otherUrl, token: undefined });
  });
});

describe('a damaged file of tokens', () => {
  it.each([['{"http://127'], [''], ['null'], ['["token"]'], ['{"http://127.0.0.1:4747":1}']])(
    'is named in one sentence that says what to do, and is left as it is: %s',
    async (content) => {
      mkdirSync(join(folder, 'ratchet'));
      writeFileSync(tokensFile, content);
      const errors: string[] = [];
      const exitCode = await runProgram(createContext(folder), ['whoami'], (text) => errors.push(text));
      expect(exitCode).toBe(1);
      expect(errors.join('')).toBe(
        `The stored tokens in ${tokensFile} cannot be read: mend or remove that file, then say npx ratchet login.\n`,
      );
      expect(() => storeToken(otherUrl, 'new')).toThrow(tokensFile);
      expect(readFileSync(tokensFile, 'utf8')).toBe(content);
    },
  );
});
