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

/** What one commit has otherwise than another, as git says it. */
export async function changedFiles(repository: string, before: string, after: string): Promise<string[]> {
  return (await git(repository, 'diff', '--name-only', before, after)).trim().split('\n');
}

/**
 * A small library without dependencies: its tests are its only gate, and they take a tenth of a second. It has no script
 * for them, since to start npm takes twice as long.
 */
export const greeterFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'greeter', private: true, type: 'module' }),
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

/** The same library with a test that demands of every other file in `src` that its constant says its own name. */
export const checkedFiles: Readonly<Record<string, string>> = {
  ...greeterFiles,
  'test/names.test.js': [
    "import assert from 'node:assert/strict';",
    "import { readdirSync } from 'node:fs';",
    "import { test } from 'node:test';",
    '',
    "test('each constant says its own name', async () => {",
    "  const files = readdirSync(new URL('../src/', import.meta.url)).filter((file) => file !== 'greet.js');",
    '  for (const file of files) {',
    '    const module = await import(`../src/${file}`);',
    '    for (const [name, value] of Object.entries(module)) assert.equal(value, name);',
    '  }',
    '});',
    '',
  ].join('\n'),
};

/** A test file that hangs once there is a second file in `src`, with a process in a session of its own. */
export function hangingTest(sleepSeconds: number): string {
  return [
    "import { spawn } from 'node:child_process';",
    "import { readdirSync } from 'node:fs';",
    "import { test } from 'node:test';",
    '',
    "const isChanged = readdirSync(new URL('../src/', import.meta.url)).length > 1;",
    "test('sleeps', { skip: !isChanged }, () => new Promise((resolve) => {",
    "  process.on('SIGTERM', () => undefined);",
    `  spawn('sleep', ['${sleepSeconds}'], { detached: true, stdio: 'ignore' }).on('exit', resolve);`,
    '}));',
    '',
  ].join('\n');
}

/** A bare copy, as servers have it: branches of the forge lie right in it, so that every worker sees the same ones. */
export async function makeBareCopy(repository: string): Promise<string> {
  const path = `${repository}.git`;
  await git(repository, 'clone', '--quiet', '--bare', repository, path);
  return path;
}

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
