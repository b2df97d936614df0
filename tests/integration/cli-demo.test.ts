import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { runGuarded } from '../../tools/guarded-process.mjs';
import { compileCache, projectRoot } from '../support/stack-parts.ts';

/** A clone of this code where no stack runs. */
let clone: string;

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), 'ratchet-clone-'));
  for (const name of ['package.json', 'cli', 'domain', 'examples', 'scripts', 'tools']) {
    await cp(join(projectRoot, name), join(clone, name), { recursive: true });
  }
  await symlink(join(projectRoot, 'node_modules'), join(clone, 'node_modules'));
});

afterAll(async () => {
  await rm(clone, { recursive: true });
});

async function demo(...args: string[]) {
  return runGuarded({
    command: process.execPath,
    args: [join(clone, 'cli/ratchet.mjs'), 'demo', ...args],
    cwd: clone,
    env: { NODE_COMPILE_CACHE: compileCache, HOME: clone, PATH: '/usr/bin:/bin' },
  });
}

it('lists the bundled orders without a running stack', async () => {
  const { exitCode, stdout, stderr } = await demo('--list');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^add-truncate +\S/m);
});

it.each([
  [['keep-line-breaks'], 4, /^The API does not answer\. Start it with `npm start` or `npx ratchet up`\.\n$/],
  [['--wait'], 4, /^The API does not answer\./],
  [['nothing-like-it'], 2, /^There is no bundled order "nothing-like-it"; there are: .*add-truncate.*\.\n$/],
  [['--nothing'], 2, /^error: unknown option '--nothing'\n/],
])(
  'says what is wrong with %j where no stack runs, on standard error, and starts nothing',
  async (args, code, words) => {
    const { exitCode, stdout, stderr } = await demo(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toMatch(words);
  },
);
