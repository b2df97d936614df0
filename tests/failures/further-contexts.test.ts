import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

type Place = [file: string | null, line: number | null, code: string | null];

describe('tests that failed', () => {
  it.each<[names: string[], output: string]>([
    [
      ['cart_test:adds_up'],
      'cart_test:empty  ->  passed  [0.003s]\ncart_test:adds_up  ->  failed: 1 checks failed  [0.003s]',
    ],
    [['tests/shop/cart/shop.cart'], 'board_a9    tests/shop/cart/shop.cart      FAILED : Unknown\nINFO - failed: 1'],
    [['shop exe'], '1/1 shop exe                 TIMEOUT 30.02 s\n\nTimeout:  1'],
    [
      ['Shop adds up'],
      'ERROR DryRun One or more tests failed in the initial test run:\n\tShop adds up\n\t\tError: expected 3\nERROR There were failed tests',
    ],
    [
      ['test_total'],
      'hypothesis.errors.DeadlineExceeded: Test took 386ms\nFalsifying example: test_total(\n    self=1,',
    ],
    [['com.shop.CartTest'], 'BUILD FAILED\n/build/project/build.xml:86: Test com.shop.CartTest failed'],
    [['Cart.adds up'], '[-]Cart.adds up 2ms (2ms|1ms)\nTests Passed: 0, Failed: 1, Skipped: 0'],
    [['adds up'], '00:14 +0: adds up\n══╡ EXCEPTION CAUGHT BY FLUTTER TEST FRAMEWORK ╞════\n  Expected: 3'],
    [['data.shop.test_error'], 'data.shop.test_error: ERROR (289ns)\n  shop_test.rego:15: eval_builtin_error: div'],
    [
      ['adds up'],
      ' FAIL  Test templates/shop.yaml\ttests/shop_test.yaml\n\t- adds up\n\n\t\t- asserts[0] `equal` fail',
    ],
    [
      ['Cart should fail'],
      '[0-0] RUNNING TEST in chrome - Cart should fail\n[0-0] Error in "Cart should fail"\nExpected 3',
    ],
    [['It adds up'], 'testthat results ====\nOK: 7 SKIPPED: 0 FAILED: 1\n1. Error: It adds up\n\nError: tests failed'],
    [['cidr'], '  run "cidr"... fail\n\nError: Test assertion failed\n\n  on net.tftest.hcl line 7, in run "cidr":'],
    [
      ['Cart [It] adds up'],
      'Summarizing 1 Failure:\n\n[Panic!] Cart [It] adds up \n/build/project/cart_test.go:55\n\nRan 3 of 4 Specs',
    ],
    [['Cart.adds'], '23/111 Test  #25: Cart.adds ..................Subprocess aborted***Exception:   0.14 sec'],
    [['cart'], "W: Test 'cart' fails: Command 'cart.native' terminated with error code 2"],
    [['adds up'], '1. Failure (at test-cart.r#144): adds up\n\nError: testthat unit tests failed'],
    [['//shop:cart_test'], '//shop:cart_test                    FAILED in 1 out of 2 in 41.9s'],
    [['cart_SUITE ==> adds'], '%%% cart_SUITE: \n%%% cart_SUITE ==> adds: FAILED\n%%% cart_SUITE ==> {fail,"x"}'],
    [['test_adds'], '* test_adds\n    FAILED:  is true\n      at line 3'],
    [['Cart: adds up'], '13:57:43.033 detox[40201] INFO:  Cart: adds up [FAIL]'],
    [
      ['CartTests.testAdds()'],
      'INFO [2024-11-07 14:16:25.20]: ▸ Failing tests:\nINFO [2024-11-07 14:16:25.20]: ▸ CartTests.testAdds()\nINFO [2024-11-07 14:16:25.20]: ▸ ** TEST EXECUTE FAILED **',
    ],
    [
      ['cart_test'],
      'unknown location(0): fatal error in "cart_test": std::exception: bad\ncart.hpp(140): last checkpoint',
    ],
    [
      ['cart/adds up'],
      '[16:22:44 ERR] cart/adds up failed in 00:00:00.0002488.\nIt should.\n  Cart.fs(14,1): Cart.tests',
    ],
    [
      ['Adds_Up ("net9.0",Debug)'],
      '  failed Adds_Up ("net9.0",Debug) (6s 220ms)\n    Assert.AreEqual failed.\n      at Cart.Adds_Up() in /build/project/Cart.cs:line 280',
    ],
    [
      ['CartCest: Adds up'],
      "1) CartCest: Adds up\n Test  acceptance/CartCest.php:addsUp\n\n [ConnectionException] Can't connect to the driver",
    ],
    [
      ['Cart > adds up'],
      '--------------------\nCart > adds up\n. FAILURE\nname:       check-equal?\n--------------------\n1 failure(s)',
    ],
    [
      ['SHOP :: cart/adds.ll'],
      '  SHOP :: cart/adds.ll\n\nTotal Discovered Tests: 4\n  Failed           :      1 (25.00%)\nFAILED: CMakeFiles/check-all /build/check-all',
    ],
    [
      ['ShopTests.Cart testAdds'],
      "Test Case '-[ShopTests.Cart testAdds]' started.\n    t =    22.27s             Assertion Failure: <unknown>:0: UI Testing Failure - no element",
    ],
  ])('%j', (testNames, output) => {
    const { failureClass, context } = classify('test', output);
    expect(failureClass).toBe('test_fail');
    expect(context.testNames).toEqual(testNames);
  });
});

