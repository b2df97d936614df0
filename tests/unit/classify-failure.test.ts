import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { classifyFailure, type StepOutput } from '../../domain/failures/classify-failure.ts';
import { failureClasses, type ErrorContext, type FailureClass } from '../../domain/failures/failure-class.ts';

const folder = join(import.meta.dirname, 'recorded');

function classify(stage: StepOutput['stage'], output: string, ended: Partial<StepOutput> = {}) {
  return classifyFailure({ stage, exitCode: 1, timedOut: false, output, ...ended });
}

interface Recorded {
  name: string;
  stage: StepOutput['stage'];
  failureClass: FailureClass;
  context?: Partial<ErrorContext>;
}

const timeoutTest = 'gives up after a timeout of 5 s';
const recorded: Recorded[] = [
  {
    name: 'tsc-error',
    stage: 'compile',
    failureClass: 'compile_error',
    context: {
      file: 'sum.ts',
      line: 2,
      column: 9,
      code: 'TS2322',
      message: "Type 'number' is not assignable to type 'string'.",
    },
  },
  {
    name: 'tsc-pretty',
    stage: 'compile',
    failureClass: 'compile_error',
    context: { file: 'sum.ts', line: 2, column: 9, code: 'TS2322' },
  },
  {
    name: 'tsc-module-missing',
    stage: 'compile',
    failureClass: 'dependency_missing',
    context: { package: 'left-pad-of-nobody' },
  },
  { name: 'eslint-errors', stage: 'lint', failureClass: 'lint_error', context: { testNames: [] } },
  { name: 'eslint-errors', stage: 'test', failureClass: 'lint_error', context: { testNames: [] } },
  {
    name: 'node-test-spec',
    stage: 'test',
    failureClass: 'test_fail',
    context: { testNames: [timeoutTest, 'sum'], file: 'sum.test.js', line: 5 },
  },
  { name: 'node-test-tap', stage: 'test', failureClass: 'test_fail', context: { testNames: [timeoutTest, 'sum'] } },
  { name: 'npm-run-test', stage: 'test', failureClass: 'test_fail', context: { testNames: [timeoutTest, 'sum'] } },
  {
    name: 'node-test-misleading',
    stage: 'test',
    failureClass: 'test_fail',
    context: { testNames: ['says 0 errors (and no timeout)'], package: null, code: null },
  },
  {
    name: 'node-module-missing',
    stage: 'test',
    failureClass: 'dependency_missing',
    context: { package: 'left-pad-of-nobody' },
  },
  { name: 'npm-package-missing', stage: 'install', failureClass: 'dependency_missing', context: { code: 'E404' } },
  { name: 'npm-lock-differs', stage: 'install', failureClass: 'dependency_missing', context: { code: 'EUSAGE' } },
  {
    name: 'npm-registry-away',
    stage: 'install',
    failureClass: 'orchestration_error',
    context: { code: 'ECONNREFUSED' },
  },
  { name: 'npm-command-missing', stage: 'lint', failureClass: 'dependency_missing', context: { package: 'eslintt' } },
  {
    name: 'shell-command-missing',
    stage: 'test',
    failureClass: 'dependency_missing',
    context: { package: 'no-such-tool' },
  },
  {
    name: 'pytest-failures',
    stage: 'test',
    failureClass: 'test_fail',
    context: { file: 'test_sum.py', testNames: ['TestShop::test_total[2]'] },
  },
  {
    name: 'pytest-module-missing',
    stage: 'test',
    failureClass: 'dependency_missing',
    context: { package: 'nobody_has_this' },
  },
  {
    name: 'pytest-syntax-error',
    stage: 'test',
    failureClass: 'compile_error',
    context: { message: 'SyntaxError: invalid syntax' },
  },
  { name: 'python-syntax-error', stage: 'compile', failureClass: 'compile_error' },
  {
    name: 'go-compile-error',
    stage: 'compile',
    failureClass: 'compile_error',
    context: { file: './sum.go', line: 4, column: 13, message: 'undefined: c' },
  },
  {
    name: 'go-test-build-failed',
    stage: 'test',
    failureClass: 'compile_error',
    context: { file: './sum.go', line: 4, testNames: [] },
  },
  {
    name: 'go-test-failure',
    stage: 'test',
    failureClass: 'test_fail',
    context: { testNames: ['TestSum', 'TestSum/two_numbers'] },
  },
  {
    name: 'go-module-missing',
    stage: 'compile',
    failureClass: 'dependency_missing',
    context: { package: 'example.com/nobody/has/this' },
  },
  { name: 'go-vet', stage: 'lint', failureClass: 'lint_error', context: { file: 'sum.go', line: 5 } },
  {
    name: 'cargo-compile-error',
    stage: 'compile',
    failureClass: 'compile_error',
    context: { code: 'E0308', message: 'mismatched types' },
  },
  {
    name: 'cargo-crate-missing',
    stage: 'compile',
    failureClass: 'dependency_missing',
    context: { package: 'nobody-has-this-crate' },
  },
  { name: 'cargo-test-failure', stage: 'test', failureClass: 'test_fail', context: { testNames: ['tests::adds'] } },
  {
    name: 'vitest-failure',
    stage: 'test',
    failureClass: 'test_fail',
    context: { testNames: ['a.test.js > sum > adds'] },
  },
];

