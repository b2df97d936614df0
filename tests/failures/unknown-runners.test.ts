import { describe, expect, it } from 'vitest';

import { classify } from './classify.ts';

describe('the tests that failed', () => {
  it.each<[tests: readonly string[], place: string | null, output: string]>([
    [
      ['adds the prices'],
      null,
      'Cart\n- is empty\n- adds the prices [FAILED]\n\n2 specifications (2 requirements), 1 failures, 0 errors\n',
    ],
    [
      ['adds the prices'],
      'test/cart.rb:5',
      '.\n  test: adds the prices\n  file: test/cart.rb:5\n\nAssertionFailed: 3 != 4\n',
    ],
    [
      ['asserts adds'],
      'test/cart.rb:6',
      'Cart\n  + asserts empty is true\n  - asserts adds: expected 4, not 3 (on line 6 in test/cart.rb)\n',
    ],
    [
      ['adds the prices'],
      'test/cart.js:5',
      '  x adds the prices\n    at test/cart.js:5:10\n\n  1 passing\n  1 failing\n',
    ],
    [
      ['adds the prices'],
      'test.js:6',
      '√ 1 — is empty\n× 2 — adds the prices\n  expected: 4\n    at /build/project/test.js:6:3\n\n# fail 1\n',
    ],
    [
      ['adds the prices'],
      null,
      '      Cart\n\n  10  ✘ adds the prices\n      expected [integer:4], but got [integer:3].\n\n2 examples (1 passed, 1 failed)\n',
    ],
    [
      ['sets_name'],
      null,
      'tests/main.hcl... in progress\n  run "sets_name"... fail\ntests/main.hcl... fail\n\nFailure! 0 passed, 1 failed.\n',
    ],
    [
      ['CartTest.test_add'],
      'tests/cart_test.py:9',
      `${'='.repeat(72)}\ntests.cart_test CartTest.test_add\n${'-'.repeat(72)}\nTraceback (most recent call last):\n  File "/build/project/tests/cart_test.py", line 9, in test_add\n    assert_equal(3, 4)\nAssertionError\n\nFAILED.  1 test / 1 case: 0 passed, 1 failed.\n`,
    ],
    [
      ['tests/cart.t'],
      'tests/cart.t',
      '!\n--- tests/cart.t\n+++ tests/cart.t.err\n@@ -1,3 +1,3 @@\n   $ echo 3\n-  4\n+  3\n\n# Ran 1 tests, 0 skipped, 1 failed.\n',
    ],
    [['echo 3'], null, '[FAILED #1, line 3] echo 3\n@@ -1 +1 @@\n-4\n+3\nFAIL: 1 of 1 tests failed\n'],
    [
      ['Adding prices'],
      'features/cart.feature:6',
      '  Scenario: Adding prices      # features/cart.feature:3\n    Then the total is 4\n      Failed asserting that 3 matches 4.\n\n--- Failed scenarios:\n\n    features/cart.feature:3 (on line 6)\n\n1 scenario (1 failed)\n',
    ],
    [
      ['adds the prices > should be equal'],
      'test/a.mjs:4',
      ' FAIL  test/a.mjs 1 failed of 1 133ms\n✖ adds the prices > should be equal\n  test/a.mjs\n  compare: ===\n  Test.<anonymous> (test/a.mjs:4:5)\n\nAsserts:  1 pass  1 fail  2 of 2 complete\n',
    ],
    [
      ['reads the sku > Cannot read properties', 'reads the sku'],
      null,
      'TAP version 14\n# Subtest: test/order.mjs\n    # Subtest: reads the sku\n        not ok 1 - Cannot read properties\n        1..1\n    not ok 1 - reads the sku # time=38ms\n    1..1\n    # time=54ms\nnot ok 1 - test/order.mjs # time=54ms\n1..1\n',
    ],
    [
      ['add:0'],
      'shop.py:7',
      '* FAILURE: shop.py::add:0\n* REASON: GotWantException\n  XDoc "shop.py::add:0", line 2 <- wrt doctest\n  File "shop.py", line 7, <- wrt source file\n=== 1 failed, 1 passed in 0.02 seconds ===\n',
    ],
    [[], null, 'Failed files:      1 (100.0%)\nDuration:          3 ms\n1 of 2 tests failed\n'],
  ])('are %s', (tests, place, output) => {
    const { failureClass, context } = classify('test', output);
    expect(failureClass).toBe('test_fail');
    expect(context.testNames).toEqual(tests);
    if (place === null) return;
    const [file = '', line] = place.split(':');
    expect(`/${context.file ?? ''}`.endsWith(`/${file}`)).toBe(true);
    if (line !== undefined) expect(context.line).toBe(Number(line));
  });

  it('are none where a file of theirs, or of the code, could not be parsed', () => {
    const output =
      'http://localhost:9876/base/src/cart.js?ae72:1\nfunction total(a) { return (a;\n                           ^\n\nSyntaxError: missing )\n    at new Script (node:vm:117:7)\nCart adds the prices FAILED\n\tReferenceError: total is not defined\n\t    at <anonymous> (spec/cart.spec.js:3:5)\nExecuted 1 of 1 (1 FAILED)\n';
    expect(classify('test', output, { tool: 'karma' })).toMatchObject({
      failureClass: 'compile_error',
      context: { testNames: [], line: 1 },
    });
  });

  it('are none where data do not fit their schema, which is no fault of a source', () => {
    const output =
      '/build/project/shop.xml:2:10: error: element "item" not allowed anywhere; expected element "order"\n';
    expect(classify('test', output)).toMatchObject({ failureClass: 'unknown', context: { line: 2 } });
    expect(classify('lint', output).failureClass).toBe('lint_error');
    expect(classify('compile', output).failureClass).toBe('compile_error');
  });

  it('may well tell of a schema', () => {
    const output = 'tests/test_api.py:12: AssertionError: the response does not match the schema\n1 failed, 3 passed\n';
    expect(classify('test', output)).toMatchObject({ failureClass: 'test_fail', context: { line: 12 } });
  });

  it('are those that a unit of the language names by its place alone', () => {
    const output = 'core.exception.AssertError@source/cart.d(8): unittest failure\n1/1 modules FAILED unittests\n';
    expect(classify('test', output, { tool: 'dub' })).toMatchObject({
      failureClass: 'test_fail',
      context: { file: 'source/cart.d', line: 8 },
    });
  });
});
