import { describe, expect, it } from 'vitest';

import { readPlace } from '../../domain/failures/places.ts';
import { classify } from './classify.ts';

describe('a place', () => {
  it.each([
    ['src/a.ts:3:5: wrong', 'src/a.ts', 3, 5],
    ['src/a.ts(3,5): error X1: wrong', 'src/a.ts', 3, 5],
    ['  --> src/a.rs:3:5', 'src/a.rs', 3, 5],
    [' ——▶ justfile:3:5', 'justfile', 3, 5],
    ['   ╭─[ src/a.js:3:5 ]', 'src/a.js', 3, 5],
    ['  File "src/a.py", line 3, in total', 'src/a.py', 3, null],
    ['File "a.ml", line 3, characters 5-9:', 'a.ml', 3, 5],
    ['[ERROR] src/A.java:[3,5] wrong', 'src/A.java', 3, 5],
    ['wrong at src/a.pl line 3.', 'src/a.pl', 3, null],
    ['src/a.js: line 3, col 5, wrong', 'src/a.js', 3, 5],
    ['Parse error in "a.feature" (3:5): wrong', 'a.feature', 3, 5],
    ['wrong (from line 3 of requirements.in)', 'requirements.in', 3, null],
    ['conanfile.py (shop/None): Error in requirements() method, line 3', 'conanfile.py', 3, null],
    ['build.groovy: 3: wrong', 'build.groovy', 3, null],
    ["Unexpected keyword 'class' (src/a.js 3:5)", 'src/a.js', 3, 5],
    ['Dockerfile:3 wrong', 'Dockerfile', 3, null],
    ['src/a.ts:3,5: wrong', 'src/a.ts', 3, 5],
    ['at A.B() in /src/A.cs:line 3', '/src/A.cs', 3, null],
    ['src/a.ts L3:C5', 'src/a.ts', 3, 5],
    ['systemId: file:/src/a.xml; lineNumber: 3; columnNumber: 5; wrong', '/src/a.xml', 3, 5],
    ['[{file,"src/a.erl"},{line,3}]', 'src/a.erl', 3, null],
    ['src/a.c|3 col 5| wrong', 'src/a.c', 3, 5],
    ['wrong in src/a.tpl at line 3 column 5', 'src/a.tpl', 3, 5],
    ['src/a.ts, ln 3, col 5', 'src/a.ts', 3, 5],
    ['src/a.md [3:5] wrong', 'src/a.md', 3, 5],
    ['src/a.ts: (3,5) wrong', 'src/a.ts', 3, 5],
    ['src/a.ts - 3:5 wrong', 'src/a.ts', 3, 5],
    ['line 3, column 5 in src/a.yml', 'src/a.yml', 3, 5],
    ['path=src/a.ts line=3 column=5', 'src/a.ts', 3, 5],
    ['[string "src/a.lua"]:3: wrong', 'src/a.lua', 3, null],
    ['[3:5] src/a.ts: wrong', 'src/a.ts', 3, 5],
    ['wrong (3:5) in src/a.ts', 'src/a.ts', 3, 5],
    ['#0 /src/a.php(3): total()', '/src/a.php', 3, null],
    ['src/a.py:total:3: wrong', 'src/a.py', 3, null],
    ['tool: shop.1:3:5: wrong', 'shop.1', 3, 5],
    ['1) total (F) line: 3 src/a.cpp', 'src/a.cpp', 3, null],
  ] as const)('is read from %j', (words, file, ...[line, column]) => {
    expect(readPlace(words)).toEqual({ file, line, column });
  });

  it.each([
    '10:45:03 done',
    'https://example.org:443/x',
    'node 20.1.0: ready',
    '127.0.0.1:5432 refused',
    'CartTest.countsItems:10 wrong',
  ])('is not read from %j', (line) => {
    expect(readPlace(line)).toBeNull();
  });
});

