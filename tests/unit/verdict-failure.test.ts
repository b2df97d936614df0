import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { excerptLengthMax, failureClasses, type Failure } from '../../domain/failures/failure-class.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { GateVerdict } from '../../domain/gates/compare-with-baseline.ts';
import type { Diagnostic } from '../../domain/gates/diagnostics.ts';
import type { TestResult } from '../../domain/gates/test-reports/test-result.ts';
import { describeNewErrors, failureOfVerdict, fingerprintVerdict } from '../../domain/gates/verdict-failure.ts';

const diagnostic = (given: Partial<Diagnostic> = {}): Diagnostic => ({
  file: 'src/a.ts',
  line: 3,
  column: 5,
  code: 'TS2322',
  message: 'Type string is not assignable.',
  severity: 'error',
  ...given,
});
const failing = (given: Partial<TestResult> = {}): TestResult => ({
  name: 'shop > total adds up',
  status: 'failed',
  file: 'test/total.test.ts',
  line: 9,
  message: 'expected 3, got 4',
  ...given,
});
const verdictOf = (given: Partial<GateVerdict>): GateVerdict => ({
  outcome: 'failed',
  newDiagnostics: [],
  newFailingTests: [],
  vanishedTests: [],
  knownFailures: 0,
  fixed: 0,
  isFaultOfBase: false,
  reason: 'It is worse.',
  ...given,
});
const classified: Failure = {
  failureClass: 'test_fail',
  subReason: null,
  rule: 'text:vitest',
  context: {
    ...failureOfClass('test_fail', 'x', 'Failing: an old test').context,
    file: 'old.ts',
    line: 1,
    code: 'OLD',
  },
};

const text = fc.string({ maxLength: 300 });
const place = { file: fc.option(text), line: fc.option(fc.nat()) };
const anyVerdict = fc
  .record({
    newDiagnostics: fc.array(
      fc.record({
        ...place,
        column: fc.option(fc.nat()),
        code: fc.option(text),
        message: text,
        severity: fc.constantFrom('error' as const, 'warning' as const),
      }),
      { maxLength: 60 },
    ),
    newFailingTests: fc.array(
      fc.record({ ...place, name: text, status: fc.constant('failed' as const), message: fc.option(text) }),
      { maxLength: 60 },
    ),
  })
  .map(verdictOf);

describe('the failure of a gate', () => {
  it('keeps the class, the rule and the tool that the output gave it, and fits into a prompt', () => {
    fc.assert(
      fc.property(anyVerdict, fc.constantFrom(...failureClasses), (verdict, failureClass) => {
        const failure = failureOfVerdict({ ...classified, failureClass }, verdict);
        expect(failure).toMatchObject({ failureClass, rule: classified.rule, subReason: null });
        expect(failure.context.excerpt.length).toBeLessThanOrEqual(excerptLengthMax);
        expect(failure.context.testNames.length).toBeLessThanOrEqual(20);
        expect(describeNewErrors(verdict).length).toBeLessThanOrEqual(40);
      }),
    );
  });

  it('is told by the tests that fail now, and not by those that did before', () => {
    const { context } = failureOfVerdict(classified, verdictOf({ newFailingTests: [failing()], knownFailures: 3 }));
    expect(context).toMatchObject({
      message: 'Failing: shop > total adds up',
      file: 'test/total.test.ts',
      line: 9,
      testNames: ['shop > total adds up'],
    });
    expect(context.excerpt).toBe('failing test "shop > total adds up" (test/total.test.ts:9): expected 3, got 4');
  });

  it('is told by the first new error, with its place and code', () => {
    const warning = diagnostic({ severity: 'warning', file: 'src/w.ts', code: 'W1' });
    const { context } = failureOfVerdict(classified, verdictOf({ newDiagnostics: [warning, diagnostic()] }));
    const line = 'src/a.ts:3:5: TS2322: Type string is not assignable.';
    expect(context).toMatchObject({
      message: line,
      excerpt: line,
      file: 'src/a.ts',
      line: 3,
      column: 5,
      code: 'TS2322',
    });
  });

  it('counts warnings only where nothing else is new', () => {
    const warning = diagnostic({ severity: 'warning', message: 'Unused.' });
    expect(describeNewErrors(verdictOf({ newDiagnostics: [warning] }))).toHaveLength(1);
    expect(describeNewErrors(verdictOf({ newDiagnostics: [warning, diagnostic()] }))).toHaveLength(1);
    const both = verdictOf({ newDiagnostics: [warning], newFailingTests: [failing()] });
    expect(describeNewErrors(both)).toEqual([expect.stringContaining('failing test')]);
  });

  it('stays what the output says where nothing new is named, or time ran out', () => {
    expect(failureOfVerdict(classified, verdictOf({}))).toBe(classified);
    const late = failureOf('step-timeout', 'It was stopped.');
    expect(failureOfVerdict(late, verdictOf({ newFailingTests: [failing()] }))).toBe(late);
  });

  it('keeps the place that the output names where the new error has none', () => {
    const { context } = failureOfVerdict(classified, verdictOf({ newFailingTests: [failing({ file: null })] }));
    expect(context).toMatchObject({ file: 'old.ts', line: 1 });
  });

  it('tells each new error on one line, however many its tool printed', () => {
    const spread = failing({ message: 'expected 3\n\n- 4\n+ 3' });
    const errors = describeNewErrors(verdictOf({ newFailingTests: [spread], newDiagnostics: [diagnostic()] }));
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(error).not.toMatch(/[\r\n]/);
  });
});

describe('the fingerprint of a failed gate', () => {
  it('is the same when errors moved or were printed in another order, and another one for another error', () => {
    const moved = verdictOf({
      newDiagnostics: [diagnostic({ message: 'Other.' }), diagnostic({ line: 90, column: 1 })],
    });
    const before = verdictOf({ newDiagnostics: [diagnostic(), diagnostic({ message: 'Other.' })] });
    const other = verdictOf({ newDiagnostics: [diagnostic(), diagnostic({ message: 'Else.' })] });
    expect(fingerprintVerdict('compile', moved, 'x')).toBe(fingerprintVerdict('compile', before, 'y'));
    expect(fingerprintVerdict('compile', other, 'x')).not.toBe(fingerprintVerdict('compile', before, 'x'));
    expect(fingerprintVerdict('lint', before, 'x')).not.toBe(fingerprintVerdict('compile', before, 'x'));
  });

  it('is that of the output where nothing is named', () => {
    expect(fingerprintVerdict('test', verdictOf({}), 'abc')).toBe('test:abc');
  });
});
