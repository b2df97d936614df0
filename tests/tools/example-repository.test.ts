import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureExampleRepository, listExamples } from '../../tools/example-repository.mjs';
import { createScratchFolder } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
  const folder = join(scratch.path, 'examples', 'library');
  mkdirSync(join(folder, 'node_modules', 'package'), { recursive: true });
  writeFileSync(join(folder, 'index.js'), 'export {};\n');
  writeFileSync(join(folder, 'package.json'), '{}\n');
  writeFileSync(join(folder, 'node_modules', 'package', 'index.js'), '');
});
afterEach(() => {
  scratch.remove();
});

function make(stateName: string) {
  return ensureExampleRepository({
    root: scratch.path,
    stateDirectory: join(scratch.path, stateName),
    name: 'library',
  });
}

function git(repository: string, ...args: string[]): string {
  return execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8' }).trim();
}

describe('the repository of an example', () => {
  it('has one commit of the fixed author on main, without installed packages', async () => {
    const { path, isNew } = await make('state');
    expect(isNew).toBe(true);
    expect(git(path, 'log', '--format=%an <%ae>', 'main')).toBe('Ratchet example <example@localhost>');
    expect(git(path, 'ls-tree', '-r', '--name-only', 'main')).toBe('index.js\npackage.json');
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(git(path, 'fsck', '--strict')).toBe('');
    expect(listExamples(scratch.path)).toEqual(['library']);
  });

  it('has the same commit hash on every machine', async () => {
    const [first, second] = await Promise.all([make('one'), make('two')]);
    expect(git(first.path, 'rev-parse', 'main')).toBe(git(second.path, 'rev-parse', 'main'));
  });

  it('is made once by two that start at once, and never overwritten', async () => {
    const results = await Promise.all([make('state'), make('state')]);
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    git(results[0].path, 'branch', 'ratchet/change', 'main');
    expect((await make('state')).isNew).toBe(false);
    expect(git(results[0].path, 'branch', '--list', 'ratchet/change')).toContain('ratchet/change');
    expect(readdirSync(join(scratch.path, 'state', 'forge'))).toEqual(['library.git']);
  });

  it('refuses a name without a folder with a sentence', async () => {
    await expect(
      ensureExampleRepository({ root: scratch.path, stateDirectory: scratch.path, name: 'nothing' }),
    ).rejects.toThrow(/no folder examples\/nothing, so .*: check the name/);
  });
});
