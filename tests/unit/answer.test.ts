import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseAnswer } from '../../domain/escalations/answer.ts';
import { escalationOptions } from '../../domain/escalations/options.ts';

describe('an answer to an escalation', () => {
  it('needs nothing but an option', () => {
    for (const option of escalationOptions) expect(parseAnswer({ option })).toEqual({ option });
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
