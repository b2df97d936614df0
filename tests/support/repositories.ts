import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { runGuarded } from '../../tools/guarded-process.mjs';

const identity = {
  GIT_AUTHOR_NAME: 'A person',
  GIT_AUTHOR_EMAIL: 'person@localhost',
  GIT_COMMITTER_NAME: 'A person',
  GIT_COMMITTER_EMAIL: 'person@localhost',
};

/** Runs git as a person would, without anybody's settings. @throws with git's words when it fails */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const result = await runGuarded({ command: 'git', args, cwd, env: { ...env, ...identity } });
  if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.stderr}`);
  return result.stdout;
}

/** A small library without dependencies: its tests are its only gate, and they take a tenth of a second. */
export const greeterFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'greeter',
    private: true,
    type: 'module',
    scripts: { test: 'node --test test/*.test.js' },
  }),
  'src/greet.js': 'export function greet(name) {\n  return `Hello ${name}`;\n}\n',
  'test/greet.test.js': [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    "import { greet } from '../src/greet.js';",
    '',
    "test('greets by name', () => {",
    "  assert.equal(greet('Ada'), 'Hello Ada');",
    '});',
    '',
  ].join('\n'),
};

/**
 * Makes a repository with a work tree and one commit on `main`.
 *
 * @param path absolute; must not exist
 * @returns the path
 */
export async function makeRepository(
  path: string,
  files: Readonly<Record<string, string>> = greeterFiles,
): Promise<string> {
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  await git(path, 'init', '--quiet', '--initial-branch=main');
  await git(path, 'add', '--all', '--force');
  await git(path, 'commit', '--quiet', '--message', 'Begin');
  return path;
}