describe('something that is not installed', () => {
  it.each([
    ["ERROR: Package 'zlib/1.3.1' not resolved: no remote", 'zlib'],
    ["Error: the role 'acme.nginx' was not found in roles", 'acme.nginx'],
    ['ERROR - The "macros" plugin is not installed', 'macros'],
    ["ERROR - Unrecognised theme name: 'material'", 'material'],
    ['error: Cannot resolve imported module `httpx`', 'httpx'],
    ["can't find package http_client", 'http_client'],
    ["api.pas(2,6) Fatal: Can't find unit fphttpclient used by api", 'fphttpclient'],
    ['Fatal Error: Cannot open module file ‘netcdf.mod’ for reading', 'netcdf'],
    ['ERROR: Please install mysql2 package manually', 'mysql2'],
    ['ERROR: Duplicated requirement: zlib/1.2', 'zlib'],
    ['configure: error: libnonesuch not found', 'libnonesuch'],
    ['Could not locate cheshire/core__init.class on classpath.', 'cheshire'],
    ['build.groovy: 1: unable to resolve class org.apache.commons.lang3.StringUtils', 'org.apache.commons.lang3'],
    ['Error: No versions of acme-core match the requirement', 'acme-core'],
    ['Cannot find the reporter. Try: npm install --save-dev acme-reporter', 'acme-reporter'],
    ["src/main.x:3:8: error: cannot find module 'acme-http'", 'acme-http'],
    ['CMake 4.99 or higher is required.  You are running version 3.25.1', 'CMake'],
    ['acme.toml requires zlib >= 1.99 (running zlib 1.2)', 'zlib'],
    ['Command failed with status (127): [acme-lint Dockerfile...]', 'acme-lint'],
    ['verifying acme/http@v1.6.0: checksum mismatch', 'acme/http'],
    ['failed to select a version for the requirement `itoa = "^99"`', 'itoa'],
    ['Could not resolve dependency: peer react@"^17.0.0" from old-lib@1.0.0', 'react'],
    ["There is no module named 'acme-http'", 'acme-http'],
    ['main.x:3: error: unresolved import `acme_http`', 'acme_http'],
    ["lib/main.x:1:in `require': cannot load such file -- acme_http (LoadError)", 'acme_http'],
    ['src/a.x:2:14: can\'t find include lib "acme/include/acme.h"', 'acme'],
    ['"acme-gen": executable file not found in $PATH', 'acme-gen'],
    ['./shop: libacme.so.3: cannot open shared object file: No such file or directory', 'libacme.so.3'],
    ['error: this tool is not supported by the following package:\n  acme@4.5.0 requires 1.74', 'acme'],
    ['Unchecked dependencies:\n* acme_json (deps/acme_json)\n  the dependency is not available', 'acme_json'],
  ] as const)('is named by %j', (line, name) => {
    const { failureClass, context } = classify('compile', line);
    expect(failureClass).toBe('dependency_missing');
    expect(context.package).toContain(name);
  });

  it.each([
    ['No package vibe-dx was found matching the dependency ~>1.0', 'vibe-dx'],
    ['guix install: error: nonesuch: unknown package', 'nonesuch'],
    ['[!] Unable to find a specification for `Nonesuch`', 'Nonesuch'],
    ['  * nonesuch needed, but no version is in the configuration', 'nonesuch'],
    ['can\'t get a valid version for 1 subchart(s): "redis" (repository x)', 'redis'],
    ['I cannot find a package named:\n\n    elm/nonesuch\n', 'elm/nonesuch'],
    ['Failed to resolve kemall, no such repository', 'kemall'],
    ['GET https://registry.example.org/acme-core: 404 Not Found', 'acme-core'],
  ] as const)('is named by a package manager as %j', (output, name) => {
    const { failureClass, context } = classify('install', output);
    expect(failureClass).toBe('dependency_missing');
    expect(context.package).toBe(name);
  });

  it('is no file of the project, which nobody can install', () => {
    expect(classify('compile', "src/main.x:3:8: error: cannot find module './total'")).toMatchObject({
      failureClass: 'compile_error',
      context: { file: 'src/main.x', line: 3 },
    });
  });

  it('is not what a linter repeats of an image', () => {
    const output = 'File:   Dockerfile\nIssues: 1\n\nLine 2: RUN apt-get install curl\n  Missing parameter\n';
    expect(classify('lint', output)).toMatchObject({
      failureClass: 'lint_error',
      context: { file: 'Dockerfile', line: 2 },
    });
  });

  it('is not what a linter says of the dependencies of a hook', () => {
    const output = "src/a.tsx\n  3:5  warning  React Hook useEffect has a missing dependency: 'id'  hooks/deps\n";
    expect(classify('lint', `${output}\n✖ 1 problem (0 errors, 1 warning)`).failureClass).toBe('lint_error');
  });

  it('is not what a package manager says of a newer version of itself', () => {
    const output = '✗ adds up\nTests: 1 failed, 2 passed\nnpm notice To update run: npm install -g npm@12.0.0\n';
    expect(classify('test', output).failureClass).toBe('test_fail');
  });

  it('is a matter of the network where the registry could not be reached', () => {
    const output = 'connect ECONNREFUSED 127.0.0.1:4873\nError: Package acme-core was not found\n';
    expect(classify('install', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'network' });
  });
});

