import { describe, expect, it } from 'vitest';

import { classify } from './classify.ts';

describe('a failed test of a runner that nobody wrote rules for', () => {
  it.each<[form: string, names: readonly string[], output: string]>([
    ['a row with a dash and a verdict', ['rounds down'], '* Sums\n  - [pass] adds\n  - [Fail] rounds down\n## total:2'],
    ['KO before', ['orders.shipped'], ' KO  1 # orders.shipped\n OK  2 # orders.paid\n\n * Tests: 2'],
    ['KO behind', ['orders.shipped'], 'orders.shipped: KO\norders.paid: OK\n1 of 2 tests failed'],
    [
      'a name between bars',
      ['test_price.py:TestCart.test_empty'],
      '2 tests collected\n== #1: test_price.py:TestCart.test_empty ======\n /build/project/test_price.py:11\n>        assert [] == [1]\nF    AssertionError: assert [] == [1]\n= Session ended. 1 failed',
    ],
    [
      'reasons with numbers of their own',
      ['cart, with two lines: adds them up'],
      'Failures:\n\n  1) cart, with two lines: adds them up\n    1) AssertionError: 5 != 6\n      File "cart_test.py", line 9, in adds_them_up\n        self.items[0]\nExecuted 2 examples in 0.6s:\n  Failed: 1',
    ],
    [
      'a scenario with its steps',
      ['take a tenth off'],
      ' ✔ round\n ✗ take a tenth off\n   ✔ given total\n   ✗ then it should be ninety\nAssertionError\n# 2 scenarios, 1 failed',
    ],
    ['in a sentence', ['adds lines'], "Assertion failed in test 'adds lines' at cart.lua:12\n1 test failed"],
    [
      'a table',
      ['adds lines'],
      '| Test        | Result | Time |\n| adds lines  | FAIL   | 0.1s |\n| takes lines | PASS   | 0.1s |',
    ],
    ['a drawn table', ['adds lines'], '│ adds lines  │ failed │ 0.1s │\n│ takes lines │ passed │ 0.1s │'],
    ['a cross in brackets', ['adds lines'], '[x] adds lines\n[v] takes lines\n1 failed'],
    ['an arrow', ['adds lines'], 'adds lines => FAILED\ntakes lines => OK'],
    ['a coloured ball', ['adds lines'], '  🔴 adds lines\n  🟢 takes lines\n1 failing'],
    ['what it threw', ['adds lines'], 'cart\n  adds lines: AssertionError: 5 != 6\n  takes lines: PASS\n'],
    ['a time', ['cart.test:adds_lines'], 'cart.test:adds_lines FAILED in 3 ms\ncart.test:takes_lines PASSED in 1 ms'],
    ['how long it took', ['Read an order'], '✕ Read an order failed after 0.087s\n✓ Reads all passed after 0.01s'],
    ['a sum with names', ['adds lines', 'takes lines'], 'Unsuccessful tests: adds lines, takes lines'],
  ])('%s', (_form, names, output) => {
    expect(classify('test', output)).toMatchObject({ failureClass: 'test_fail', context: { testNames: names } });
  });

  it('is in the file that its name begins with', () => {
    const output =
      ' (1/2) tests/stock.py:Stock.test_taken:  FAIL: too low (0.09 s)\n (2/2) tests/stock.py:Stock.test_kept:  PASS (0.03 s)\n';
    expect(classify('test', output).context.file).toBe('tests/stock.py');
  });

  it('has its place in a drawn traceback', () => {
    const output =
      ' ✔ round\n ✗ take a tenth off\n╭──── Traceback ────╮\n│ /build/project/scenarios/discount.py:13 in then_it_is_ninety     │\n│                  │\n│ ❱ 13  assert self.price == 90  │\n╰───────╯\nAssertionError\n# 2 scenarios, 1 passed, 1 failed\n';
    expect(classify('test', output).context).toMatchObject({ line: 13, testNames: ['take a tenth off'] });
  });

  it('is no heading of a report', () => {
    const output = '===== test session starts =====\nAssertionError: 1 != 2\n';
    expect(classify('test', output).context.testNames).toEqual([]);
  });
});
