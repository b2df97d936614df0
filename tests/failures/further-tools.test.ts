import { describe, expect, it } from 'vitest';

import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

type Row = [failureClass: FailureClass, stage: Stage, output: string];

describe('the class of what a tool says in words of its own', () => {
  it.each<Row>([
    ['timeout', 'test', '✖ Exited because no new tests completed within the last 5000ms of inactivity'],
    [
      'timeout',
      'test',
      'Browser 120 ERROR\n  Disconnected, because no message in 20000 ms.\nExecuted 3 of 9 DISCONNECTED',
    ],
    ['timeout', 'test', "Collector 'Watch' message: The specified inactivity time of 9 seconds has elapsed."],
    ['timeout', 'lint', 'level=error msg="Timeout exceeded: try it with more time"\nError: linter exit with code 4'],
    ['timeout', 'lint', '✖ Test Error: Checker timed out (20000ms)'],
    ['timeout', 'lint', "Task 'shop-1' status is 'IN_PROGRESS'\nCancelling nested steps due to timeout"],
    [
      'timeout',
      'push',
      '$ kubectl rollout status deployment shop\nerror: deployment "shop" exceeded its progress deadline',
    ],
    ['contract_violation', 'lint', '[Error]: API changes broke backward compatibility. A new version may be needed'],
    ['contract_violation', 'apply', 'Error: New storage layout is incompatible\n\nShop: Deleted `owner`'],
    ['contract_violation', 'test', 'Computer says no\n\nThere is no verified pact between Shop (1.0) and Till (2.0)'],
    [
      'contract_violation',
      'test',
      'Verifying a pact between Shop and Till\n  get it\n    has status code 200 (FAILED)\n\nFailures:\n\n1) Shop Given a cart - get it\n    expected 200 but was 404',
    ],
    [
      'contract_violation',
      'lint',
      '::warning file=src/shop.py,line=5,title=Shop.name::Attribute value was changed: `a` -> unset',
    ],
    [
      'contract_violation',
      'compile',
      "Compat.targets(69,5): error : MembersMustExist : Member 'Shop.Total(int)' does not exist in the implementation but it does exist in the contract. [shop.csproj]",
    ],
    ['contract_violation', 'lint', 'Functions changes summary: 0 Removed, 1 Changed, 0 Added functions'],
    ['contract_violation', 'lint', 'Error: Function has been removed. Symbol shopTotal from shop/core/total.h:57'],
    ['dependency_missing', 'install', 'ERROR: shop-c554fc1.tar.gz has wrong sha256 hash:\nERROR 404: Not Found.'],
    ['dependency_missing', 'compile', 'shop.zig.zon:8:21: error: hash mismatch: expected: 1220e1, found: 1220a2'],
    ['dependency_missing', 'install', 'Resolution failed for 2 modules:\n----------\n  org.shop:till_2.13:0.3.0'],
    ['dependency_missing', 'compile', "> Failed to find target with hash string 'android-99' in: /opt/sdk"],
    ['dependency_missing', 'compile', 'build.xml:18: Problem: failed to create task or type antlib:org.shop.ant:fetch'],
    ['compile_error', 'test', '❌ Could not import your test module. Open the browser for more.'],
    ['compile_error', 'lint', 'sample.rb:13: Method barr does not exist on A https://srb.help/7003'],
    ['compile_error', 'lint', 'nginx: [emerg] unknown directive "lisen 80" in /etc/nginx/conf.d/shop.conf:5'],
    [
      'compile_error',
      'test',
      'Running the tests failed.\n  Error in parse(text = lines, n = -1) :\n    testthat/test_shop.R:3:70: unexpected symbol\n  OK: 87 SKIPPED: 0 FAILED: 0',
    ],
    ['compile_error', 'compile', "ERROR: [Synth 8-439] module 'till' not found [rtl/shop.sv:92]"],
    ['compile_error', 'lint', 'src/Shop/Cart.agda:19,1-58\nUnsolved metas at the following locations:'],
    ['lint_error', 'compile', 'src/App.scala:5:5: error: [DisableSyntax.var] mutable state should be avoided'],
    ['lint_error', 'lint', 'Source input did not pass lint check.\n6/172 files require formatting.'],
    [
      'lint_error',
      'compile',
      'shop.detekt.BuildFailure: Build failed with 3 weighted issues (threshold defined was 0).',
    ],
    [
      'lint_error',
      'compile',
      '[ERROR] Failed to execute goal shop:check on project till: Signature errors found. Verify them',
    ],
    [
      'lint_error',
      'push',
      '✖   type must be one of [feat, fix] [type-enum]\n\n✖   found 1 problems\n\nhusky - commit-msg script failed (code 1)',
    ],
    ['lint_error', 'lint', 'FATAL   - SHOP-DI-0009: Use COPY instead of ADD in Dockerfile'],
    ['lint_error', 'lint', 'In ./shop line 19:\n  set -- $(stty size)\n         ^---------^ SC2046: Quote this.'],
    ['test_fail', 'test', "ERRO[0366] thresholds on metrics 'http_req_duration' have been crossed"],
    [
      'test_fail',
      'test',
      '[ERROR] Failed to execute goal shop:mutate on project till: Mutation score of 70 is below threshold of 71',
    ],
    ['test_fail', 'test', '09:42:21.012 [info] shop\nshop_tests: adds_up_test...*timed out*\nundefined'],
    ['unknown', 'install', 'ERROR run failed: Could not find the following tasks in project: generate:shop'],
    ['unknown', 'test', 'Error executing process > shop\n  Process `shop` terminated with an error exit status (137)'],
    [
      'unknown',
      'compile',
      '/usr/local/go/pkg/tool/linux_amd64/link: signal: killed\nmake: *** [all] Error 1\nERRO Failed to build Shop: failed to build images: exit status 2',
    ],
    [
      'unknown',
      'test',
      'APPLICATION FAILED TO START\n\nWeb server failed to start. Port 8080 was already in use.\n[INFO] BUILD FAILURE',
    ],
    [
      'unknown',
      'compile',
      'MavenReportException: Error while generating Javadoc:\nsrc/Shop.java:28: error: @param name not found',
    ],
    [
      'budget_exceeded',
      'llm',
      'Failed to parse the response: {"error":{"message":"More credits are required to run this request."}}',
    ],
  ])('is %s in step %s: %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });
});

describe('why a service did not serve', () => {
  it.each<[subReason: string, stage: Stage, output: string]>([
    ['credentials', 'install', 'Error: unable to retrieve auth token: invalid username/password'],
    ['credentials', 'push', '[ERROR] Failed to deploy artifacts: Return code is: 401, ReasonPhrase: Unauthorized.'],
    ['network', 'push', 'Get https://localhost:5000/v2/: http: server gave HTTP response to HTTPS client'],
    ['network', 'push', 'The connection to the server localhost:8080 was refused - is it the right host or port?'],
    ['service', 'lint', 'Caused by:\n  failed to get 200 response from `https://shop.example.org/1`, got 502'],
    ['forge', 'install', 'GitHub API limit (60 calls/hr) is exhausted, could not fetch the manifest.'],
  ])('%s', (subReason, stage, output) => {
    expect(classify(stage, output)).toMatchObject({ failureClass: 'orchestration_error', subReason });
  });
});

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
  ])('%j', (testNames, output) => {
    const { failureClass, context } = classify('test', output);
    expect(failureClass).toBe('test_fail');
    expect(context.testNames).toEqual(testNames);
  });
});

describe('the place and the code of a finding', () => {
  it.each<[place: [file: string | null, line: number | null, code: string | null], stage: Stage, output: string]>([
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
  ])('%j', ([file, line, code], stage, output) => {
    expect(classify(stage, output).context).toMatchObject({ file, line, code });
  });
});
