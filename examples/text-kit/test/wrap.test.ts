import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wrap } from '../src/index.ts';

test('breaks at white space', () => {
  assert.deepEqual(wrap('the quick brown fox', 9), ['the quick', 'brown fox']);
});

test('keeps a long word whole', () => {
  assert.deepEqual(wrap('an extraordinarily long word', 6), ['an', 'extraordinarily', 'long', 'word']);
});

test('is empty for an empty text', () => {
  assert.deepEqual(wrap('', 10), []);
});

test('refuses a width that is no positive whole number', () => {
  assert.throws(() => wrap('text', 0), RangeError);
  assert.throws(() => wrap('text', 2.5), RangeError);
});
