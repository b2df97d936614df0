import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { assessComplexity, complexityFactors, type ComplexityInput } from '../../domain/work-orders/complexity.ts';
import { findHardStop } from '../../domain/work-orders/hard-stops.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { chooseModel, chooseWantedModel, type RoutingCandidate } from '../../domain/work-orders/routing.ts';

const weights = defaultPolicy.complexityWeights;
const words = fc.constantFrom('login', 'race', 'schema', 'cache', 'token', 'hello', 'button', 'public api', '\n', '🎈');
const text = fc.oneof(
  fc.array(words, { maxLength: 20 }).map((list) => list.join(' ')),
  fc.string({ maxLength: 300 }),
);
const anyInput: fc.Arbitrary<ComplexityInput> = fc.record({
  title: text,
  description: text,
  criteria: fc.array(text, { maxLength: 30 }),
  filesInScope: fc.array(fc.string(), { maxLength: 100 }),
  contextTokens: fc.integer({ min: 0, max: 10_000_000 }),
  contextTokensMax: fc.integer({ min: 1_000, max: 2_000_000 }),
});

const scoreOf = (input: ComplexityInput) => assessComplexity(input, weights).score;
const factorOf = (input: Partial<ComplexityInput>, factor: string) =>
  assessComplexity(
    {
      title: '',
      description: '',
      criteria: [],
      filesInScope: [],
      contextTokens: 0,
      contextTokensMax: 100_000,
      ...input,
    },
    weights,
  ).factors.find((found) => found.factor === factor)?.value;

describe('complexity', () => {
  it('is made of weights that sum to 1, one for each factor', () => {
    const sum = complexityFactors.reduce((total, factor) => total + weights[factor], 0);
    expect(Math.abs(sum - 1)).toBeLessThan(0.01);
    expect(Object.keys(weights).sort()).toEqual([...complexityFactors].sort());
  });

  it('lies between 0 and 1 for any order, as every factor does, and each says why', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { score, factors } = assessComplexity(input, weights);
        for (const value of [score, ...factors.map((factor) => factor.value)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(factors.every(({ reason }) => reason.length > 0)).toBe(true);
      }),
    );
  });

  it('never falls when an order grows: more text, criteria, files or context', () => {
    fc.assert(
      fc.property(anyInput, text, (input, more) => {
        const before = scoreOf(input);
        const grown: ComplexityInput[] = [
          { ...input, description: `${input.description}\n${more}` },
          { ...input, criteria: [...input.criteria, more] },
          { ...input, filesInScope: [...input.filesInScope, more] },
          { ...input, contextTokens: input.contextTokens * 2 + 1_000 },
        ];
        for (const larger of grown) expect(scoreOf(larger)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('counts words about security, and not words that only begin like one', () => {
    expect(factorOf({ description: 'Authenticate with a token' }, 'security')).toBeCloseTo(0.6);
    expect(factorOf({ description: 'Name the author and the secretary of the tokenizer' }, 'security')).toBe(0);
  });
});

describe('a hard stop', () => {
  it.each([
    ['Rotate the API key of the shop', 'secrets'],
    ['Store the PASSWORD with Argon2', 'password hashing'],
    ['Add a database   migration', 'database migration'],
    ['Fix the SQL\ninjection', 'injection'],
    ['login fails', 'authentication'],
    ['Check permissions first', 'authorisation'],
  ])('is found in "%s"', (order, subject) => {
    expect(findHardStop(order)?.subject).toBe(subject);
  });

  it.each([
    'Print digital clocks',
    'Show the author of a post',
    'Write to the secretary',
    'Speed up the tokenizer',
    'Run migrationless',
    'Deciphering old texts',
    'A blogin page',
    'Oracle and aclimate',
    '',
  ])('is not seen in "%s"', (order) => {
    expect(findHardStop(order)).toBeNull();
  });
});

const candidate: fc.Arbitrary<RoutingCandidate> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  ceiling: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.3, 0.7)),
  estimateUsdMicros: fc.integer({ min: 0, max: 10_000_000 }),
});
const candidates = fc.uniqueArray(candidate, { selector: ({ name }) => name, minLength: 1, maxLength: 6 });