describe('tests of a runner that nobody wrote rules for', () => {
  it.each([
    ['Failed tests:\n\n  1) cart rounds to cents\n  2) cart adds up\n', ['cart rounds to cents', 'cart adds up']],
    ['Errored scenarios:\n  features/cart.feature:3  Add an item\n', ['Add an item']],
    ['test_adds ...      [OK]\ntest_discount ...      [FAIL]\n', ['test_discount']],
    [' PASS  adds prices    50%\n FAIL  takes the discount off   100%\n', ['takes the discount off']],
    ['├─ CartTest ✔\n│  └─ takesDiscountOff() ✘ expected 90\n', ['takesDiscountOff()']],
    ['[       OK ] adds\n[  FAILED  ] takes_off\n[  FAILED  ] 1 test(s), listed below:\n', ['takes_off']],
    ['✓ adds (2 ms)\n✗ connects to the shop (5 ms)\n', ['connects to the shop']],
    ['(pass) adds [1ms]\n(fail) drains the queue [300ms]\n 1 fail\n', ['drains the queue']],
    ['  ✘  1 tests/a.spec.js:3:1 › adds (20ms)\n  1 failed\n', ['adds']],
    ['  1) Failure:\nOrderTest#test_total [test/order_test.rb:5]:\nExpected: 3\n', ['OrderTest#test_total']],
    ['1 failing\n\n  1) cart\n       takes off:\n     Error: expected 90\n', ['cart takes off']],
    ["Test case 'CartTests.testTakesOff' failed (0.002 seconds)\n", ['CartTests.testTakesOff']],
    ['1/2 shop:parses OK   0.02s\n2/2 shop:counts errors FAIL   0.01s  exit status 3\n', ['shop:counts errors']],
    ['FAILED tests/test_a.py::test_total - assert 90 == 80\n', ['test_total']],
    ['=== FAIL: shop TestTotal (0.00s)\n    a_test.go:6: want 90\n', ['TestTotal']],
    [
      '  Scenario: Take off   # features/a.feature:6\n--- Failed scenarios:\n\n    features/a.feature:6\n',
      ['Take off'],
    ],
    [
      'Failed tests:\n1) cart adds up\ncart.x:6: expected 4\n2) cart rounds\ncart.x:9: expected 1\n',
      ['cart adds up', 'cart rounds'],
    ],
    ['#1 starts empty: PASS\n#2 adds up: FAIL (3 != 4)\n', ['adds up']],
    ['  - adds up [FAILED]\n    tests/cart.x:4 expected 4\n  - starts empty [OK]\n', ['adds up']],
    ['FAILURE: adds up (tests/cart.x:4)\n  3 != 4\nOK: starts empty\n', ['adds up']],
    ['    ⨯ adds up\n      3 != 4\n    ✓ starts empty\n', ['adds up']],
    ['FAIL\tadds-up\ttests/cart.x:4: 3 != 4\nPASS\tempty\n', ['adds-up']],
    ['Failed test: adds up\n   tests/cart.x:4 3 != 4\n', ['adds up']],
    ['test: adds up\n  result: fail\n  reason: 3 is not 4\n', ['adds up']],
    ['TEST adds up\n  tests/cart.x:4: assertion failed\nFAILED\nTEST starts empty\nOK\n', ['adds up']],
    ['Test "waits" timed out after 300 ms\n', ['waits']],
    ['cart > adds up:\n3\n  should equal\n4\n    at tests/cart.js:5:14\n', ['cart > adds up']],
    ['# adds up\nnot ok 1 should equal\n  ---\n  operator: equal\n  ...\n1..1\n', ['adds up > should equal']],
    ['FAIL: total.steps:2: no match for 4\n', ['total.steps']],
    [
      '  1) test adds up (CartTest)\n     x/cart.x:4\n     left:  3\n     right: 4\n\n2 tests, 1 failure\n',
      ['test adds up'],
    ],
    ['!!!FAILURES!!!\n1) test: Cart::addsUp (F) line: 4 cart.x\nexpected 3 to equal 4\n', ['Cart::addsUp']],
    ['=====\nERROR: test_add (a.CartTest)\n-----\nTraceback (x):\n  File "a.py", line 4\n', ['test_add (a.CartTest)']],
    ['── Failure (cart.x:4): adds up ──────\nsum is not equal to 4\n', ['adds up']],
    ['Failure -> spec/cart.x @ 2\ncart adds up\nspec/cart.x:3: expected 4\n', ['cart adds up']],
    ['cart.x:4:test_adds:FAIL: Expected 4 Was 3\n', ['test_adds']],
    ['cart.x(4): error: in "cart/adds": check 3 == 4 has failed\n', ['cart/adds']],
    ['cart.x:4: Failure: Cart -> adds_up \n\tExpected 3 to equal 4\n', ['adds_up']],
    ['Running: adds up\ncart.x:4: CHECK( 3 == 4 ) failed\n', ['adds up']],
    [
      `${'-'.repeat(30)}\ncart adds\n${'-'.repeat(30)}\ncart.x:3\n\ncart.x:4: FAILED:\n  CHECK( 3 == 4 )\n`,
      ['cart adds'],
    ],
    ['test_adds\nASSERT:expected:<4> but was:<3>\n', ['test_adds']],
    ['assert cart.x:4\n test: cart.adds_up\n left: 3\n', ['cart.adds_up']],
    ['Cart\n  9  - adds up\n       expected 4, but got 3.\n', ['adds up']],
    ['  + starts empty\n  x adds up\n', ['adds up']],
    ['✖ adds up\n  ✖ cart\n✓ starts empty\n', ['adds up', 'cart']],
    ['    ✖ adds up\n  ✖ cart\n  ✓ starts empty\n', ['adds up']],
    ['Chrome 119.0 (Linux x86) Cart adds up FAILED\n    expected 3 to be 4\n', ['Cart adds up']],
    ['[1/2] cart:adds_up ..**FAILED (0.000 sec)\n', ['cart:adds_up']],
  ] as const)('are named by %j', (output, names) => {
    const { failureClass, context } = classify('test', output);
    expect(failureClass).toBe('test_fail');
    expect(context.testNames).toEqual(names);
  });
});

