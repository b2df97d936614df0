import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseAnswer } from '../../../domain/escalations/answer.ts';
import { escalationOptions } from '../../../domain/escalations/options.ts';

describe('an answer to an escalation', () => {
  it('needs nothing but an option, save a cap to raise the budget', () => {
    const others = escalationOptions.filter((option) => option !== 'raise_budget');
    for (const option of others) expect(parseAnswer({ option })).toEqual({ option });
    expect(parseAnswer({ option: 'raise_budget' })).toMatch(/costCapUsd must name the new cap in dollars\.$/);
    expect(parseAnswer({ option: 'raise_budget', costCapUsd: null })).toMatch(/costCapUsd/);
    expect(parseAnswer({ option: 'raise_budget', costCapUsd: 7.5 })).toEqual({
      option: 'raise_budget',
      costCapUsd: 7.5,
    });
  });

  it('takes a cap above 0 and up to 100 dollars, and nothing else for one', () => {
    fc.assert(
      fc.property(fc.anything(), (costCapUsd) => {
        const answer = parseAnswer({ option: 'raise_budget', costCapUsd });
        const isCap = typeof costCapUsd === 'number' && costCapUsd > 0 && costCapUsd <= 100;
        expect(typeof answer === 'string').toBe(!isCap);
      }),
    );
    for (const costCapUsd of [0, -1, 100.01, Number.NaN, Infinity, '5']) {
      expect(parseAnswer({ option: 'abort', costCapUsd })).toMatch(/above 0 and at most 100\.$/);
    }
  });

  it('names a model, what has to change upstream and the order to wait for', () => {
    const upstreamOrderId = '00000000-0000-4000-8000-000000000001';
    const given = { option: 'amend_upstream', upstream: 'the API of the shop', upstreamOrderId, model: 'large' };
    expect(parseAnswer(given)).toEqual(given);
    for (const other of ['7', '', `${upstreamOrderId}x`]) {
      expect(parseAnswer({ ...given, upstreamOrderId: other })).toMatch(/upstreamOrderId must be the id of an order/);
    }
  });

  it('keeps its texts and leaves out what nobody asked for', () => {
    const given = { option: 'abort', note: 'too late', resolvedBy: 'a person', guidance: null, other: 1 };
    expect(parseAnswer(given)).toEqual({ option: 'abort', note: 'too late', resolvedBy: 'a person' });
  });

  it.each([
    ['nothing at all', undefined, /must be an object/],
    ['a word', 'abort', /must be an object/],
    ['an unknown option', { option: 'explode' }, /"explode" is not an option/],
    ['a number for a text', { option: 'abort', note: 5 }, /note must be a text/],
    ['a text without end', { option: 'abort', guidance: 'x'.repeat(4_001) }, /more than 4000 characters/],
  ])('is refused in one sentence when it is %s', (_what, value, sentence) => {
    expect(parseAnswer(value)).toMatch(sentence);
  });

  it('never throws, whatever was typed', () => {
    fc.assert(fc.property(fc.anything(), (value) => ['string', 'object'].includes(typeof parseAnswer(value))));
  });
});
