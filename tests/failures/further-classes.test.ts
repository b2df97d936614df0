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
    ['credentials', 'install', 'Error: unable to retrieve auth token: invalid username/password'],
    ['credentials', 'push', '[ERROR] Failed to deploy artifacts: Return code is: 401, ReasonPhrase: Unauthorized.'],
    ['network', 'push', 'Get https://localhost:5000/v2/: http: server gave HTTP response to HTTPS client'],
    ['network', 'push', 'The connection to the server localhost:8080 was refused - is it the right host or port?'],
    ['service', 'lint', 'Caused by:\n  failed to get 200 response from `https://shop.example.org/1`, got 502'],
    ['forge', 'install', 'GitHub API limit (60 calls/hr) is exhausted, could not fetch the manifest.'],
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
