import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

function fingerprint(stage: Stage, output: string): string {
  return classify(stage, output).fingerprint;
}

interface Circumstances {
  root: string;
  line: number;
  column: number;
  milliseconds: number;
  port: number;
  hash: string;
  address: string;
}

const circumstances = fc.record({
  root: fc.constantFrom('/srv/a', '/home/user/work/shop', '/tmp/x1y2/clone', '/builds/group/project'),
  line: fc.integer({ min: 1, max: 9_999 }),
  column: fc.integer({ min: 1, max: 200 }),
  milliseconds: fc.integer({ min: 1, max: 99_999 }),
  port: fc.integer({ min: 1_024, max: 65_535 }),
  hash: fc.integer({ min: 16 ** 7, max: 16 ** 8 - 1 }).map((number) => number.toString(16).padStart(40, 'a1b2c3d4')),
  address: fc.integer({ min: 16 ** 6, max: 16 ** 7 }).map((number) => `0x${number.toString(16)}`),
});

/** One output for each kind of cause, as it would look under the given circumstances. */
const outputs: Readonly<Record<string, readonly [Stage, (given: Circumstances) => string]>> = {
  'a type error': [
    'compile',
    ({ root, line, column }) =>
      `${root}/src/a.ts(${line},${column}): error TS2322: Type 'string' is not assignable to type 'number'.`,
  ],
  'another type error': [
    'compile',
    ({ root, line, column }) =>
      `${root}/src/a.ts(${line},${column}): error TS2322: Type 'string' is not assignable to type 'boolean'.`,
  ],
  'a type error elsewhere': [
    'compile',
    ({ root, line, column }) =>
      `${root}/src/b.ts(${line},${column}): error TS2322: Type 'string' is not assignable to type 'number'.`,
  ],
  'a failing test': [
    'test',
    ({ root, line, column, milliseconds }) =>
      `✖ failing tests:\n\ntest at test/a.test.js:${line}:${column}\n✖ adds up (${milliseconds}.5ms)\n  Error: expected 2\n      at TestContext.<anonymous> (file://${root}/test/a.test.js:${line}:${column})`,
  ],
  'another failing test': [
    'test',
    ({ line, column, milliseconds }) =>
      `✖ failing tests:\n\ntest at test/a.test.js:${line}:${column}\n✖ takes away (${milliseconds}.5ms)\n  Error: expected 2`,
  ],
  'a missing package': [
    'test',
    ({ root, line }) =>
      `Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left-pad' imported from ${root}/src/a.js\n    at file://${root}/src/a.js:${line}:1`,
  ],
  'another missing package': [
    'test',
    ({ root, line }) =>
      `Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'right-pad' imported from ${root}/src/a.js\n    at file://${root}/src/a.js:${line}:1`,
  ],
  'a refused connection': [
    'install',
    ({ port }) => `npm error code ECONNREFUSED\nnpm error connect ECONNREFUSED 127.0.0.1:${port}`,
  ],
  'an installer that names no reason': [
    'install',
    ({ line, milliseconds }) =>
      `${line % 2 === 0 ? `npm warn deprecated old@${line}.0.0: Use another\n` : ''}npm error code 1\nnpm error path node_modules/sites\nnpm error A complete log of this run can be found in: _logs/2026-11-2${line % 10}T05_37_36_${milliseconds}Z-debug-0.log`,
  ],
  'a commit that is gone': ['apply', ({ hash }) => `fatal: reference is not a tree: ${hash}`],
  'a crash': ['test', ({ address, milliseconds }) => `Segmentation fault at ${address} after ${milliseconds} ms`],
  'a linter': [
    'lint',
    ({ root, line, column }) =>
      `\n${root}/src/a.js\n  ${line}:${column}  error  'x' is not defined  no-undef\n\n✖ 1 problem (1 error, 0 warnings)\n`,
  ],
};

describe('the fingerprint of a failure', () => {
  it.each(Object.entries(outputs))('is the same wherever and whenever it happens: %s', (_what, [stage, write]) => {
    fc.assert(
      fc.property(circumstances, circumstances, (one, other) => {
        expect(fingerprint(stage, write(one))).toBe(fingerprint(stage, write(other)));
      }),
      { numRuns: 60 },
    );
  });

  it('is another one for another cause', () => {
    const given: Circumstances = {
      root: '/srv/a',
      line: 3,
      column: 4,
      milliseconds: 5,
      port: 6_000,
      hash: 'a1'.repeat(20),
      address: '0x1f',
    };
    const all = Object.values(outputs).map(([stage, write]) => fingerprint(stage, write(given)));
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not depend on the order in which errors are printed', () => {
    const error = (name: string) => `src/${name}.ts(1,2): error TS2304: Cannot find name '${name}'.`;
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'], { minLength: 5 }), (names) => {
        expect(fingerprint('compile', names.map(error).join('\n'))).toBe(
          fingerprint('compile', ['a', 'b', 'c', 'd', 'e'].map(error).join('\n')),
        );
      }),
    );
  });
});

describe('two outputs of one tool', () => {
  const same = true;
  const differs = false;
  const pytest = (name: string, words: string, seconds: string) =>
    `FAILED tests/test_a.py::${name} - ${words}\n1 failed, 2 passed in ${seconds}s`;
  const go = (test: string, line: number) =>
    `--- FAIL: ${test} (0.0${line}s)\n    sum_test.go:${line}: got 2\nFAIL\texample/sum\t0.1${line}s`;

  it.each([
    ['pytest, slower', same, pytest('test_x', 'assert 1 == 2', '0.06'), pytest('test_x', 'assert 1 == 2', '9.81')],
    [
      'pytest, another test',
      differs,
      pytest('test_x', 'assert 1 == 2', '0.06'),
      pytest('test_y', 'assert 1 == 2', '0.06'),
    ],
    [
      'pytest, other words',
      differs,
      pytest('test_x', 'assert 1 == 2', '0.06'),
      pytest('test_x', 'KeyError: 3', '0.06'),
    ],
    ['go test, moved', same, go('TestSum', 3), go('TestSum', 9)],
    ['go test, another test', differs, go('TestSum', 3), go('TestMul', 3)],
    [
      'rustc, moved',
      same,
      'error[E0308]: mismatched types\n --> src/a.rs:1:2',
      'error[E0308]: mismatched types\n --> src/a.rs:7:9',
    ],
    [
      'rustc, another error',
      differs,
      'error[E0308]: mismatched types\n --> src/a.rs:1:2',
      'error[E0382]: use of moved value\n --> src/a.rs:1:2',
    ],
    [
      'gcc, another folder',
      same,
      '/srv/a/src/a.c:3:4: error: x undeclared',
      '/home/b/src/a.c:8:4: error: x undeclared',
    ],
    ['gcc, another name', differs, 'src/a.c:3:4: error: x undeclared', 'src/a.c:3:4: error: y undeclared'],
    [
      'git, another remote host',
      same,
      'fatal: unable to connect to 10.0.0.1:9418',
      'fatal: unable to connect to 10.0.0.7:9418',
    ],
    [
      'pip, another package',
      differs,
      'ERROR: No matching distribution found for one',
      'ERROR: No matching distribution found for two',
    ],
  ])('have fingerprints that are equal or not: %s', (...[, isSame, one, other]) => {
    expect(fingerprint('test', one) === fingerprint('test', other)).toBe(isSame);
  });
});
