import { describe, expect, it } from 'vitest';

import { readNamedFiles, type NamedFiles } from '../../../domain/guards/named-files.ts';
import { checkTamper } from '../../../domain/guards/tamper.ts';
import { changeOf } from './changes.ts';

type Texts = Record<string, readonly [before: string | null, after: string | null]>;

const none: NamedFiles = { isMentioned: () => false, isExactlyInScope: () => false };

/** Written with another sign for the dot, so that nobody takes this file's texts for tests that are left out. */
const dotted = (text: string | null | undefined) => text?.replaceAll('§', '.') ?? null;

function messages(written: Texts, named: NamedFiles = none): string[] {
  const texts: Texts = Object.fromEntries(
    Object.entries(written).map(([path, sides]) => [path, [dotted(sides[0]), dotted(sides[1])]]),
  );
  const changes = Object.entries(texts).map(([path, [before, after]]) => changeOf(path, before, after));
  const readBefore = (path: string) => texts[path]?.[0] ?? undefined;
  const readAfter = (path: string) => texts[path]?.[1] ?? undefined;
  return checkTamper({ changes, readBefore, readAfter, named }).map(({ message }) => message);
}

const test1 = "it('one', () => {\n  expect(a()).toBe(1);\n});\n";
const test2 = "it('two', () => {\n  expect(a()).toBe(2);\n});\n";

describe('tests that are taken away', () => {
  it('are found when their file is deleted, or cases become fewer', () => {
    expect(messages({ 'test/a.test.ts': [test1, null] })).toEqual(['The test file test/a.test.ts was deleted.']);
    expect(messages({ 'test/a.test.ts': [test1 + test2, test1] })).toEqual([
      'test/a.test.ts lost tests: 1 removed, 0 added.',
    ]);
    expect(messages({ 'a_test.go': ['func TestA(t *testing.T) {\n}\nx', 'x'] })).toHaveLength(1);
    expect(messages({ 'tests/test_a.py': ['def test_a():\n    assert f()\nx = 1', 'x = 1'] })).toHaveLength(1);
    const unittest = 'import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n';
    for (const path of ['test.py', 'shop/tests.py']) {
      expect(messages({ [path]: [unittest, 'import unittest\n'] })).toEqual([
        `${path} lost tests: 1 removed, 0 added.`,
      ]);
    }
    expect(messages({ 'test.js': [test1 + test2, test1] })).toHaveLength(1);
    expect(messages({ 'src/latest.js': [test1 + test2, test1] })).toEqual([]);
    expect(messages({ 'src/lib.rs': ['#[test]\nfn a() {}\nx', 'x'] })).toHaveLength(1);
  });

  it('are none when a test was renamed, moved to another file, or is new', () => {
    expect(messages({ 'test/a.test.ts': [test1, test1.replace('one', 'first')] })).toEqual([]);
    expect(messages({ 'test/a.test.ts': [test1 + test2, test1], 'test/b.test.ts': [null, test2] })).toEqual([]);
    expect(messages({ 'test/a.test.ts': [test1, null], 'test/b.test.ts': [null, test1] })).toEqual([]);
    expect(messages({ 'test/new.test.ts': [null, test1] })).toEqual([]);
  });

  it('are found although another file gains other tests', () => {
    expect(messages({ 'test/a.test.ts': [test1 + test2, test1], 'test/b.test.ts': [null, "it('new', f);\n"] })).toEqual(
      ['test/a.test.ts lost tests: 1 removed, 0 added.'],
    );
    expect(messages({ 'test/a.test.ts': [test1, null], 'test/b.test.ts': [null, "it('new', f);\n"] })).toEqual([
      'The test file test/a.test.ts was deleted.',
    ]);
  });

  it('are not the calls of a method with that name', () => {
    expect(messages({ 'test/a.test.ts': ['const a = /x/.test(b);\nconst c = 1;', 'const c = 1;'] })).toEqual([]);
  });

  it('are excused when the order speaks of the file, and not by its scope', () => {
    const order = { title: 'Drop a.test.ts', description: '', acceptanceCriteria: [], filesInScope: [] };
    expect(messages({ 'test/a.test.ts': [test1, null] }, readNamedFiles(order))).toEqual([]);
    const scoped = readNamedFiles({ ...order, title: 'x', filesInScope: ['test/a.test.ts'] });
    expect(messages({ 'test/a.test.ts': [test1, null] }, scoped)).toHaveLength(1);
  });
});

