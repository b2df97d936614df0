import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { testReportFormats, type TestReportFormat } from '../../../domain/gates/gate.ts';
import { goTestText } from '../../../domain/gates/test-reports/go-json.ts';
import { readTestReport } from '../../../domain/gates/test-reports/read-test-report.ts';
import { processorMsOf } from '../../support/processor-time.ts';
import { recorded, sampleRoot } from './recorded-file.ts';

const read = (format: TestReportFormat, name: string) => readTestReport(format, recorded(name), sampleRoot);

const endings = (format: TestReportFormat, name: string) =>
  (read(format, name) ?? []).map((test) => `${test.status} ${test.name}`);

describe('the report of a runner says each test by name', () => {
  it('for node:test, with the file where this version of Node says it', () => {
    expect(endings('junit', 'node-24-junit.xml')).toEqual([
      'passed a.test.js > sum > adds &quot;two&quot; <numbers>',
      'failed a.test.js > sum > fails',
      'skipped a.test.js > sum > is skipped',
      'passed a.test.js > top > child',
      'passed a.test.js > spawns node',
      'passed b.test.js > top',
      'skipped b.test.js > todo',
      'failed c.test.js',
    ]);
    expect(endings('junit', 'node-20-junit.xml')).toEqual([
      'passed sum > adds &quot;two&quot; <numbers>',
      'failed sum > fails',
      'skipped sum > is skipped',
      'passed top > child',
      'passed spawns node',
      'passed top',
      'skipped todo',
      'failed c.test.js',
    ]);
    expect(read('junit', 'node-24-junit.xml')?.[1]?.message).toContain('1 !== 2');
  });

  it('for pytest, with the place in the file', () => {
    expect(endings('junit', 'pytest-junit.xml')).toEqual([
      'failed tests/test_gone.py > tests.test_gone',
      'passed tests/test_sum.py > TestAdd > test_adds',
      'failed tests/test_sum.py > TestAdd > test_fails',
      'passed tests/test_sum.py > test_many[1]',
      'passed tests/test_sum.py > test_many[2]',
      'skipped tests/test_sum.py > test_later',
    ]);
    expect(read('junit', 'pytest-junit.xml')?.[2]).toMatchObject({ file: 'tests/test_sum.py', line: 10 });
  });

  it('for TAP, where a parent that only repeats the failure of its child is none', () => {
    for (const name of ['node-20.tap', 'node-24.tap']) {
      expect(endings('tap', name)).toEqual([
        'passed sum > adds "two" <numbers>',
        'failed sum > fails',
        'skipped sum > is skipped',
        'passed top > child',
        'passed spawns node',
        'passed top',
        'skipped todo',
        'failed c.test.js',
      ]);
    }
    expect(read('tap', 'node-24.tap')?.[1]).toMatchObject({ file: 'a.test.js', line: 6 });
  });

  it('for Vitest, with a file that could not be loaded as a failure of its own', () => {
    expect(endings('jest-json', 'vitest-json.txt').toSorted()).toEqual([
      'failed a.test.ts > sum > fails',
      'failed b.test.ts',
      'passed a.test.ts > sum > adds',
      'skipped a.test.ts > sum > later',
      'skipped a.test.ts > sum > to do',
    ]);
  });

  it('for Go, with a package that does not build as a failure of its own', () => {
    expect(endings('go-json', 'go-test-json.txt')).toEqual([
      'failed example.org/shop > TestAdd',
      'passed example.org/shop > TestAdd/small',
      'failed example.org/shop > TestAdd/wrong',
      'passed example.org/shop > TestQuiet',
      'skipped example.org/shop > TestLater',
      'failed example.org/shop/broken',
    ]);
    expect(read('go-json', 'go-test-json.txt')?.[2]).toMatchObject({ file: 'sum_test.go', line: 12 });
  });

  it('for Rust, where an example of the documentation keeps its name when lines move', () => {
    expect(endings('cargo-text', 'cargo-test.txt')).toEqual([
      'passed shop src/lib.rs > tests::adds',
      'skipped shop src/lib.rs > tests::later',
      'failed shop src/lib.rs > tests::fails',
      'passed shop documentation > src/lib.rs - add',
    ]);
    expect(read('cargo-text', 'cargo-test.txt')?.[2]).toMatchObject({ file: 'src/lib.rs', line: 19 });
  });

  const idOf = (ending: string) => ending.split(' ')[1] ?? '';
  it.each(['unittest-3.10.txt', 'unittest-3.12.txt'])('for unittest, alike in all versions of Python: %s', (name) => {
    expect(endings('unittest-text', name).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))).toEqual([
      'failed test.A.test_bad',
      'failed test.A.test_err',
      'passed test.A.test_ok',
      'passed test.A.test_print',
      'skipped test.A.test_skip',
      'failed test.A.test_sub',
      'passed test.A.test_xfail',
      'failed test.B.setUpClass',
      'failed unittest.loader._FailedTest.test_broken',
    ]);
    const [bad] = read('unittest-text', name) ?? [];
    expect(bad).toMatchObject({ file: 'test.py', line: 6, message: expect.stringContaining('1 != 2') as string });
    expect(readTestReport('unittest-text', recorded(name).slice(0, -200))).toBeNull();
  });
});

