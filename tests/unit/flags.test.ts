import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AppError, errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import { countsAgainstFlag, judgeFlagRuns } from '../../domain/flags/error-watch.ts';
import { flagList, flagsOfRepair, isFlagName, type Flag } from '../../domain/flags/flags.ts';
import { flagValues, refuseFlip, turnOffOrder } from '../../domain/flags/roll-out.ts';

type Dependent = Pick<Flag, 'name' | 'needs' | 'isOnByDefault'>;

/** Lists in which a flag needs any of those before it, all off: the start of every roll-out. */
const lists = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 }).map((rows) =>
  rows.map((picks, index): Dependent => {
    const needs = index === 0 ? [] : picks.map((pick) => `flag-${pick % index}`);
    return { name: `flag-${index}`, isOnByDefault: false, needs: [...new Set(needs)] };
  }),
);

/** A list with what is on after some wishes, of which those that the rules allow were granted: often nearly everything. */
const reached = lists.chain((list) => {
  const wish = fc.record({ index: fc.nat(list.length - 1), isOn: fc.boolean() });
  return fc.tuple(fc.boolean(), fc.array(wish, { maxLength: 12 })).map(([beginsOn, wishes]) => {
    const values = flagValues(new Map(), list);
    const first = beginsOn ? list.map((_flag, index) => ({ index, isOn: true })) : [];
    for (const { index, isOn } of [...first, ...wishes]) {
      const name = `flag-${index}`;
      if (refuseFlip({ name, isOn }, values, list) === null) values.set(name, isOn);
    }
    return { list, values };
  });
});

function brokenNeeds(list: readonly Dependent[], values: ReadonlyMap<string, boolean>): string[] {
  return list
    .filter(({ name, needs }) => values.get(name) === true && needs.some((need) => values.get(need) !== true))
    .map(({ name }) => name);
}

describe('the list of flags', () => {
  it('has each name once, and a default, owner, risk, phase and description for each', () => {
    const names = flagList.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const flag of flagList) {
      expect(flag.name).toMatch(/^[A-Z][A-Z_]+$/);
      expect(flag.description).toMatch(/Off: .*\.$/);
      expect(flag.removalDate ?? '2026-12-31').toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
    }
  });

  it('has only needs that are flags of an earlier phase, and defaults that keep the order', () => {
    for (const { phase, needs } of flagList) {
      for (const need of needs) expect(flagList.find(({ name }) => name === need)?.phase).toBeLessThan(phase);
    }
    expect(brokenNeeds(flagList, flagValues(new Map()))).toEqual([]);
  });

  it('knows no other name', () => {
    expect(isFlagName('GATE_REPAIRS')).toBe(true);
    for (const name of ['gate_repairs', 'toString', '__proto__', '']) expect(isFlagName(name)).toBe(false);
  });

  it('lets the switch of all repairs end the later ones too', () => {
    expect(flagsOfRepair(1)).toEqual(['GATE_REPAIRS']);
    for (const round of [2, 3]) expect(flagsOfRepair(round)).toEqual(['GATE_REPAIRS', 'FURTHER_REPAIRS']);
  });
});

describe('the roll-out order', () => {
  it('refuses with a sentence that names what has to be turned first', () => {
    const values = flagValues(new Map());
    expect(refuseFlip({ name: 'GATE_REPAIRS', isOn: false }, values)).toBe(
      'GATE_REPAIRS is needed by FURTHER_REPAIRS, which must be turned off first.',
    );
    values.set('FURTHER_REPAIRS', false);
    expect(refuseFlip({ name: 'GATE_REPAIRS', isOn: false }, values)).toBeNull();
    values.set('GATE_REPAIRS', false);
    expect(refuseFlip({ name: 'FURTHER_REPAIRS', isOn: true }, values)).toBe(
      'FURTHER_REPAIRS needs GATE_REPAIRS, which must be turned on first.',
    );
  });

  it('never lets a flag be on without what it needs, whatever is wished for in whatever order', () => {
    fc.assert(
      fc.property(reached, ({ list, values }) => {
        expect(brokenNeeds(list, values)).toEqual([]);
      }),
    );
  });

  it('lets everything be turned on in the order of the list, and off again in the opposite order', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const values = flagValues(new Map(), list);
        for (const isOn of [true, false]) {
          for (const { name } of isOn ? list : list.toReversed()) {
            expect(refuseFlip({ name, isOn }, values, list)).toBeNull();
            values.set(name, isOn);
          }
        }
      }),
    );
  });

  it('lets a flag go off at once by turning off what needs it before it, each once, and nothing else', () => {
    fc.assert(
      fc.property(reached, fc.nat(9), ({ list, values }, pick) => {
        const on = list.filter(({ name }) => values.get(name) === true);
        const chosen = on[pick % Math.max(1, on.length)];
        if (chosen === undefined) return;
        const order = turnOffOrder(chosen.name, values, list);
        expect(order.at(-1)).toBe(chosen.name);
        expect(new Set(order).size).toBe(order.length);
        for (const name of order) {
          expect([name, values.get(name)]).toEqual([name, true]);
          expect(refuseFlip({ name, isOn: false }, values, list)).toBeNull();
          values.set(name, false);
        }
        // Whatever else was on needs none of them.
        expect(brokenNeeds(list, values)).toEqual([]);
      }),
    );
  });
});

describe('the watch', () => {
  it('turns a flag off at 5 % of errors and not below, from 20 runs and two errors on', () => {
    const off = (runs: number, errors: number) => judgeFlagRuns({ runs, errors }) !== null;
    expect([off(100, 5), off(101, 5), off(40, 2), off(41, 2)]).toEqual([true, false, true, false]);
    expect([off(19, 19), off(20, 1), off(20, 2), off(0, 0)]).toEqual([false, false, true, false]);
  });

  it('agrees with the share of errors for any figures, exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 1_000_000 }), fc.integer({ min: 0, max: 100_000 }), (runs, errors) => {
        const share = BigInt(errors) * 100n >= BigInt(runs) * 5n;
        expect(judgeFlagRuns({ runs, errors }) !== null).toBe(share);
      }),
    );
  });

  it('says the figures', () => {
    expect(judgeFlagRuns({ runs: 100, errors: 6 })).toBe(
      '6 of 100 runs within 30 minutes failed: 6.0 %, and 5 % is the limit.',
    );
  });

  it('holds defects and useless answers against a flag, not wrong requests, lack of money or what is away', () => {
    const codes = Object.keys(errorCatalogue) as ErrorCode[];
    const counted = codes.filter((code) => countsAgainstFlag(new AppError(code, 'It failed.')));
    expect(counted).toContain('internal-error');
    expect(counted).toContain('provider-bad-answer');
    expect(counted).toContain('provider-unauthorized');
    for (const code of [
      'validation-failed',
      'budget-exceeded',
      'database-unavailable',
      'provider-unavailable',
    ] as const) {
      expect(counted).not.toContain(code);
    }
    expect(countsAgainstFlag(new TypeError('It is not a function.'))).toBe(true);
  });
});