describe('assertions', () => {
  const weaker = "it('one', () => {\n  a();\n});\n";

  it('are weakened when they become fewer, or hold whatever happens', () => {
    expect(messages({ 'a.test.ts': [test1, weaker] })).toEqual(['a.test.ts lost assertions: 1 removed, 0 added.']);
    expect(
      messages({ 'a.test.ts': [test1, test1.replace('expect(a()).toBe(1)', 'expect(true).toBe(true)')] }),
    ).toHaveLength(2);
    expect(
      messages({ 'test_a.py': ['def test_a():\n    assert f() == 1', 'def test_a():\n    assert True'] }),
    ).toHaveLength(2);
  });

  it('may be changed where the scope names the file exactly, and not where it names the folder', () => {
    const order = { title: '', description: '', acceptanceCriteria: [] };
    const exact = readNamedFiles({ ...order, filesInScope: ['test/a.test.ts'] });
    const folder = readNamedFiles({ ...order, filesInScope: ['test'] });
    expect(messages({ 'test/a.test.ts': [test1, weaker] }, exact)).toEqual([]);
    expect(messages({ 'test/a.test.ts': [test1, weaker] }, folder)).toHaveLength(1);
  });
});

describe('checks that are switched off', () => {
  it.each([
    ['a.test.ts', "it§skip('a', () => {});"],
    ['a.test.ts', "describe§only('a', () => {});"],
    ['a.test.ts', "test§todo('a');"],
    ['a.test.ts', "xtest('a', () => {});"],
    ['a.test.ts', "test('a', { skip: true }, () => {});"],
    ['a.test.ts', "it['skip']('a', () => {});"],
    ['test_a.py', '@pytest.mark.skip'],
    ['test_a.py', '@unittest.skip("later")'],
    ['a_test.go', '\tt.Skip("later")'],
    ['src/lib.rs', '#[ignore]'],
    ['src/a.ts', '// eslint-disable-next-line'],
    ['src/a.ts', '/* eslint-disable */'],
    ['src/a.ts', '// @ts-ignore'],
    ['src/a.ts', 'f(); // @ts-expect-error wrong'],
    ['src/a.ts', '// @ts-nocheck'],
    ['src/a.ts', '/* istanbul ignore next */'],
    ['src/a.ts', '/* c8 ignore start */'],
    ['src/a.py', 'x = 1  # noqa'],
    ['src/a.py', 'x = f()  # type: ignore'],
    ['src/a.py', 'if a:  # pragma: no cover'],
    ['src/lib.rs', '#[allow(dead_code)]'],
    ['a.go', 'f() //nolint:errcheck'],
  ])('are found in %s: %s, even when the order names the file', (path, line) => {
    const named = { isMentioned: () => true, isExactlyInScope: () => true };
    expect(messages({ [path]: ['a = 1\n', `a = 1\n${line}\n`] }, named)).toHaveLength(1);
  });

  it.each([
    ['a.test.ts', '// describe§skip is not used here'],
    ['a.test.ts', "log('it§skip(');"],
    ['a.test.ts', 'const a = `it§skip(${b})`;'],
    ['a.test.ts', 'const only = { skip: 1 };'],
    ['src/a.ts', 'list.skip(3);'],
    ['src/a.ts', "const text = '// eslint-disable';"],
    ['src/a.ts', '// we never use eslint-disable'],
    ['src/a.py', 'text = "# noqa"'],
    ['docs/a.md', '<!-- eslint-disable -->'],
  ])('are not what only looks like it: %s: %s', (path, line) => {
    expect(messages({ [path]: ['a = 1\n', `a = 1\n${line}\n`] })).toEqual([]);
  });

  it('are seen by what the whole file says about a line', () => {
    const text = (line: string) => `const a = \`\n${line}\n\`;\n`;
    expect(messages({ 'a.test.ts': [text('x'), text('it§skip(')] })).toEqual([]);
    const quotes = (line: string) => `const a = /['"\`]/;\n${line}\n`;
    expect(messages({ 'a.test.ts': [quotes('x'), quotes('it§skip(')] })).toHaveLength(1);
  });

  it('are not new when the line was only moved', () => {
    const line = '// @ts-expect-error wrong\nf();\n';
    expect(messages({ 'src/a.ts': [`a;\n${line}`, 'a;\n'], 'src/b.ts': [null, line] })).toEqual([]);
  });
});

