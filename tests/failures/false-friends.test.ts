import { describe, expect, it } from 'vitest';

import { classify } from './classify.ts';

const failingTest = [
  '✖ failing tests:',
  '',
  'test at a.test.js:4:1',
  '✖ adds up (0.3214ms)',
  '  Error: expected 2',
  '      at TestContext.<anonymous> (file:///srv/sample/a.test.js:5:9)',
].join('\n');

describe('words that only look like a failure', () => {
  it.each([
    ['compile', '✓ types\n✗ bundle\n\nsrc/a.ts(3,5): error TS2322: Type "digital" is not assignable.', 'compile_error'],
    ['lint', '✓ src/a.x\n✗ src/b.x\n    3:5 foo is not allowed\n', 'lint_error'],
    ['test', 'digital legitimate: waiting for capacity, 0 errors, no timeout', 'unknown'],
    ['compile', 'Compiled tests/timeout/rate-limit.ts with 0 errors', 'unknown'],
    [
      'lint',
      'src/a.js\n  3:5  error  no waiting without a limit  no-timeout\n\n✖ 1 problem (1 error, 0 warnings)',
      'lint_error',
    ],
    ['compile', 'tests/no-timeout/test.ts(3,5): error TS2322: Type "digital" is not assignable.', 'compile_error'],
    ['test', `connect ECONNREFUSED 127.0.0.1:1\nerror TS1005: ';' expected.\n${failingTest}`, 'test_fail'],
    [
      'test',
      `Verifying a pact between Shop and Till\n  has status code 200 (OK)\ninfo: Beginning Dredd testing...\npass: GET /carts\n${failingTest}`,
      'test_fail',
    ],
    [
      'test',
      `Could not transfer artifact org.shop:till:pom:7: Read timed out, trying again\n${failingTest}`,
      'test_fail',
    ],
    ['test', `cart cleared after timeout exceeded.\n${failingTest}`, 'test_fail'],
    ['test', `============ no tests ran in 0.01s ============`, 'test_fail'],
    ['test', `npm warn retry attempt 1 failed with ETIMEDOUT\nadded 3 packages\n${failingTest}`, 'test_fail'],
    ['test', `stdout | a.test.ts > logs\nError: Cannot find module 'left-pad'\n\n${failingTest}`, 'test_fail'],
    [
      'test',
      `=== RUN   TestLog\nx.go:3:5: undefined: y\n--- PASS: TestLog (0.00s)\n--- FAIL: TestSum (0.00s)\nFAIL\tx\t0.1s`,
      'test_fail',
    ],
    [
      'lint',
      'diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n+raise ModuleNotFoundError("No module named \'foo\'")\nwould reformat x.py',
      'lint_error',
    ],
    [
      'compile',
      'error[E0308]: mismatched types\n --> src/a.rs:2:3\n  |\n2 |     log("Cannot find module \'x\'");\n',
      'compile_error',
    ],
    ['test', 'login: page 404: user: not found', 'unknown'],
    ['acceptance', 'expected 1, got 2', 'unknown'],
    ['compile', 'Error: Test files are not compiled here\nsrc/a.ts(3,5): error TS2322: Type "x".', 'compile_error'],
    ['compile', '1) src/a.x: error: unknown name `total`\nsrc/a.x:3:5: error: unknown name `total`', 'compile_error'],
    ['compile', '> Task :compile FAILED\n    src/a.ts(3,5): error TS2322: Type "x".', 'compile_error'],
    ['lint', 'src/a.x\n  ✗ 3:5 no module named total is documented\n', 'lint_error'],
    ['apply', 'error Command "deploy" not found.', 'unknown'],
    [
      'compile',
      '  compiling cart ... ok\n  linking cart ... FAILED\nsrc/a.c:3:5: error: x undeclared',
      'compile_error',
    ],
  ] as const)('decide nothing: %s, %j is %s', (stage, output, failureClass) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });

  it('of a budget are about money of models only', () => {
    expect(classify('compile', 'Error: bundle exceeded maximum budget. Rate limit reached.').failureClass).not.toBe(
      'budget_exceeded',
    );
    expect(classify('pr', 'HTTP 403: API rate limit exceeded (https://api.github.com/graphql)')).toMatchObject({
      failureClass: 'orchestration_error',
      subReason: 'forge',
    });
  });
});

describe('a client that gave up', () => {
  it.each([
    ['AcmeError: Headers Timeout Error\n    at run (src/a.js:3:5)\n', 'timeout', null],
    ["AcmeError: fetch failed {\n  code: 'ACME_ERR_BODY_TIMEOUT'\n}", 'timeout', null],
    ['Error: timeout expired\n    at run (src/a.js:3:5)\n', 'timeout', null],
    [
      'AcmeException: Connection to shop:5432 refused. Check the port.\n    at run (src/a.js:3:5)\n',
      'orchestration_error',
      'network',
    ],
    ['acme: no servers available for connection', 'orchestration_error', 'network'],
    ["bind: Can't contact LDAP server (-1)", 'orchestration_error', 'service'],
    ['Error: Error acquiring the state lock', 'orchestration_error', 'service'],
  ] as const)('says so and blames no program: %j', (output, ...[failureClass, subReason]) => {
    expect(classify('apply', output)).toMatchObject({ failureClass, subReason });
  });
});

describe('words that only look like the name of a test', () => {
  it.each([
    'FAIL  tests/cart\n  ✗ adds up\n  ✓ starts empty\n',
    '✗ adds up\n✓ starts empty\n✗ Failed      1\n✓ Passed      1\n',
    'Error: Test timed out in 150 ms.\n✗ adds up\n✓ starts empty\n',
    'FAILED: Cases: 2  Failures: 1\n✗ adds up\n✓ starts empty\n',
    '--- Failed scenarios:\n✗ adds up\n✓ starts empty\n',
    'Failed 1/2 subtests\n✗ adds up\n✓ starts empty\n',
    '✗ adds up\n  [FAILED] Expected\n      3\n✓ starts empty\n',
  ])('name none: %j', (output) => {
    expect(classify('test', output)).toMatchObject({ failureClass: 'test_fail', context: { testNames: ['adds up'] } });
  });
});

describe('how a step ended', () => {
  it('is timeout when it was stopped, whatever it printed, and shows the end of that', () => {
    const output = 'src/a.ts(1,2): error TS1005: expected.\nstill working';
    for (const ended of [{ timedOut: true, exitCode: null }, { exitCode: 124 }]) {
      const failure = classify('test', output, ended);
      expect(failure).toMatchObject({ failureClass: 'timeout', confidence: 1 });
      expect(failure.context.excerpt).toContain('still working');
    }
  });

  it('decides alone where nothing was printed: then nothing is known', () => {
    for (const stage of ['compile', 'lint', 'test', 'install'] as const) {
      expect(classify(stage, '')).toMatchObject({ failureClass: 'unknown', rule: 'text:nothing-known' });
    }
    expect(classify('test', '', { exitCode: 137 }).failureClass).toBe('unknown');
    expect(classify('test', '', { exitCode: 127 }).failureClass).toBe('dependency_missing');
  });

  it('is decided by a typed cause before any text', () => {
    const failure = classify('edit', 'error TS1: x', { cause: 'provider-money-out' });
    expect(failure).toMatchObject({
      failureClass: 'budget_exceeded',
      subReason: 'money_out',
      rule: 'typed:provider-money-out',
    });
  });
});
