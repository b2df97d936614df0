import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createSecretToken, hashSecretToken } from '../../platform/secret-tokens.ts';
import { storeSetupToken } from '../../prisma/repositories/accounts.ts';
import { runGuarded } from '../../tools/guarded-process.mjs';
import { bundledNodePath } from '../../tools/node-runtime.mjs';
import { goodPassword, newEmail } from '../support/account-requests.ts';
import { openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { compileCache, projectRoot } from '../support/stack-parts.ts';

let home: string;
let testDatabase: TestDatabase;
let api: TestApi;
let url: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ratchet-cli-'));
  testDatabase = await createTestDatabase();
  api = await openTestApi(testDatabase.url);
  url = await api.app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await api.close();
  await testDatabase.drop();
  await rm(home, { recursive: true });
});

/** The command line as a process of its own, with what it is asked for on standard input. */
async function ratchet(args: string[], answers: string[] = []) {
  return runGuarded({
    command: bundledNodePath(projectRoot),
    args: [join(projectRoot, 'cli/main.ts'), ...args],
    cwd: home,
    env: { RATCHET_API_URL: `${url}/`, NODE_COMPILE_CACHE: compileCache, HOME: home, PATH: '/usr/bin:/bin' },
    stdin: { text: answers.map((answer) => `${answer}\n`).join('') },
  });
}

async function registerArguments(): Promise<{ args: string[]; setupToken: string; email: string }> {
  const setupToken = createSecretToken('rst_');
  const expiresAt = new Date(Date.now() + 600_000);
  await storeSetupToken(api.database, { hash: hashSecretToken(setupToken), expiresAt });
  const email = newEmail();
  return { args: ['register', '--email', email, '--name', 'First'], setupToken, email };
}

it('makes an admin with a setup token from standard input, whom the next call still knows', async () => {
  const { args, setupToken, email } = await registerArguments();
  const registered = await ratchet([...args, '--setup'], [setupToken, goodPassword]);
  expect(registered, registered.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  expect(registered.stdout).toBe(
    `First (admin): the token for ${url} is in ${join(home, '.config/ratchet/tokens.json')}.\n`,
  );
  expect((await ratchet(['whoami'])).stdout).toBe(`First (admin), ${email}\n`);
  expect(await ratchet(['logout'])).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(await readFile(join(home, '.config/ratchet/tokens.json'), 'utf8'))).toEqual({});
  expect((await ratchet(['login', '--email', email], [goodPassword])).stdout).toContain('First (admin)');
});

it('takes no setup token as an argument, and registers nobody without both secrets', async () => {
  const { args, setupToken } = await registerArguments();
  const accounts = await api.database.user.count();
  const asArgument = await ratchet([...args, '--setup-token', setupToken], [goodPassword]);
  expect(asArgument).toMatchObject({ exitCode: 2 });
  expect(asArgument.stderr).toContain("unknown option '--setup-token'");
  expect(asArgument.stderr).not.toContain(setupToken);
  expect(await ratchet([...args, '--setup'], [setupToken])).toMatchObject({
    exitCode: 2,
    stderr: 'No password was given: type it, or send it by standard input, a line each: setup token, password.\n',
  });
  expect(await ratchet([...args, '--setup'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('No setup token was given') as string,
  });
  expect(await api.database.user.count()).toBe(accounts);
});
