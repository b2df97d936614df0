import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countWords } from '../src/index.ts';

test('counts runs of characters', () => {
  assert.equal(countWords('one two\nthree'), 3);
});

test('counts a hyphenated word once', () => {
  assert.equal(countWords('a well-known fact'), 3);
});

test('is zero for white space', () => {
  assert.equal(countWords(' \n\t '), 0);
});
