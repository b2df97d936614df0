import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { storable } from '../../prisma/storable.ts';

describe('storable', () => {
  it('takes out what PostgreSQL refuses, at every depth', () => {
    const value = { name: 'a\0b', list: ['😀'.slice(0, 1), { deep: 'x\0' }], count: 3, none: null };
    expect(storable(value)).toEqual({ name: 'ab', list: ['\uFFFD', { deep: 'x' }], count: 3, none: null });
  });

  it('leaves dates, bytes and big integers as they are', () => {
    const value = { at: new Date(0), bytes: new Uint8Array([0, 1]), amount: 5n };
    expect(storable(value)).toEqual(value);
    expect(storable(value).bytes).toBe(value.bytes);
  });

  it('changes no text that PostgreSQL takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(storable(text)).toBe(text.toWellFormed());
      }),
    );
  });
});