describe('the answer of a server', () => {
  const answer = 'acme.SDKError: API error occurred: Status 429. Body: {"message": "Slow down"}';
  it.each([
    ['llm', answer, 'budget_exceeded', 'rate_limited'],
    ['llm', answer.replace('429', '503'), 'orchestration_error', 'provider'],
    ['llm', answer.replace('429', '402'), 'budget_exceeded', 'money_out'],
    ['llm', 'Error: account balance is too low to make this request', 'budget_exceeded', 'money_out'],
    ['llm', 'Too many tokens per day, please wait', 'budget_exceeded', 'rate_limited'],
    ['llm', 'The output is incomplete due to a max_tokens length limit.', 'budget_exceeded', 'output_truncated'],
    [
      'llm',
      'Error: This model supports at most 8192 tokens, however you asked for 9000',
      'budget_exceeded',
      'context_exceeded',
    ],
    ['publish', 'acme: there are uncommitted changes: the working tree is dirty', 'orchestration_error', 'git'],
    ['publish', 'acme: token has expired', 'orchestration_error', 'credentials'],
    ['pr', 'acme.ServerError: 502 Server Error', 'orchestration_error', 'forge'],
    ['publish', 'AcmeError: Request failed with status code 502', 'orchestration_error', 'service'],
    ['publish', 'AcmeError: Request failed with status code 403', 'orchestration_error', 'credentials'],
  ] as const)('means in a step %s: %j', (stage, output, ...[failureClass, subReason]) => {
    expect(classify(stage, output)).toMatchObject({ failureClass, subReason });
  });

  it('is not the table of all answers that a client knows', () => {
    const output = "AcmeError: connect ECONNREFUSED 127.0.0.1:80\n    '408': 'Request Timeout',\n    'ETIMEDOUT',\n";
    expect(classify('publish', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'network' });
  });
});