describe('what a tool really printed', () => {
  it.each(recorded)('is labelled: $name in the $stage gate is $failureClass', ({ name, stage, ...expected }) => {
    const failure = classify(stage, readFileSync(join(folder, `${name}.txt`), 'utf8'));
    expect(failure).toMatchObject(expected);
    expect(failure.context.message).not.toBe('');
    expect(failure.context.excerpt.length).toBeLessThan(2_000);
  });

  it('is used in a test, each file of it', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
    expect(files.sort()).toEqual([...new Set(recorded.map(({ name }) => `${name}.txt`))].sort());
  });
});

describe('the label of a failure', () => {
  it.each([
    ['test', 'all 12 tests were cancelled, 0 errors, timeout: 0', 'test_fail'],
    ['test', 'login: page 404: user: not found', 'test_fail'],
    ['lint', '✖ failing names are not allowed', 'lint_error'],
    ['lint', 'Found 0 errors in 3 files. One format differs.', 'lint_error'],
    ['compile', 'Compiled with timeout set to 30 s', 'compile_error'],
    ['acceptance', 'expected 1, got 2', 'unknown'],
  ] as const)('is not taken from words that only look like it: %s, "%s"', (stage, output, failureClass) => {
    expect(classify(stage, output)).toMatchObject({ failureClass, rule: expect.stringMatching(/^stage:/) });
  });

  it('is timeout when the gate was stopped, whatever it printed, and shows the end of that', () => {
    const output = 'src/a.ts(1,2): error TS1005: expected.\nstill working';
    for (const ended of [{ timedOut: true, exitCode: null }, { exitCode: 124 }]) {
      const failure = classify('test', output, ended);
      expect(failure.failureClass).toBe('timeout');
      expect(failure.context.excerpt).toContain('still working');
    }
  });

  it('is that of the stage when no output says more', () => {
    const stages = ['compile', 'lint', 'test', 'install'] as const;
    expect(stages.map((stage) => classify(stage, '').failureClass)).toEqual([
      'compile_error',
      'lint_error',
      'test_fail',
      'unknown',
    ]);
  });

  it('is one of the nine, with a bounded context, for any output', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '✖ ',
        'not ok 1 - ',
        'FAILED a::',
        'error[E1]: ',
        'a.ts(1,2): error TS1: x',
        '\u001b[31m',
        'sh: x: not found',
      ),
    );
    const output = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));
    const stage = fc.constantFrom('install', 'compile', 'lint', 'test', 'acceptance', 'edit', 'plan', 'publish');
    fc.assert(
      fc.property(stage, output, fc.option(fc.integer()), (where, text, exitCode) => {
        const { failureClass, context } = classify(where, text, { exitCode });
        expect(failureClasses).toContain(failureClass);
        expect(context.message.length).toBeLessThanOrEqual(500);
        expect(context.excerpt.length).toBeLessThan(2_000);
        expect(context.testNames.length).toBeLessThanOrEqual(50);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['one endless line', 'a'.repeat(10_000_000)],
    ['many short lines', 'x\n'.repeat(5_000_000)],
    ['lines that nearly match', `${'a'.repeat(290)}(1,2): error TS\n`.repeat(33_000)],
    ['blanks', ' '.repeat(10_000_000)],
    ['test marks', `✖ ${'a (1ms'.repeat(20)}\n`.repeat(70_000)],
    ['colours', '\u001b['.repeat(5_000_000)],
  ])('takes under two seconds for 10 MB: %s', (_what, output) => {
    const startedAtMs = performance.now();
    classify('test', output);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });
});
