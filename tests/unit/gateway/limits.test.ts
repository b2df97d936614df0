import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  budgetLevel,
  projectMonth,
  refuseLimits,
  type BudgetLimits,
  type BudgetUse,
} from '../../../domain/budget/limits.ts';
import { defaultPolicy } from '../../../domain/work-orders/policy.ts';

const limits = defaultPolicy.budget;
const used = (settledUsdMicros: number, reservedUsdMicros = 0): BudgetUse => ({
  ...{ settledUsdMicros, reservedUsdMicros, calls: 1 },
});
const nothing = used(0);

describe('the limits of the budget', () => {
  it('are $20, $50 and $100 a day and $500 and $1,000 a month unless somebody says otherwise', () => {
    expect(Object.values(limits)).toEqual([20e6, 50e6, 100e6, 500e6, 1_000e6]);
    expect(refuseLimits(limits)).toBeNull();
  });

  it.each([
    [{ daySoftUsdMicros: 50e6 }, 'daily'],
    [{ dayHardUsdMicros: 100e6 }, 'daily'],
    [{ dayKillUsdMicros: 50e6 }, 'daily'],
    [{ monthTargetUsdMicros: 1_000e6 }, 'month'],
  ])('are refused in a sentence that names what contradicts: %o', (changes, word) => {
    expect(refuseLimits({ ...limits, ...changes })).toContain(word);
  });

  it.each([
    [19_999_999, 0, 'ok'],
    [20_000_000, 0, 'soft'],
    [19_999_999, 1, 'soft'],
    [50_000_000, 0, 'hard'],
    [99_999_999, 0, 'hard'],
    [99_999_998, 2, 'kill'],
  ])('%i settled and %i reserved today are %s', (settled, reserved, level) => {
    expect(budgetLevel(limits, used(settled, reserved), nothing)).toBe(level);
  });

  it.each([
    [499_999_999, 'ok'],
    [500_000_000, 'soft'],
    [999_999_999, 'soft'],
    [1_000_000_000, 'kill'],
  ])('%i in the month are %s', (settled, level) => {
    expect(budgetLevel(limits, nothing, used(settled))).toBe(level);
  });

  it('never sink when more is spent', () => {
    const order = ['ok', 'soft', 'hard', 'kill'];
    const amount = fc.integer({ min: 0, max: 2_000_000_000 });
    const rising = fc
      .uniqueArray(amount, { minLength: 3, maxLength: 3 })
      .map((values) => values.sort((a, b) => a - b) as [number, number, number]);
    const anyLimits = fc.record({ day: rising, month: rising }).map(({ day, month }): BudgetLimits => ({
      daySoftUsdMicros: day[0],
      dayHardUsdMicros: day[1],
      dayKillUsdMicros: day[2],
      monthTargetUsdMicros: month[0],
      monthHardUsdMicros: month[2],
    }));
    fc.assert(
      fc.property(anyLimits, fc.tuple(amount, amount, amount), (some, [today, thisMonth, more]) => {
        expect(refuseLimits(some)).toBeNull();
        const level = (day: number, month: number) => order.indexOf(budgetLevel(some, used(day), used(month)));
        expect(level(today + more, thisMonth)).toBeGreaterThanOrEqual(level(today, thisMonth));
        expect(level(today, thisMonth + more)).toBeGreaterThanOrEqual(level(today, thisMonth));
      }),
    );
  });
});

describe('the projection of a month', () => {
  it('is what was spent, times its days, by the days so far', () => {
    expect(projectMonth(21_000_000, new Date('2026-11-21T12:00:00Z'))).toBe(30_000_000);
    expect(projectMonth(1, new Date('2028-02-28T00:00:00Z'))).toBe(2);
    expect(projectMonth(31_000_000, new Date('2026-12-31T23:59:59Z'))).toBe(31_000_000);
  });
});
