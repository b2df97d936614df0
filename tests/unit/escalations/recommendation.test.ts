import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { escalationOptions, optionDescriptions, type EscalationOption } from '../../../domain/escalations/options.ts';
import {
  estimateProbability,
  recommendOption,
  type OptionHistory,
  type RecommendationInput,
} from '../../../domain/escalations/recommendation.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const history: fc.Arbitrary<OptionHistory> = fc
  .tuple(fc.nat(200), share)
  .map(([tries, part]) => ({ tries, successes: Math.floor(tries * part) }));
// What is offered always holds the ones that fit everywhere.
const options = fc
  .subarray<EscalationOption>(['pivot_solution', 'amend_upstream', 'raise_budget', 'accept_as_is'])
  .map((some) => escalationOptions.filter((one) => some.includes(one) || always.includes(one)));
const always: EscalationOption[] = ['retry_different_approach', 'take_over', 'abort'];
const anyInput: fc.Arbitrary<RecommendationInput> = fc.record({
  options,
  history: fc
    .tuple(...escalationOptions.map(() => fc.option(history, { nil: undefined })))
    .map((all) => Object.fromEntries(escalationOptions.map((option, index) => [option, all[index]]))),
  estimateUsdMicros: fc.integer({ min: 0, max: 10_000_000 }),
  remainingUsdMicros: fc.integer({ min: 0, max: 20_000_000 }),
  attempts: fc.nat(10),
  isHighRisk: fc.boolean(),
});
const plain: RecommendationInput = {
  options: ['retry_different_approach', 'take_over', 'abort'],
  history: {},
  estimateUsdMicros: 100_000,
  remainingUsdMicros: 5_000_000,
  attempts: 1,
  isHighRisk: false,
};
const offeredBy = (input: RecommendationInput, option: EscalationOption) =>
  recommendOption(input).options.find((one) => one.option === option)!;

describe('the probability of an option', () => {
  it('starts at that of the table, lies between 0 and 1, and comes to what was seen', () => {
    fc.assert(
      fc.property(share, history, (prior, seen) => {
        expect(estimateProbability(prior, undefined)).toBeCloseTo(prior);
        const likely = estimateProbability(prior, seen);
        const rate = seen.tries === 0 ? prior : seen.successes / seen.tries;
        expect(likely).toBeGreaterThanOrEqual(Math.min(prior, rate) - 1e-9);
        expect(likely).toBeLessThanOrEqual(Math.max(prior, rate) + 1e-9);
        const often = estimateProbability(prior, { tries: 100_000, successes: Math.round(rate * 100_000) });
        expect(often).toBeCloseTo(rate, 3);
      }),
    );
  });

  it('rises with every success and falls with every failure', () => {
    const inside = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(inside, history, (prior, { tries, successes }) => {
        const now = estimateProbability(prior, { tries, successes });
        expect(estimateProbability(prior, { tries: tries + 1, successes: successes + 1 })).toBeGreaterThan(now);
        expect(estimateProbability(prior, { tries: tries + 1, successes })).toBeLessThan(now);
      }),
    );
  });

  it('weighs the table like four observations', () => {
    expect(estimateProbability(0.5, { tries: 4, successes: 4 })).toBeCloseTo(0.75);
  });

  it('is trusted less after three attempts or at high risk, once and not twice', () => {
    const usual = offeredBy(plain, 'retry_different_approach').probability;
    for (const given of [{ attempts: 4 }, { isHighRisk: true }, { attempts: 9, isHighRisk: true }]) {
      expect(offeredBy({ ...plain, ...given }, 'retry_different_approach').probability).toBeCloseTo((usual ?? 0) * 0.8);
    }
    expect(offeredBy({ ...plain, attempts: 3 }, 'retry_different_approach').probability).toBe(usual);
  });
});

describe('a recommendation', () => {
  it('is one of the options that are offered, with a confidence from 0 to 1 and a reason', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { recommendation } = recommendOption(input);
        expect(input.options).toContain(recommendation.option);
        expect(recommendation.confidence).toBeGreaterThanOrEqual(0);
        expect(recommendation.confidence).toBeLessThanOrEqual(1);
        expect(recommendation.reason).toMatch(/\.$/);
      }),
    );
  });

  it('never calls what completes no order the cheapest: giving up, a person, a draft', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { recommendation } = recommendOption(input);
        expect(recommendation.option).not.toBe('abort');
        if (['take_over', 'accept_as_is'].includes(recommendation.option)) {
          expect(recommendation.reason).toBe('Another attempt is not likely to be worth its price.');
        }
      }),
    );
  });

  it('is the lowest expected cost of those that are likely enough and below the cap', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { options: rated, recommendation } = recommendOption(input);
        const worthwhile = rated.filter(
          ({ option, probability, expectedCostUsdMicros }) =>
            option !== 'accept_as_is' &&
            (probability ?? 0) >= 0.35 &&
            (option === 'raise_budget' || expectedCostUsdMicros! <= input.remainingUsdMicros),
        );
        const best = worthwhile.find(({ option }) => option === recommendation.option);
        if (worthwhile.length === 0) {
          const draft = input.options.includes('accept_as_is') ? 'accept_as_is' : 'take_over';
          expect(recommendation.option).toBe(draft);
        } else {
          // Prices are rounded to whole micro-dollars.
          const lowest = Math.min(...worthwhile.map(({ expectedCostUsdMicros }) => expectedCostUsdMicros!));
          expect(best!.expectedCostUsdMicros!).toBeLessThanOrEqual(lowest + 1);
        }
      }),
    );
  });

  it('decides by factor and odds alone where models cost nothing', () => {
    const free = { ...plain, options: [...escalationOptions], estimateUsdMicros: 0, remainingUsdMicros: 0 };
    expect(recommendOption(free).recommendation.option).toBe('raise_budget');
    const worn = { ...free, history: { raise_budget: { tries: 50, successes: 0 } } };
    expect(recommendOption(worn).recommendation.option).toBe('amend_upstream');
  });

  it('learns: what failed often in such cases is not recommended again', () => {
    const seen = { retry_different_approach: { tries: 30, successes: 1 } };
    expect(recommendOption(plain).recommendation.option).toBe('retry_different_approach');
    const { recommendation } = recommendOption({ ...plain, history: seen });
    expect(recommendation).toMatchObject({ option: 'take_over', confidence: 0.5 });
  });

  it('is surer the more was seen, and tells what', () => {
    const at = (tries: number) =>
      recommendOption({
        ...plain,
        history: { retry_different_approach: { tries, successes: Math.round(tries * 0.65) } },
      }).recommendation;
    expect(at(20).confidence).toBeGreaterThan(at(0).confidence);
    expect(at(0).reason).toContain('Nobody has chosen it');
    expect(at(20).reason).toContain('It worked 13 of 20 times.');
  });

  it('rates every option that is offered, with a price that is a number wherever it aims at a completed order', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const rated = recommendOption(input).options;
        expect(rated.map(({ option }) => option)).toEqual(input.options);
        for (const { option, expectedCostUsdMicros, probability } of rated) {
          const aims = optionDescriptions[option].costFactor !== null;
          expect([Number.isSafeInteger(expectedCostUsdMicros), probability !== null]).toEqual([aims, aims]);
        }
      }),
    );
  });
});