describe('settings', () => {
  it.each([
    ...[
      '.github/workflows/ci.yml',
      '.GitHub/Workflows/ci.yml',
      '.gitlab-ci.yml',
      '.circleci/config.yml',
      'Jenkinsfile',
    ],
    ...[
      'azure-pipelines.yml',
      'eslint.config.mjs',
      'web/.eslintrc.json',
      '.eslintignore',
      'biome.json',
      'tsconfig.json',
    ],
    ...[
      'tsconfig.build.json',
      'vitest.config.ts',
      'jest.config.js',
      '.nycrc',
      '.ratchet.yml',
      '.golangci.yml',
      'ruff.toml',
    ],
    ...['.gitattributes', '.gitmodules', '.husky/pre-commit', '.githooks/pre-push', 'pytest.ini', '.c8rc.json'],
  ])('are found: %s', (path) => {
    expect(messages({ [path]: ['a\n', 'b\n'] })).toHaveLength(1);
  });

  it.each(['src/config.ts', 'src/eslint.ts', 'docs/tsconfig.md', 'src/biome.ts', '.github/README.md'])(
    'are not every file with such a word: %s',
    (path) => {
      expect(messages({ [path]: ['a\n', 'b\n'] })).toEqual([]);
    },
  );

  it('count in package.json only where scripts or settings of tools change', () => {
    const manifest = (extra: object) => JSON.stringify({ scripts: { test: 'vitest' }, ...extra }, null, 2);
    expect(messages({ 'package.json': [manifest({}), manifest({ dependencies: { a: '1' } })] })).toEqual([]);
    expect(messages({ 'package.json': [manifest({}), manifest({ scripts: { test: 'true' } })] })).toHaveLength(1);
    expect(messages({ 'package.json': [manifest({}), manifest({ jest: { bail: 1 } })] })).toHaveLength(1);
    expect(messages({ 'package.json': [manifest({}), '{'] })).toHaveLength(1);
  });

  it('count in pyproject.toml only in the sections of tools', () => {
    const before = '[project]\nname = "a"\n[tool.ruff]\nselect = ["E"]\n';
    expect(messages({ 'pyproject.toml': [before, before.replace('"a"', '"b"')] })).toEqual([]);
    expect(messages({ 'pyproject.toml': [before, before.replace('"E"', '')] })).toHaveLength(1);
    expect(
      messages({ 'setup.cfg': ['[metadata]\na = 1\n', '[metadata]\na = 1\n[tool:pytest]\naddopts = -x\n'] }),
    ).toHaveLength(1);
  });

  it('are excused by name, also by base name or exact scope, and never by a longer path or a folder', () => {
    const order = { title: '', description: '', acceptanceCriteria: [], filesInScope: [] };
    const texts: Texts = { 'web/tsconfig.json': ['{}', '{ }'] };
    const hits = (given: object) => messages(texts, readNamedFiles({ ...order, ...given }));
    expect(hits({ description: 'Set strict in tsconfig.json.' })).toEqual([]);
    expect(hits({ acceptanceCriteria: [{ text: 'web/tsconfig.json is strict' }] })).toEqual([]);
    expect(hits({ filesInScope: ['web/tsconfig.json'] })).toEqual([]);
    expect(hits({ filesInScope: ['web'] })).toHaveLength(1);
    expect(hits({ title: 'Change api/tsconfig.json' })).toHaveLength(1);
    expect(hits({ title: 'Change my-tsconfig.json5' })).toHaveLength(1);
  });
});
