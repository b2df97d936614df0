import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseUnifiedDiff } from '../../domain/text/unified-diff.ts';

const head = (path: string) =>
  `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n`;

describe('a diff', () => {
  it('is read with paths, kinds, modes and numbered lines', () => {
    const text = `${head('src/a b.ts')}@@ -3,3 +3,3 @@ function a() {\n keep\n-old\n+new\n end\n\\ No newline at end of file\n`;
    expect(parseUnifiedDiff(text)).toEqual([
      {
        path: 'src/a b.ts',
        oldPath: 'src/a b.ts',
        kind: 'modified',
        isBinary: false,
        oldMode: '100644',
        newMode: '100644',
        lines: [
          { type: 'context', text: 'keep', oldLine: 3, newLine: 3 },
          { type: 'removed', text: 'old', oldLine: 4, newLine: null },
          { type: 'added', text: 'new', oldLine: null, newLine: 4 },
          { type: 'context', text: 'end', oldLine: 5, newLine: 5 },
        ],
      },
    ]);
  });

  it('tells new, deleted, moved, binary, empty and mode-only files apart', () => {
    const text = [
      'diff --git a/new.ts b/new.ts\nnew file mode 100644\nindex 0000000..1\n--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1 @@\n+one\n',
      'diff --git a/gone.ts b/gone.ts\ndeleted file mode 100755\nindex 1..0000000\n--- a/gone.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n',
      'diff --git a/a.ts b/lib/b.ts\nsimilarity index 100%\nrename from a.ts\nrename to lib/b.ts\n',
      'diff --git a/x y.png b/x y.png\nindex 1..2 100644\nBinary files a/x y.png and b/x y.png differ\n',
      'diff --git a/empty b/empty\nnew file mode 120000\nindex 0..1\n',
      'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n',
    ].join('');
    const rows = parseUnifiedDiff(text).map((one) => [one.kind, one.oldPath, one.path, one.oldMode, one.newMode]);
    expect(rows).toEqual([
      ['added', null, 'new.ts', null, '100644'],
      ['deleted', 'gone.ts', 'gone.ts', '100755', null],
      ['modified', 'a.ts', 'lib/b.ts', null, null],
      ['modified', 'x y.png', 'x y.png', '100644', '100644'],
      ['added', null, 'empty', null, '120000'],
      ['modified', 'run.sh', 'run.sh', '100644', '100755'],
    ]);
    expect(parseUnifiedDiff(text)[3]!.isBinary).toBe(true);
  });

  it('has quoted names decoded, bytes as UTF-8', () => {
    const name = String.raw`b\303\244r\n\"x\".ts`;
    const text = `diff --git "a/${name}" "b/${name}"\nindex 1..2 100644\n--- "a/${name}"\n+++ "b/${name}"\n@@ -1 +1 @@\n-a\n+b\n`;
    expect(parseUnifiedDiff(text)[0]).toMatchObject({ path: 'bär\n"x".ts', oldPath: 'bär\n"x".ts' });
    const modeOnly = `diff --git "a/${name}" "b/${name}"\nold mode 100644\nnew mode 100755\n`;
    expect(parseUnifiedDiff(modeOnly)[0]!.path).toBe('bär\n"x".ts');
  });

  it('is nothing where there is no diff', () => {
    expect(parseUnifiedDiff('')).toEqual([]);
    expect(parseUnifiedDiff('warning: something\n')).toEqual([]);
  });

  it('never takes a line of a file for a header: what was put in comes out', () => {
    const hostile = fc.constantFrom('-- a/x', '++ b/x', '@@ -1 +1 @@', 'diff --git a/x b/x', '\\ No newline', '');
    const text = fc.oneof(hostile, fc.stringMatching(/^[ -~]{0,20}$/));
    const line = fc.record({ type: fc.constantFrom('added', 'removed', 'context'), text });
    const file = fc.array(line, { minLength: 1, maxLength: 12 });
    const sign: Record<string, string> = { added: '+', removed: '-', context: ' ' };
    fc.assert(
      fc.property(fc.array(file, { maxLength: 4 }), (files) => {
        const diff = files.map((lines, index) => {
          const old = lines.filter(({ type }) => type !== 'added').length;
          const now = lines.filter(({ type }) => type !== 'removed').length;
          const body = lines.map((one) => `${sign[one.type]!}${one.text}\n`).join('');
          return `${head(`f${index}.ts`)}@@ -${old === 0 ? 0 : 1},${old} +${now === 0 ? 0 : 1},${now} @@\n${body}`;
        });
        const parsed = parseUnifiedDiff(diff.join(''));
        expect(parsed.map(({ path }) => path)).toEqual(files.map((_, index) => `f${index}.ts`));
        expect(parsed.map(({ lines }) => lines.map(({ type, text: words }) => ({ type, text: words })))).toEqual(files);
      }),
    );
  });
});
