import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findImportCycles, newImportCycles } from '../../../domain/acceptance/import-cycles.ts';

const cyclesOf = (files: Record<string, string>) =>
  findImportCycles(Object.entries(files).map(([path, text]) => ({ path, text })));

describe('import cycles', () => {
  it('are found over any number of files, with endings, folders and ways to import', () => {
    expect(
      cyclesOf({
        'src/a.ts': "import {\n  b,\n} from './b.js';",
        'src/b.ts': "export * from './c';",
        'src/c/index.ts': "const a = require('../a');",
        'src/d.ts': "import './a.ts';",
      }),
    ).toEqual([['src/a.ts', 'src/b.ts', 'src/c/index.ts']]);
  });

  it('are none by types, by imports at run time, by comments or by packages', () => {
    expect(cyclesOf({ 'a.ts': "import { b } from './b';", 'b.ts': "import type { A } from './a';" })).toEqual([]);
    expect(cyclesOf({ 'a.ts': "import { b } from './b';", 'b.ts': "export type {\n  A,\n} from './a';" })).toEqual([]);
    expect(cyclesOf({ 'a.ts': "import { b } from './b';", 'b.ts': "const a = await import('./a');" })).toEqual([]);
    expect(cyclesOf({ 'a.ts': "import { b } from './b';", 'b.ts': "// import { a } from './a';" })).toEqual([]);
    expect(cyclesOf({ 'a.ts': "import { b } from 'b';", 'b.ts': "import { a } from 'a';" })).toEqual([]);
  });

  it('are found in Python: relative, of the same package, below src, of several lines', () => {
    expect(cyclesOf({ 'p/a.py': 'from . import b\n', 'p/b.py': 'from .a import x\n' })).toEqual([['p/a.py', 'p/b.py']]);
    expect(cyclesOf({ 'src/p/a.py': 'import p.b\n', 'src/p/b.py': 'from p import (\n    a,\n)\n' })).toEqual([
      ['src/p/a.py', 'src/p/b.py'],
    ]);
    expect(cyclesOf({ 'p/a.py': 'from . import b\n', 'p/b.py': 'def f():\n    from . import a\n' })).toEqual([]);
    expect(cyclesOf({ 'p/__init__.py': 'from . import a\n', 'p/a.py': 'import os\n' })).toEqual([]);
  });

  it('are as many as rings that were built, and none in a chain, however long', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`f${index}.ts`, `import './f${index + 1}';`]),
    );
    expect(cyclesOf(chain)).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 6 }), { maxLength: 5 }), (sizes) => {
        const files = sizes.flatMap((size, ring) =>
          Array.from(
            { length: size },
            (_, index) => [`r${ring}/f${index}.ts`, `import './f${(index + 1) % size}';`] as const,
          ),
        );
        expect(cyclesOf(Object.fromEntries(files)).map((cycle) => cycle.length)).toEqual(sizes);
      }),
    );
  });

  it('are new when they were not there, or grew, and not when they shrank', () => {
    expect(newImportCycles([], [['a', 'b']])).toEqual([['a', 'b']]);
    expect(newImportCycles([['a', 'b']], [['a', 'b', 'c']])).toHaveLength(1);
    expect(newImportCycles([['a', 'b', 'c']], [['a', 'b']])).toEqual([]);
    expect(
      newImportCycles(
        [
          ['a', 'b'],
          ['c', 'd'],
        ],
        [['a', 'b', 'c', 'd']],
      ),
    ).toHaveLength(1);
  });
});