describe('the place and the code of a finding', () => {
  it.each<[place: Place, stage: Stage, output: string]>([
    [
      ['./main.ts', 2, null],
      'lint',
      'from ./main.ts:\n2 | -\treturn 1;\n2 | +    return 1;\n\nerror: Found 1 not formatted file in 1 file',
    ],
    [
      ['/build/project/api/shop.api', null, null],
      'lint',
      '> API check failed for project shop.\n  --- /build/project/api/shop.api\n  +++ /build/project/build/api/shop.api',
    ],
    [
      [null, null, null],
      'test',
      'shop.CartSpec > adds up FAILED\n    Condition not satisfied:\n\nscript.values_[1].toString() == "a"',
    ],
    [
      ['src/Shop.kt', 174, 'max-line-length'],
      'lint',
      "Step 'ktlint' found problem in 'src/Shop.kt':\nError on line: 174, column: 1\nrule: max-line-length\njava.lang.AssertionError: Error on line: 174, column: 1",
    ],
    [
      ['test/shop.bats', 14, null],
      'test',
      " ✗ adds up\n   (from function `assert' in file test/lib/assert.bash, line 194,\n    in test file test/shop.bats, line 14)",
    ],
    [
      ['build\\shop.res', null, 'LNK1181'],
      'compile',
      "LINK : fatal error LNK1181: cannot open input file 'build\\shop.res'",
    ],
    [
      ['C:\\shop projects\\src\\Cart.kt', 1, null],
      'lint',
      'C:\\shop projects\\src\\Cart.kt:1:1: class Cart should be declared in a file named Carts.kt',
    ],
    [
      ['big/file.bin', null, 'GH001'],
      'push',
      "remote: error: File big/file.bin is 674.20 MB; this exceeds GitHub's file size limit of 100.00 MB\n ! [remote rejected] main -> main (pre-receive hook declined)",
    ],
    [['docs/a b.pdf', null, null], 'apply', 'fatal: docs/a b.pdf: smudge filter lfs failed'],
    [[null, null, 'P1002'], 'apply', 'Error: P1002\n\nThe database server was reached but timed out.'],
    [
      [null, null, 'EGITNOPERMISSION'],
      'push',
      "fatal: unable to access 'https://forge.example.org/shop/': The requested URL returned error: 403.\n✘  EGITNOPERMISSION Cannot push to the Git repository.",
    ],
    [
      [null, null, 'rate_limit_exceeded'],
      'llm',
      'error: {:status=>429, :body=>{:error=>{:message=>"Request too large on tokens per min", :code=>"rate_limit_exceeded"}}}',
    ],
    [
      ['Program.cs', 4, 'WHITESPACE'],
      'lint',
      'Program.cs(4,20): error WHITESPACE: Fix whitespace formatting. [shop.csproj]',
    ],
    [
      ['lib/shop.rb', 194, 'Ruby::ArgumentTypeMismatch'],
      'lint',
      'lib/shop.rb:194:40: [error] Cannot pass a value of type `Integer`\n│\n│ Diagnostic ID: Ruby::ArgumentTypeMismatch',
    ],
    [
      ['app/shop.rb', 3, 'IrresponsibleModule'],
      'lint',
      'app/shop.rb -- 1 warning:\n  app/shop.rb:3: IrresponsibleModule: Shop has no descriptive comment [https://example.org/docs/Irresponsible-Module.md]',
    ],
    [
      [null, null, '95312'],
      'compile',
      ' ERROR #95312\n\n"window" is not available during server side rendering.\n\n  WebpackError: ReferenceError: window is not defined',
    ],
    [['apps/Shop.js', null, 'kebabcase'], 'lint', 'apps/Shop.js failed for `.*` rules: kebabcase'],
    [
      ['src/main.sw', 41, null],
      'compile',
      `error\n  --> src/main.sw:41:27\n   |\n41 |     let b = a[1];\n   |             ^^^^ Mismatched types.${'\nreading a part'.repeat(40)}\nerror: Failed to compile cart`,
    ],
    [
      ['c:\\shop\\pom.xml', 85, null],
      'compile',
      '[ERROR]     Non-parseable POM c:\\shop\\pom.xml: in comment (position: END_TAG seen ... @85:23) @ line 85, column 23',
    ],
    [
      ['test/cart_test.gd', 3, null],
      'test',
      'Running Script res://test/cart_test.gd\n* test_adds\n    FAILED:  is true\n      at line 3',
    ],
    [
      ['test/cart_test.exs', 20, null],
      'test',
      '  1) test adds up (CartTest)\n     test/cart_test.exs:15\n     Assertion with != failed\n     stacktrace:\n       test/cart_test.exs:20\n\n1 test, 1 failure',
    ],
    [
      ['/build/project/test.js', 3, null],
      'test',
      'TAP version 13\n# cart\nnot ok 1 adds up\n  ---\n    at: Test.<anonymous> (/build/project/test.js:3:5)\n    stack: |-\n      Error: adds up\n          at Test.run (/build/project/own/run.js:83:10)\n  ...',
    ],
    [
      ['cart_test.cljc', 55, null],
      'test',
      'ERROR in (fails) (Numbers.java:188)\nUncaught exception, not in assertion.\n at clojure.lang.Numbers.divide (Numbers.java:188)\n    shop.cart_test$fn__4.invoke (cart_test.cljc:55)',
    ],
    [
      ['cart/adds.c', null, null],
      'test',
      '\t=== tests ===\nFAIL: cart/adds.c   -O2 -flto  (test for excess errors)\nmake: *** [Makefile:1314: report] Error 1',
    ],
    [
      ['main.go', 12, 'GO-2021-0113'],
      'lint',
      'Your code is affected by 1 vulnerability from 1 module.\n\nVulnerability #1: GO-2021-0113\n    Call stacks in your code:\n      main.go:12:29: shop.main calls text.Parse',
    ],
    [
      ['/main.tf', 15, 'CKV2_AWS_5'],
      'lint',
      'Check: CKV2_AWS_5: "Groups are attached to something"\n\tFAILED for resource: aws_group.this\n\tFile: /main.tf:15-29',
    ],
    [
      ['Cart.agda', 3, 'TerminationIssue'],
      'compile',
      'Cart.agda:3.1-4.12: error: [TerminationIssue]\nTermination checking failed',
    ],
    [
      ['roles/shop.yml', 3, 'fqcn[action-core]'],
      'lint',
      'roles/shop.yml:3: fqcn[action-core]\nroles/shop.yml:5: name[missing]',
    ],
    [
      [null, null, 'DirectMissingMethodProblem'],
      'test',
      ' * method total() in class shop.Cart does not have a correspondent in other version\n   filter with: ProblemFilters.exclude[DirectMissingMethodProblem]("shop.Cart.total")',
    ],
  ])('%j', ([file, line, code], stage, output) => {
    expect(classify(stage, output).context).toMatchObject({ file, line, code });
  });
});
