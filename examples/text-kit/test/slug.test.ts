import assert from 'node:assert/strict';
import { test } from 'node:test';

import { slugify } from '../src/index.ts';

test('joins words with hyphens in lower case', () => {
  assert.equal(slugify('Hello, World!'), 'hello-world');
});

test('removes accents', () => {
  assert.equal(slugify('Crème brûlée'), 'creme-brulee');
});

test('keeps letters of other scripts', () => {
  assert.equal(slugify('Привет мир'), 'привет-мир');
});

test('is empty for a text without letters', () => {
  assert.equal(slugify('--- !!!'), '');
});
