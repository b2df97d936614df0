import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isLockFile, parseGeneratedAttributes } from '../../../domain/guards/generated-files.ts';
import { checkPaths } from '../../../domain/guards/paths.ts';
import { checkSize, splitProposal } from '../../../domain/guards/size.ts';
import type { FileChange } from '../../../domain/text/unified-diff.ts';
import { processorMsOf } from '../../support/processor-time.ts';
import { changeOf } from './changes.ts';

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`).join('\n');
const limits = { linesMax: 400, filesMax: 20 };
const nothing = () => false;

describe('the size guard', () => {
  it('lets a change pass at the limit and stops it one line above', () => {
    expect(checkSize({ changes: [changeOf('a.ts', null, lines(400))], limits, isGenerated: nothing })).toEqual([]);
    const [hit] = checkSize({ changes: [changeOf('a.ts', null, lines(401))], limits, isGenerated: nothing });
    expect(hit).toMatchObject({ guard: 'size', path: null });
    expect(hit!.message).toContain('401 changed lines in 1 files');
  });

  it('proposes a split by folders below what all files share', () => {
    const changes = ['src/api/a.ts', 'src/api/b.ts', 'src/web/c.ts'].map((path) => changeOf(path, null, lines(200)));
    expect(splitProposal(changes)).toEqual(['src/api: 2 files, 400 lines', 'src/web: 1 file, 200 lines']);
    const [hit] = checkSize({ changes, limits, isGenerated: nothing });
    expect(hit!.message).toContain('src/api: 2 files, 400 lines; src/web: 1 file, 200 lines.');
  });

  it('counts too many files, and neither lock files nor generated ones', () => {
    const many = Array.from({ length: 21 }, (_, index) => changeOf(`src/f${index}.ts`, null, 'x'));
    expect(checkSize({ changes: many, limits, isGenerated: nothing })).toHaveLength(1);
    expect(checkSize({ changes: many, limits, isGenerated: (path) => path === 'src/f3.ts' })).toEqual([]);
    const locks = ['package-lock.json', 'web/yarn.lock', 'go.sum', 'uv.lock'];
    expect(locks.every(isLockFile)).toBe(true);
    expect(isLockFile('src/lock.ts')).toBe(false);
    const changes = locks.map((path) => changeOf(path, null, lines(5000)));
    expect(checkSize({ changes, limits, isGenerated: nothing })).toEqual([]);
  });
});

describe('generated files', () => {
  it.each([
    ['*.pb.go linguist-generated', 'a/b.pb.go', true],
    ['*.pb.go linguist-generated', 'a/b.go', false],
    ['dist/** linguist-generated=true', 'dist/a/b.js', true],
    ['dist/** linguist-generated=true', 'lib/dist/b.js', false],
    ['/src/api.ts linguist-generated', 'src/api.ts', true],
    ['src/**/gen-?[a-c].ts text linguist-generated', 'src/x/y/gen-1b.ts', true],
    ['src/**/gen-?[!a-c].ts linguist-generated', 'src/gen-1b.ts', false],
    ['* linguist-generated\n*.ts -linguist-generated', 'a.ts', false],
    ['*.ts linguist-generated=false', 'a.ts', false],
    ['*.ts linguist-documentation', 'a.ts', false],
    ['# *.ts linguist-generated', 'a.ts', false],
    ['"a b.ts" linguist-generated', 'x/a b.ts', true],
  ])('are read from %j: %s is %s', (text, path, expected) => {
    expect(parseGeneratedAttributes(text)(path)).toBe(expected);
  });

  it('take time in proportion to pattern and path, however the pattern is made', () => {
    const isGenerated = parseGeneratedAttributes(`${'*a'.repeat(120)}b linguist-generated`);
    const takenMs = processorMsOf(() => expect(isGenerated('a'.repeat(4_000))).toBe(false));
    expect(takenMs).toBeLessThan(1_000);
  });
});

describe('the paths guard', () => {
  const link = (path: string, target: string): FileChange => ({ ...changeOf(path, null, target), newMode: '120000' });

  it.each([
    '.git/config',
    'a/.GIT/hooks/x',
    'a/git~1/x',
    '.git./x',
    '.git /x',
    '.g\u200cit/x',
    '.git::$INDEX/x',
    'a\\.git\\x',
  ])('finds git internals in %j', (path) => {
    expect(checkPaths({ changes: [changeOf(path, null, 'x')], filesInScope: [] })).toHaveLength(1);
  });

  it.each(['/etc/passwd', '../a', 'a/../../b', 'C:/x', 'a\\..\\b'])('finds that %j leaves the repository', (path) => {
    expect(checkPaths({ changes: [changeOf(path, null, 'x')], filesInScope: [] })).toHaveLength(1);
  });

  it.each(['.gitignore', '.github/x.md', 'src/git.ts', 'a..b/c', 'legit/x', 'git~x/y'])('lets %j pass', (path) => {
    expect(checkPaths({ changes: [changeOf(path, null, 'x')], filesInScope: [] })).toEqual([]);
  });

  it.each([
    ['a/b', '../c', true],
    ['a/b', '../../c', false],
    ['b', '..', false],
    ['a/b', '/etc', false],
    ['a/b', 'x/../../c', false],
    ['a/b', '../.git/hooks', false],
    ['a/b', './c', true],
  ])('follows the link %s to %s', (path, target, isAllowed) => {
    expect(checkPaths({ changes: [link(path, target)], filesInScope: [] })).toHaveLength(isAllowed ? 0 : 1);
  });

  it('stops submodules, moved links and files out of scope', () => {
    const submodule = { ...changeOf('lib', null, 'Subproject commit 1'), newMode: '160000' };
    expect(checkPaths({ changes: [submodule], filesInScope: [] })).toHaveLength(1);
    const moved = { ...changeOf('b', 'x', 'x'), oldPath: 'a/b', newMode: '120000' };
    expect(checkPaths({ changes: [moved], filesInScope: [] })).toHaveLength(1);
    expect(checkPaths({ changes: [changeOf('lib/a.ts', '1', '2')], filesInScope: ['src'] })).toHaveLength(1);
    expect(checkPaths({ changes: [changeOf('src/a.ts', '1', '2')], filesInScope: ['src'] })).toEqual([]);
  });

  it('finds every way up that is longer than the way down', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(8), (depth, up) => {
        const changes = [link(`${'d/'.repeat(depth)}l`, `${'../'.repeat(up)}x`)];
        expect(checkPaths({ changes, filesInScope: [] })).toHaveLength(up > depth ? 1 : 0);
      }),
    );
  });
});
