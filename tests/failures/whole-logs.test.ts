import { describe, expect, it } from 'vitest';

import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

type Row = [failureClass: FailureClass, stage: Stage, output: string];

const chatter = (lines: number) =>
  Array.from(
    { length: lines },
    (_, at) =>
      `Apr 26 23:26:46.362 - 0m${at}s ERROR shop.fetch: fetch.go:${at} Could not load stored config: unable to open file: no such file, timeout, connection refused, module not found`,
  );

describe('a log of thousands of lines', () => {
  it('is told by its last lines, whatever work its others make', () => {
    const output = [
      ...chatter(20_000),
      '--- FAIL: TestTotal (2.67s)',
      '    cart_test.go:14: want 3, got 4',
      'FAIL',
      'FAIL\tshop/cart\t7.721s',
    ].join('\n');
    const { failureClass, context } = classify('test', output);
    expect(failureClass).toBe('test_fail');
    expect(context).toMatchObject({ testNames: ['TestTotal'], file: 'cart_test.go', line: 14 });
  });

  it('is told by the tests that failed, not by what let them run', () => {
    const tests = Array.from({ length: 60 }, (_, at) => `test_shop.py::test_${at} PASSED`);
    const output = [
      'cli: error: module "colours" not found, going on without it',
      ...tests,
      'test_shop.py::test_total FAILED',
      '1 failed, 60 passed in 2.10s',
    ].join('\n');
    expect(classify('test', output).failureClass).toBe('test_fail');
  });
});

describe('the excerpt of a log in which nothing is recognised', () => {
  it('is about what was said to fail, not about what says that something did', () => {
    const quiet = Array.from({ length: 80 }, (_, at) => `moving part ${at}`);
    const recap = Array.from({ length: 40 }, (_, at) => `make[${at}]: *** [part-${at}] Error 2`);
    const output = [...quiet, 'The emulator went away, it could not be woken', ...recap].join('\n');
    expect(classify('compile', output).context.excerpt).toContain('could not be woken');
  });
});

describe('a line that decides nothing', () => {
  const namedTest = '--- FAIL: TestTotal (0.01s)\nFAIL\tshop/cart\t7.721s';
  const markedRow = '✖ adds up\n1 test failed, 3 passed';
  it.each<[line: string, failed: string]>([
    ['[ RUN      ] path.c guess returns the name when it was not found in $PATH: command not found', namedTest],
    ["SKIPPED [2] tests/test_a.py:4: could not import 'pyamg': No module named 'pyamg'", namedTest],
    ['(2.040 s) ERROR: process timed out after 30 seconds [tests/slow.phpt]', markedRow],
    ['08:18:44.751 [warning] (tcp|<0.2446.0>) fatal: Authentication failed for client from 127.0.0.1', namedTest],
    ['2024-05-02 10:00:01 INFO shop: fatal: unable to access the cache: Could not resolve host: cache', markedRow],
    ['10:00:01.123 DEBUG shop: module "colours" not found', markedRow],
    ["++check_files 'It appears that %s is not installed' -x *.sh", markedRow],
    ['001+ fatal: Authentication failed for client', namedTest],
    ["debconf: (Can't locate Term/ReadLine.pm in @INC (you may need to install Term::ReadLine))", namedTest],
    ['Executing Test_1()Xlib:  extension "RANDR" missing on display ":99.0".', markedRow],
  ])('%s', (line, failed) => {
    expect(classify('test', `${line}\n${failed}`).failureClass).toBe('test_fail');
  });

  it('a module named for an error is no error', () => {
    const output = 'parser > [ 6 of 12] Compiling Shop.Parser.ParseError\nAccess violation when reading ffff';
    expect(classify('compile', output).rule).not.toBe('text:parse-error');
  });

  it('a link that does not answer is a finding of the checker of links', () => {
    const output = 'Issues :-(\n1. [L696]  https://example.org/a Failed to open TCP connection (Connection refused)';
    expect(classify('lint', output).failureClass).toBe('lint_error');
  });

  it('a frame of Python is no place of an error of a compiler', () => {
    const frames = `${' '.repeat(36)}File "/srv/test/error_helper.py", line 107, in _request`;
    expect(classify('test', `${frames}\nAssertionError: node ended`).failureClass).toBe('test_fail');
  });
});

describe('forms of tools', () => {
  it.each<Row>([
    ['compile_error', 'test', "❌  /srv/shop/Tests/CartSpec.swift:47:19: 'value' is inaccessible\n** TEST FAILED **"],
    ['test_fail', 'compile', 'Executed 4 tests\n** TEST FAILED **'],
    ['compile_error', 'test', 'Error: Invalid CSS after "a": expected "{", was ";"\n        on line 7 of shop.sass'],
    ['compile_error', 'test', 'ncvlog: *E,EXPENDM (design.v,34|18): expecting the keyword endmodule'],
    ['dependency_missing', 'test', 'configure: error: C compiler cannot create executables\nSee `config.log`'],
    ['test_fail', 'test', '001+ ** ERROR: process timed out **\nFAIL Bug #1 (hangs) [ext/standard/tests/bug1.phpt]'],
    ['lint_error', 'test', 'pages/a.md: 10: MD007/ul-indent Unordered list indentation [Expected: 4; Actual: 1]'],
    ['lint_error', 'compile', 'Checking 3 files\nFC001: Use strings for attributes: ./shop/attributes/default.rb:8'],
    [
      'orchestration_error',
      'test',
      'Could not find artifact a:b:jar:1 in central\nCould not transfer artifact a:b:jar:1 from mirror: Received fatal alert: protocol_version',
    ],
    ['orchestration_error', 'test', "cabal: Couldn't establish HTTP connection. Possible cause: the proxy is down."],
    ['orchestration_error', 'test', 'error("Could not create connection to %s:%d" "elpa.example.org" 443)'],
    [
      'dependency_missing',
      'compile',
      'container_linux.go:265: starting container process caused "exec: \\"zig\\": executable file not found in $PATH"',
    ],
  ])('%s in %s: %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });

  it.each<[output: string, place: [file: string, line: number, column: number | null]]>([
    ['"vat.c", line 19.5: 1506-046 (S) Syntax error.', ['vat.c', 19, 5]],
    ['"cart.c",3  Error[Pe137]: expression must be modifiable', ['cart.c', 3, null]],
    ['ncvlog: *E,EXPENDM (design.v,34|18): expecting the keyword endmodule', ['design.v', 34, 18]],
    ['error file=/srv/shop/Cart.scala message=No newline at the end line=6 column=2', ['/srv/shop/Cart.scala', 6, 2]],
    ['Error 24 at (2:cart.f90) : syntax error', ['cart.f90', 2, null]],
    ['ERROR L1822 src/main.c 77: Symbol total is undefined', ['src/main.c', 77, null]],
    ['Semantic error at line 528, column 5, file cart.pc:', ['cart.pc', 528, 5]],
  ])('the place in %s', (output, [file, line, column]) => {
    expect(classify('compile', output).context).toMatchObject({ file, line, column });
  });
});
