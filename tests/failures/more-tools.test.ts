import { describe, expect, it } from 'vitest';

import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

type Row = [failureClass: FailureClass, stage: Stage, output: string];

describe('the class of what a tool says in words of its own', () => {
  it.each<Row>([
    ['contract_violation', 'test', 'api/current.txt:21: error: Removed method shop.Cart.total(int) [RemovedMethod]'],
    [
      'contract_violation',
      'test',
      'error: shop.total variable differs from runtime type def () -> int\nStub: at line 4 in file /build/project/shop.pyi',
    ],
    [
      'contract_violation',
      'push',
      'Error: It looks like a bump from 1.3.0 to 1.4.0, but it should\nreally be a MAJOR change (2.0.0).',
    ],
    ['contract_violation', 'test', 'master:cart.go:72: breaking change declaration removed'],
    ['contract_violation', 'test', '/* Renamed Decls */\nVar Cart.sum has been renamed to Var total'],
    ['contract_violation', 'test', "> Expected folder with API declarations '/build/project/api' does not exist."],
    ['contract_violation', 'apply', 'CustomResourceDefinition carts.shop.example failed upgrade safety validation.'],
    ['contract_violation', 'lint', 'Version Check\nNew Version is too low!'],
    [
      'contract_violation',
      'test',
      '[ERROR] Baseline mismatch for package com.shop.cart, MAJOR change. Current is 1.0.1',
    ],
    [
      'contract_violation',
      'test',
      '[ERROR] Failed to execute goal shop:cmp on project till: Breaking the build because there is at least one modified class: shop.Cart',
    ],
    ['contract_violation', 'test', '[ERROR] Failed to execute goal shop:check on project till: ABI spec mismatch.'],
    [
      'contract_violation',
      'compile',
      'Checking API: checkapi\n(unknown): error 17: Field shop.Cart.SIZE has changed value\nYou have tried to change the API from what has been previously released',
    ],
    [
      'contract_violation',
      'compile',
      'Shop.targets(24,5): error : .NETStandard,Version=v2.0 assembly api surface area should be compatible with net6.0',
    ],
    [
      'contract_violation',
      'test',
      'info: Beginning Dredd testing...\nfail: GET /carts duration: 131ms\nfail: body: Invalid type: array',
    ],
    ['contract_violation', 'test', 'Get a cart\n    returns a response which\n      has a matching body (FAILED)'],
    [
      'contract_violation',
      'test',
      'Error: /build/project/types/index.ts:71:85\nERROR: 71:85  expect  Expected an error on this line, but found none.',
    ],
    [
      'lint_error',
      'test',
      '# shop/cart\ncart/cart_test.go:50: Fatal call has possible formatting directive %v\nFAIL\tshop/cart [build failed]',
    ],
    [
      'lint_error',
      'test',
      'standard: Use JavaScript Standard Style (https://standardjs.com)\n  /build/project/cart.js:7:18: Expected error to be handled.',
    ],
    ['lint_error', 'lint', 'FAIL - Dockerfile - main - Do not run as root\nError: Process completed with exit code 1.'],
    [
      'lint_error',
      'compile',
      "* What went wrong:\nExecution failed for task ':app:ktlintMainSourceSetCheck'.\n> The command failed",
    ],
    [
      'lint_error',
      'compile',
      '[ERROR] Failed to execute goal org.shop.plugins:maven-checkstyle-plugin:3.1:check (default) on project till: see above',
    ],
    [
      'test_fail',
      'test',
      "---- cart::adds stdout ----\nthread 'cart::adds' panicked at '[quickcheck] TEST FAILED. Arguments: (0)'",
    ],
    [
      'test_fail',
      'test',
      "run test: error: 'cart.adds up' failed: expected true, found false\nC:\\shop\\main.zig:386:13: 0x7f in test.cart (test.exe.obj)",
    ],
    ['timeout', 'compile', 'error: helper failed 3 times (timeout)'],
    ['timeout', 'test', '//:cart_tests TIMEOUT in 900.1s\nExecuted 1 out of 1 test: 1 fails locally.'],
    [
      'compile_error',
      'test',
      'Test environment ./packages/shop-environment cannot be found. Make sure the option points to a module.',
    ],
    [
      'compile_error',
      'compile',
      '✘ [ERROR] Could not resolve "@shop/till/main"\n\n    index.js:1:24:\n\n  The path "./main" is not currently exported by package "@shop/till":',
    ],
    ['compile_error', 'compile', 'Errors prerendering:\nError:  Exiting due to prerender errors.'],
    [
      'dependency_missing',
      'test',
      '  sh: 1: shoptest: not found\n  stack trace: (most recent call last)\n  /tmp/shop.nim(12, 10) Error: unhandled exception: FAILED: shoptest',
    ],
    [
      'dependency_missing',
      'test',
      'ERROR [launcher]: Cannot load browser "Phantom": it is not registered! Is a plugin missing?',
    ],
    [
      'dependency_missing',
      'install',
      'error: Failed to download from mirror set\nerror: File does not have the expected hash:\nurl: https://example.org/shop.tar.gz',
    ],
    [
      'dependency_missing',
      'push',
      "remote:  !     Error: Package installation failed since the SHOP library wasn't found.\nremote:  !     Push rejected, failed to compile the app.",
    ],
    [
      'unknown',
      'test',
      "FAILURE: Build failed with an exception.\n\nCould not determine the dependencies of task ':app:jacocoTestDebugReport'.\n> Task with path 'testDebug' not found in project ':app'.\n\nBUILD FAILED\n\nTotal time: 31.547 secs",
    ],
    ['unknown', 'compile', 'error: Panicked with "Input too large".'],
    ['unknown', 'compile', 'error: Uncaught PermissionDenied: read access to "./shop.ts", run again with a flag'],
    [
      'unknown',
      'test',
      'docker: Error response from daemon: failed: listen tcp 0.0.0.0:80: bind: address already in use.',
    ],
    ['unknown', 'install', 'error: Could not locate a manifest (shop.json) above the current directory.'],
  ])('is %s in step %s: %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });
});

describe('why a service did not serve', () => {
  it.each<[subReason: string, stage: Stage, output: string]>([
    [
      'network',
      'install',
      'WARNING: fetching https://example.org/main: temporary error (try again later)\nERROR: unable to select packages:\n  shop (no such package):',
    ],
    [
      'network',
      'compile',
      '[ERROR] Some problems were encountered while processing the POMs:\n[FATAL] Non-resolvable parent POM for org.shop:till:1.4.0: Could not transfer artifact org.shop:parent:pom:7 from/to forge: transfer failed for https://forge.example.org/parent-7.pom',
    ],
    ['network', 'test', '[shop] It seems that your shop instance is not running at: http://127.0.0.1:6006. Is it?'],
    [
      'credentials',
      'apply',
      'ERROR: Job failed: secrets is forbidden: User "shop" cannot create resource "secrets" in API group ""',
    ],
  ])('%s', (subReason, stage, output) => {
    expect(classify(stage, output)).toMatchObject({ failureClass: 'orchestration_error', subReason });
  });

  it.each<[subReason: string, output: string]>([
    ['rate_limited', 'Error: You have exhausted your capacity on this model.'],
    ['rate_limited', "You've hit your session limit, it resets at 5:10pm"],
  ])('%s by the provider of models', (subReason, output) => {
    expect(classify('llm', output)).toMatchObject({ failureClass: 'budget_exceeded', subReason });
  });
});

describe('tests that failed', () => {
  it.each<[names: string[], output: string]>([
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
  it.each<[place: [file: string | null, line: number | null, code: string | null], stage: Stage, output: string]>([
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
