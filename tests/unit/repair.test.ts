import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  failureClasses,
  faultOfBaseRule,
  type Failure,
  type FailureClass,
} from '../../domain/failures/failure-class.ts';
import { emptyContext, failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import { betterCheckpoint, decideRepair } from '../../domain/work-orders/repair.ts';

const failure = (failureClass: FailureClass, rule = 'stage:test'): Failure => ({
  failureClass,
  subReason: null,
  rule,
  context: emptyContext,
});
const decide = (given: Failure, change: object = {}) =>
  decideRepair({ round: 0, failure: given, newErrors: null, fingerprints: ['a'], ...change }).repair;

describe('repair', () => {
  it('is for what code can mend', () => {
    const repaired = failureClasses.filter((name) => decide(failure(name, 'text:node-module-missing')));
    expect(repaired).toEqual(['compile_error', 'contract_violation', 'test_fail', 'lint_error', 'dependency_missing']);
  });

  it('is for packages that code names and not for tools that are missing', () => {
    expect(decide(failure('dependency_missing', 'text:command-missing'))).toBe(false);
    expect(decide(failure('dependency_missing', 'text:system-package-missing'))).toBe(false);
    expect(decide(failureOf('tool-missing', 'No npm.'))).toBe(false);
  });

  it('is not for what the base commit fails by', () => {
    expect(decide(failure('dependency_missing', faultOfBaseRule))).toBe(false);
    expect(decide(failure('test_fail', faultOfBaseRule))).toBe(false);
  });

  it('ends the attempt from the sixth new compile error on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (newErrors) => {
        expect(decide(failure('compile_error'), { newErrors })).toBe(newErrors <= 5);
      }),
    );
    expect(decide(failure('compile_error'), { newErrors: 3, compileErrorsMax: 2 })).toBe(false);
    expect(decide(failure('test_fail'), { newErrors: 30 })).toBe(true);
  });

  it('has two rounds, and none after one that changed nothing', () => {
    expect([0, 1, 2].map((round) => decide(failure('test_fail'), { round }))).toEqual([true, true, false]);
    expect(decide(failure('test_fail'), { round: 1, fingerprints: ['a', 'a'] })).toBe(false);
    expect(decide(failure('test_fail'), { round: 1, fingerprints: ['a', 'b'] })).toBe(true);
    expect(decide(failure('test_fail'), { round: 1, roundsMax: 5, fingerprints: ['a', 'b', 'a'] })).toBe(false);
  });

  it('is never for what a guard blocked, whatever class it was given', () => {
    for (const rule of ['tamper-block', 'size-block', 'secrets-block', 'paths-block', 'gate-redefined']) {
      expect(decide(failureOfClass('contract_violation', rule, 'x'))).toBe(false);
    }
  });

  it('keeps the checkpoint with fewer new errors, of equal ones the first', () => {
    const [a, b] = [
      { commit: 'a', newErrors: 2 },
      { commit: 'b', newErrors: 1 },
    ];
    expect(betterCheckpoint(a, b)).toBe(b);
    expect(betterCheckpoint(b, a)).toBe(b);
    expect(betterCheckpoint(a, { ...a, commit: 'c' })).toBe(a);
    expect(betterCheckpoint<{ commit: string; newErrors: number | null }>({ commit: 'c', newErrors: null }, a)).toBe(a);
  });
});