describe('a finding of a linter that nobody wrote rules for', () => {
  it.each([
    ['src/a.x\n  3:5  error  Foo is not allowed  no-foo\n', 'no-foo'],
    ['src/a.x:3:5: X001 foo is not allowed\n', 'X001'],
    ['src/a.x:3:5 - warning no-foo: foo is not allowed\n', 'no-foo'],
    ['[src/a.x:3] - G304 (CWE-22): foo is not allowed\n', 'G304'],
    ['src/a.x:3:5\n[W] Lint/NoFoo: foo is not allowed\n', 'Lint/NoFoo'],
    ['Check: CKV_AWS_18: "No foo"\n\tFAILED for resource: foo\n\tFile: src/a.x:3-5\n', 'CKV_AWS_18'],
    ['src/a.x:3:5: foo is not allowed [Error/eslint(no-foo)]\n', 'no-foo'],
    ['src/a.x\n3:5-3:8 warning foo is not allowed no-foo remark-lint\n', 'no-foo'],
    ['src/a.x:1:1\nERROR: 3:5  no-foo  foo is not allowed\n', 'no-foo'],
    ['src/a.x:\n  line 3: foo is not allowed\n', null],
  ] as const)('has its place and its rule: %j', (output, code) => {
    const { failureClass, context } = classify('lint', output);
    expect(failureClass).toBe('lint_error');
    expect(context).toMatchObject({ file: 'src/a.x', line: 3, code });
  });

  it.each([
    'Formatting check failed, these files are not formatted:\n  src/a.x\n',
    '[warn] src/a.x\n[warn] Code style issues found in the above file.\n',
    '   1) src/a.x (braces, single_quote)\n\nFound 1 of 3 files that can be fixed in 0.012 seconds\n',
    'from /build/project/src/a.x:\n\nerror: Found 1 not formatted file in 1 file\n',
  ])('has its file where files are listed: %j', (output) => {
    expect(classify('lint', output).context.file).toMatch(/src\/a\.x$/);
  });
});

describe('an error that a program names itself', () => {
  const told = 'NameError: variable @rde is undefined in src/a.less on line 3, column 10:';

  it('is about the text that it was given', () => {
    expect(classify('compile', `${told}\n3   color: @rde;\n`)).toMatchObject({
      failureClass: 'compile_error',
      context: { file: 'src/a.less', line: 3 },
    });
  });

  it('is its own where a stack follows', () => {
    const own = 'RunError: the total of no rows was asked for in src/a.js on line 3, column 10:';
    expect(classify('compile', `${own}\n    at run (src/a.js:3:5)\n`).failureClass).toBe('unknown');
  });

  it('is one of a linter that cannot read its settings', () => {
    const output = "ValueError: Error code 'x!' supplied to 'ignore' option does not match '^[A-Z]$'";
    expect(classify('lint', output).failureClass).toBe('lint_error');
  });
});

describe('what a comparison of contracts says of a place', () => {
  it.each(['Field "2" changed type from "int32" to "string".', 'Previously present field "2" was deleted.'])(
    'is a break of the contract: %s',
    (words) => {
      const output = `shop/v1/order.acme:5:1: ${words}\n`;
      expect(classify('contract', output)).toMatchObject({ failureClass: 'contract_violation', context: { line: 5 } });
    },
  );
});
