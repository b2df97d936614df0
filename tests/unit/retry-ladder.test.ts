import { describe, expect, it } from 'vitest';

import { faultOfBaseRule } from '../../domain/failures/failure-class.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import { guards } from '../../domain/guards/guard.ts';
import { nextRung } from '../../domain/work-orders/retry-ladder.ts';

const testFailed = failureOfClass('test_fail', 'acceptance', 'A test failed.');
const after = (attempt: number, failure = testFailed) => nextRung({ attempt, failure, blockedBy: null });

describe('the retry ladder', () => {
  it('goes from the same model to a more capable one to a person', () => {
    expect([1, 2, 3, 4].map((attempt) => after(attempt).kind)).toEqual([
      'same_model',
      'more_capable',
      'escalate',
      'escalate',
    ]);
    expect(after(3).trigger).toBe('attempts_used_up');
    expect(after(2).trigger).toBeNull();
    expect(nextRung({ attempt: 1, attemptsMax: 1, failure: testFailed, blockedBy: null }).kind).toBe('escalate');
  });

  it.each(guards)('asks a person at once when the %s guard blocked', (guard) => {
    const rung = nextRung({ attempt: 1, failure: testFailed, blockedBy: guard });
    expect(rung).toMatchObject({ kind: 'escalate', trigger: `${guard}_block` });
  });

  it.each([
    [failureOf('provider-money-out', 'x'), 'budget_exceeded'],
    [failureOf('budget-exceeded', 'x'), 'budget_exceeded'],
    [failureOf('provider-unauthorized', 'x'), 'provider_or_forge_fault'],
    [failureOf('no-model', 'x'), 'provider_or_forge_fault'],
    [failureOf('branch-taken', 'x'), 'provider_or_forge_fault'],
    [failureOf('script-without-reply', 'x'), 'provider_or_forge_fault'],
    [failureOf('disk-full', 'x'), 'provider_or_forge_fault'],
    [{ ...testFailed, rule: faultOfBaseRule }, 'provider_or_forge_fault'],
    [{ ...testFailed, subReason: 'forge' }, 'provider_or_forge_fault'],
    [failureOfClass('unknown', 'gate-redefined', 'x'), 'tamper_block'],
  ])('asks a person at once where another attempt would meet the same: %#', (failure, trigger) => {
    expect(after(1, failure)).toMatchObject({ kind: 'escalate', trigger });
  });

  it.each(['provider-rate-limited', 'context-exceeded', 'output-truncated', 'provider-timeout'] as const)(
    'tries again after %s, which has to do with the attempt',
    (code) => {
      expect(after(1, failureOf(code, 'x')).kind).toBe('same_model');
    },
  );
});
