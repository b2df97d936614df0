import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkVanishedTests } from '../../../domain/guards/vanished-tests.ts';

describe('tests that are not run any more', () => {
  it('are a hit, however many new ones another suite has', () => {
    const [hit] = checkVanishedTests(
      ['cast > TestTime', 'cast > TestTime > utc'],
      ['cast > TestNil', 'cast > TestOther'],
    );
    expect(hit).toMatchObject({ guard: 'tamper', path: null });
    expect(hit?.message).toBe('A test that passed before is not run any more: "cast > TestTime > utc".');
  });

  it('are none when as many were renamed in the same suite, or none is missing', () => {
    expect(checkVanishedTests(['a > one', 'a > two'], ['a > first', 'a > second'])).toEqual([]);
    expect(checkVanishedTests([], ['a > new'])).toEqual([]);
  });

  it('are none when a new row of a table gave the others another number, and a hit when a row is gone', () => {
    expect(checkVanishedTests(['sums #2 > adds'], ['sums #3 > adds'])).toEqual([]);
    expect(checkVanishedTests(['sums #2 > adds'], [])).toHaveLength(1);
  });

  it('are always a hit when nothing is new', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (names) => {
        expect(checkVanishedTests(names, [])).toHaveLength(1);
      }),
    );
  });
});
