import { describe, expect, it } from 'vitest';

import { readDiagnostics } from '../../../domain/gates/diagnostics.ts';
import { processorMsOf } from '../../support/processor-time.ts';
import { recorded, sampleRoot } from './recorded-file.ts';

/** Short forms of the diagnostics of a recorded output. */
function summaries(name: string): string[] {
  return readDiagnostics(recorded(name), sampleRoot).map(
    ({ file, line, column, code, severity }) => `${file}:${line}:${column} ${severity} ${code}`,
  );
}

describe('the diagnostics of a tool', () => {
  it('are the same for tsc with and without its pretty form', () => {
    expect(summaries('tsc.txt')).toEqual(['e.ts:1:7 error TS2322', 'e.ts:2:14 error TS2322']);
    expect(readDiagnostics(recorded('tsc-pretty.txt'))).toEqual(readDiagnostics(recorded('tsc.txt')));
    expect(readDiagnostics('app/(group)/page.tsx(3,5): error TS1: x')[0]?.file).toBe('app/(group)/page.tsx');
  });

  it('of eslint belong to the file above them, and a rule is no part of the words', () => {
    expect(summaries('eslint.txt')).toEqual([
      'e1.js:1:7 error no-unused-vars',
      'e1.js:2:5 error no-undef',
      'e1.js:2:7 warning eqeqeq',
      'e1.js:2:19 error no-unused-vars',
      'e2.js:1:7 error null',
    ]);
    expect(readDiagnostics(recorded('eslint.txt'))[1]?.message).toBe("'b' is not defined");
  });

  it('of biome have the severity of their mark', () => {
    expect(summaries('biome.txt')).toEqual([
      'a.js:1:7 warning lint/correctness/noUnusedVariables',
      'a.js:2:1 warning lint/style/useConst',
      'a.js:2:5 warning lint/correctness/noUnusedVariables',
      'a.js:3:1 error lint/suspicious/noDebugger',
      'a.js:null:null error format',
    ]);
    expect(readDiagnostics(recorded('biome.txt'))[0]?.message).toBe('This variable a is unused.');
  });

  it('of ruff are the same in blocks and on single lines', () => {
    expect(summaries('ruff-concise.txt')).toEqual([
      'shop.py:1:8 error F401',
      'tests/test_gone.py:1:8 error F401',
      'tests/test_sum.py:1:1 error I001',
      'tests/test_sum.py:1:8 error F401',
    ]);
    expect(readDiagnostics(recorded('ruff-blocks.txt'))).toEqual(readDiagnostics(recorded('ruff-concise.txt')));
  });

  it('of mypy have their code where it stands on the line', () => {
    expect(summaries('mypy.txt')).toEqual(['shop.py:5:12 error return-value']);
    expect(summaries('mypy-pretty.txt')).toEqual(['shop.py:5:null error null']);
    expect(readDiagnostics('a.py:1: note: See the manual\n')).toEqual([]);
  });

  it('of compilers are read from their own forms', () => {
    expect(summaries('go-build.txt')).toEqual(['broken/b.go:3:23 error null']);
    expect(summaries('cargo-check.txt')).toEqual(['src/lib.rs:3:5 error E0308']);
    expect(readDiagnostics('a.c:3:4: fatal error: gone.h: No such file\nvet: b.go:1:2: bad')).toMatchObject([
      { file: 'a.c', line: 3, column: 4, message: 'gone.h: No such file' },
      { file: 'b.go', line: 1, column: 2, message: 'bad' },
    ]);
  });

  it('are none in the output of tests that log places', () => {
    expect(readDiagnostics('  sum_test.go:12: got 2\nlistening on localhost:3000: ready\n')).toEqual([]);
  });

  it('are bounded in number and read in time that grows with the output alone', () => {
    expect(readDiagnostics('a.ts(1,1): error TS1: x\n'.repeat(6_000))).toHaveLength(5_000);
    const takenMs = processorMsOf(() => {
      for (const part of ['a', 'a:1:', 'a (1,', '  1:1  error  ', ' ', 'error['])
        readDiagnostics(`${part.repeat(1_900)}\n`.repeat(100));
    });
    expect(takenMs).toBeLessThan(5_000);
  });
});