describe('the choice of a model', () => {
  const score = fc.double({ min: 0, max: 1, noNaN: true });
  const stop = { subject: 'secrets', match: 'api key' };

  it('is always a candidate, the same for any order of candidates', () => {
    fc.assert(
      fc.property(
        candidates,
        score,
        fc.record({ isStopped: fc.boolean(), isMoneyShort: fc.boolean() }),
        (list, complexity, { isStopped, isMoneyShort }) => {
          const facts = { score: complexity, hardStop: isStopped ? stop : null, isMoneyShort };
          const choice = chooseModel(list, facts);
          expect(list.map(({ name }) => name)).toContain(choice?.model);
          expect(chooseModel(list.toReversed(), facts)).toEqual(choice);
        },
      ),
    );
  });

  it('takes the highest ceiling for a hard stop, whatever it costs, and names the words', () => {
    fc.assert(
      fc.property(candidates, score, (list, complexity) => {
        const choice = chooseModel(list, { score: complexity, hardStop: stop, isMoneyShort: false });
        const chosen = list.find(({ name }) => name === choice?.model);
        expect(chosen?.ceiling).toBe(Math.max(...list.map(({ ceiling }) => ceiling)));
        expect(choice?.strategy).toBe('hard_stop');
        expect(choice?.reason).toContain('api key');
      }),
    );
  });

  it('takes the cheapest of those that are trusted so far, else the most capable', () => {
    fc.assert(
      fc.property(candidates, score, (list, complexity) => {
        const choice = chooseModel(list, { score: complexity, hardStop: null, isMoneyShort: false });
        const chosen = list.find(({ name }) => name === choice?.model);
        const able = list.filter(({ ceiling }) => ceiling >= complexity);
        if (able.length === 0) {
          expect(chosen?.ceiling).toBe(Math.max(...list.map(({ ceiling }) => ceiling)));
          expect(choice?.strategy).toBe('most_capable');
        } else {
          expect(chosen?.estimateUsdMicros).toBe(Math.min(...able.map(({ estimateUsdMicros }) => estimateUsdMicros)));
          expect(chosen?.ceiling).toBeGreaterThanOrEqual(complexity);
        }
      }),
    );
  });

  it('takes the cheapest able one when money is short, also for a hard stop, and names what the order named', () => {
    fc.assert(
      fc.property(candidates, score, fc.boolean(), (list, complexity, isStopped) => {
        const hardStop = isStopped ? stop : null;
        const choice = chooseModel(list, { score: complexity, hardStop, isMoneyShort: true });
        const chosen = list.find(({ name }) => name === choice?.model);
        const able = list.filter(({ ceiling }) => ceiling >= complexity);
        const cheapest = Math.min(
          ...(able.length === 0 ? list : able).map(({ estimateUsdMicros }) => estimateUsdMicros),
        );
        expect(chosen?.estimateUsdMicros).toBe(cheapest);
        expect(choice?.strategy).toBe('budget_forced');
        if (isStopped) expect(choice?.reason).toContain('secrets');
      }),
    );
  });

  it('is none when nothing can be chosen', () => {
    expect(chooseModel([], { score: 0.1, hardStop: null, isMoneyShort: false })).toBeNull();
  });
});

describe('the model of an attempt that follows another one', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');

  it('is the one that was asked for where there is such a one, and else left to the static rule', () => {
    fc.assert(
      fc.property(candidates, name, (list, wanted) => {
        const isThere = list.some((one) => one.name === wanted);
        const named = chooseWantedModel(list, { rule: 'named', name: wanted });
        const same = chooseWantedModel(list, { rule: 'same', than: wanted });
        expect([named?.model, same?.model]).toEqual(isThere ? [wanted, wanted] : [undefined, undefined]);
        if (isThere) expect([named?.strategy, same?.strategy]).toEqual(['named', 'retry_same']);
        const better = chooseWantedModel(list, { rule: 'more_capable', than: wanted });
        expect(better === null).toBe(!isThere);
      }),
    );
  });

  it('that must be more capable is the next step up, and the cheapest on that step', () => {
    fc.assert(
      fc.property(candidates, name, (list, than) => {
        const before = list.find((one) => one.name === than);
        const choice = chooseWantedModel(list, { rule: 'more_capable', than });
        if (before === undefined) return;
        const higher = list.filter(({ ceiling }) => ceiling > before.ceiling);
        const chosen = list.find((one) => one.name === choice?.model);
        expect(choice).toMatchObject({ strategy: 'retry_more_capable', reason: expect.stringContaining(than) });
        if (higher.length === 0) {
          expect(chosen).toBe(before);
          return;
        }
        const step = Math.min(...higher.map(({ ceiling }) => ceiling));
        const onStep = higher.filter(({ ceiling }) => ceiling === step);
        expect(chosen?.ceiling).toBe(step);
        expect(chosen?.estimateUsdMicros).toBe(Math.min(...onStep.map((one) => one.estimateUsdMicros)));
      }),
    );
  });

  it('climbs to the top in at most as many steps as there are models, and stays there', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        let than = list[0]!.name;
        list.forEach(() => {
          than = chooseWantedModel(list, { rule: 'more_capable', than })!.model;
        });
        const top = Math.max(...list.map(({ ceiling }) => ceiling));
        expect(list.find((one) => one.name === than)?.ceiling).toBe(top);
      }),
    );
  });
});