describe('the text of a Go run', () => {
  it('is what a person would have seen: failures and builds, without what passed', () => {
    const text = goTestText(recorded('go-test-json.txt'));
    for (const kept of ['broken/b.go:3:23: cannot use', '--- FAIL: TestAdd/wrong', 'sum_test.go:12: got 2']) {
      expect(text).toContain(kept);
    }
    for (const dropped of ['"Action"', '=== RUN', 'said', 'later', 'PASS']) expect(text).not.toContain(dropped);
    expect(goTestText('go: no packages\n{"a": 1}\n')).toBe('go: no packages\n{"a": 1}');
  });
});

describe('any report', () => {
  const files: Record<TestReportFormat, string> = {
    junit: 'node-24-junit.xml',
    'jest-json': 'vitest-json.txt',
    'go-json': 'go-test-json.txt',
    tap: 'node-24.tap',
    'cargo-text': 'cargo-test.txt',
    'unittest-text': 'unittest-3.10.txt',
  };

  it('is null when it is something else, cut off or empty', () => {
    for (const format of testReportFormats) {
      for (const text of ['', 'text', '<a>', '{}', '<html></html>']) expect(readTestReport(format, text)).toBeNull();
    }
    for (const [format, name] of [
      ['junit', 'node-24-junit.xml'],
      ['jest-json', 'vitest-json.txt'],
    ] as const) {
      expect(readTestReport(format, recorded(name).slice(0, -20))).toBeNull();
    }
    const whole = recorded('node-24-junit.xml');
    expect(readTestReport('junit', whole + whole)).toBeNull();
  });

  it('is null over 20,000 tests', () => {
    const report = (count: number) => `<testsuite>${'<testcase name="a"/>'.repeat(count)}</testsuite>`;
    expect(readTestReport('junit', report(20_000))).toHaveLength(20_000);
    expect(readTestReport('junit', report(20_001))).toBeNull();
  });

  it('never throws, and never names two tests alike', () => {
    fc.assert(
      fc.property(fc.constantFrom(...testReportFormats), fc.nat(4_000), fc.nat(4_000), (format, from, length) => {
        const text = recorded(files[format]);
        const damaged = text.slice(0, from) + text.slice(from + length) + text.slice(0, length);
        const names = (readTestReport(format, damaged) ?? []).map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it('tells tests of one name apart, also from a test that has such a number in its name', () => {
    const cases = ['a', 'a', 'a (2)', 'a'].map((name) => `<testcase name="${name}"/>`).join('');
    const names = readTestReport('junit', `<testsuite>${cases}</testsuite>`)?.map(({ name }) => name);
    expect(new Set(names).size).toBe(4);
    expect(names?.slice(0, 1)).toEqual(['a']);
  });

  it('is read in time that grows with its length alone', () => {
    const hostile = [`<testsuite ${'a="b" '.repeat(200_000)}`, '<'.repeat(500_000), '&amp'.repeat(300_000)];
    const takenMs = processorMsOf(() => {
      for (const text of hostile) readTestReport('junit', text);
      readTestReport('tap', 'ok 1 - '.repeat(300_000));
      readTestReport('cargo-text', `test ${'. '.repeat(500_000)}`);
      readTestReport(
        'unittest-text',
        `${'test_a (b) ... '.repeat(100_000)}\n${'a (b'.repeat(200_000)}\nRan 1 test in 0s`,
      );
    });
    expect(takenMs).toBeLessThan(5_000);
  });
});
