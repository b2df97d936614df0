import fc from 'fast-check';
import { expect, it } from 'vitest';

import { quietRounds } from '../../scripts/bench-gateway/quiet-rounds.ts';

const rounds = fc.array(fc.record({ result: fc.integer(), hostTook: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 1,
  maxLength: 40,
});

it('counts a third of the rounds or more, and none that the host disturbed more than one it leaves out', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const quiet = quietRounds(all);
      const left = all.filter((round) => !quiet.includes(round));
      expect(quiet.length).toBeGreaterThanOrEqual(all.length / 3);
      const loudest = Math.max(...quiet.map(({ hostTook }) => hostTook));
      expect(left.every(({ hostTook }) => hostTook > loudest)).toBe(true);
    }),
  );
});

it('leaves out as many as it may', () => {
  const all = [0.3, 0.1, 0.2, 0.5, 0.4, 0.6].map((hostTook) => ({ result: 0, hostTook }));
  expect(quietRounds(all).map(({ hostTook }) => hostTook)).toEqual([0.1, 0.2]);
});

it('counts every round where the kernel does not tell what the host took', () => {
  const all = [1, 2, 3, 4].map((result) => ({ result, hostTook: 0 }));
  expect(quietRounds(all)).toEqual(all);
});
