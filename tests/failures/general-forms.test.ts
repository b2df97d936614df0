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
  ] as const)('is read from %j', (words, file, ...[line, column]) => {
    expect(readPlace(words)).toEqual({ file, line, column });
  });

  it.each(['10:45:03 done', 'https://example.org:443/x', 'node 20.1.0: ready', '127.0.0.1:5432 refused'])(
    'is not read from %j',
    (line) => {
      expect(readPlace(line)).toBeNull();
    },
  );
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
  ] as const)('is named by %j', (line, name) => {
    const { failureClass, context } = classify('compile', line);
    expect(failureClass).toBe('dependency_missing');
    expect(context.package).toContain(name);
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
