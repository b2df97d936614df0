import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ErrorContext, FailureClass } from '../../domain/failures/failure-class.ts';
import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

const folder = join(import.meta.dirname, 'samples');

interface Recorded {
  name: string;
  stage: Stage;
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
    context: { testNames: [timeoutTest], line: 5 },
  },
  { name: 'node-test-tap', stage: 'test', failureClass: 'test_fail', context: { testNames: [timeoutTest] } },
  { name: 'npm-run-test', stage: 'test', failureClass: 'test_fail', context: { testNames: [timeoutTest] } },
  {
    name: 'node-test-misleading',
    stage: 'test',
    failureClass: 'test_fail',
    context: { testNames: ['says 0 errors (and no timeout)'], package: null, line: 5 },
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
    context: { file: 'test_sum.py', line: 11, testNames: ['TestShop::test_total[2]'] },
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
    context: { message: 'SyntaxError: invalid syntax', line: 1 },
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
    context: { testNames: ['sum > adds'], file: 'a.test.js', line: 2 },
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
