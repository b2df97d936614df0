import { describe, expect, it } from 'vitest';

import type { ErrorContext, FailureClass } from '../../domain/failures/failure-class.ts';
import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

type Expected = Partial<ErrorContext> & { subReason?: string };

/** What a tool that nobody recorded would plausibly print, told without the tool's name. */
const outputs: readonly (readonly [Stage, FailureClass, Expected, string])[] = [
  [
    'test',
    'test_fail',
    { testNames: ['takes off'] },
    'TAP version 13\nok 1 - adds\nnot ok 2 - takes off\n  ---\n  operator: equal\n  expected: 90\n  actual: 95\n  at: Test.<anonymous> (/build/project/test/cart.js:9:5)\n  ...\n1..2',
  ],
  [
    'test',
    'test_fail',
    { testNames: ['cart: takes off'] },
    '[FAILED] cart: takes off (3 ms)\n         expected 90, got 95\n[PASSED] cart: adds (1 ms)',
  ],
  ['test', 'test_fail', {}, 'ERROR: Coverage threshold not met: 72% < 80%'],
  ['test', 'test_fail', {}, 'No tests found, exiting with code 1'],
  ['install', 'dependency_missing', {}, 'Lock file is out of date. Run "x lock" to update it.'],
  [
    'install',
    'orchestration_error',
    { subReason: 'network' },
    'error: failed to download index: error sending request for url (https://index.example.org/): dns error: failed to lookup address information',
  ],
  [
    'install',
    'orchestration_error',
    { subReason: 'service' },
    'error: failed to fetch https://index.example.org/config.json: HTTP status 502 Bad Gateway',
  ],
  ['install', 'timeout', {}, 'error: operation timed out while fetching https://index.example.org/config.json'],
  [
    'install',
    'orchestration_error',
    { subReason: 'credentials' },
    'error: authentication required for https://index.example.org/private (401 Unauthorized)',
  ],
  ['compile', 'dependency_missing', { package: 'foo-cli' }, '/bin/sh: 1: foo-cli: not found'],
  [
    'compile',
    'compile_error',
    { file: 'schema.prisma', line: 5 },
    'Error: Schema parsing\nerror: Type "Sting" is neither a built-in type, nor refers to another model\n  -->  schema.prisma:5\n   | \n 4 |   id Int @id\n 5 |   name Sting\n   | ',
  ],
  [
    'lint',
    'lint_error',
    { file: 'src/a.x', line: 3, code: 'no-foo' },
    'src/a.x\n  3:5  error  Foo is not allowed  no-foo\n\n✖ 1 problem',
  ],
  [
    'lint',
    'lint_error',
    { file: 'src/a.x', line: 3, code: 'X001' },
    'src/a.x:3:5: X001 foo is not allowed\nFound 1 error.',
  ],
  ['lint', 'lint_error', { file: 'src/a.x', line: 3 }, 'src/a.x:\n  line 3: foo is not allowed'],
  [
    'lint',
    'lint_error',
    { file: 'src/a.x', line: 3, code: 'no-foo' },
    'src/a.x:3:5 - warning no-foo: foo is not allowed\n\n1 warning found; failing because of --strict',
  ],
  ['lint', 'lint_error', { file: 'src/a.x' }, 'Error: The following files are not formatted:\n  src/a.x\n  src/b.x'],
  [
    'lint',
    'lint_error',
    { file: 'src/a.x', line: 3 },
    '[{"file":"src/a.x","line":3,"column":5,"rule":"no-foo","severity":"error","message":"foo"}]',
  ],
  [
    'lint',
    'lint_error',
    { file: 'src/a.x', line: 3 },
    '<?xml version="1.0"?>\n<checkstyle version="1.0">\n<file name="src/a.x">\n<error line="3" column="5" severity="error" message="foo" source="no-foo"/>\n</file>\n</checkstyle>',
  ],
  [
    'lint',
    'lint_error',
    { file: 'src/a.x', line: 3, code: 'no-foo' },
    '::error file=src/a.x,line=3,col=5,title=no-foo::foo is not allowed',
  ],
  [
    'contract',
    'contract_violation',
    {},
    '2 incompatible changes found\n✖ Type Order.total changed from Int! to String',
  ],
  [
    'contract',
    'contract_violation',
    {},
    'error: public API has changed; run update-api and commit the result\n-export function total(): number\n+export function total(): string',
  ],
  [
    'pr',
    'orchestration_error',
    { subReason: 'forge' },
    'GraphQL: No commits between main and feature (createPullRequest)',
  ],
  [
    'pr',
    'orchestration_error',
    { subReason: 'forge' },
    'error: POST https://forge.example/api/v1/repos/x/y/pulls: 422 Unprocessable Entity: pull request already exists',
  ],
  [
    'llm',
    'budget_exceeded',
    { subReason: 'context_exceeded' },
    'Error: 400 input length and max_tokens exceed context limit: 199999 + 8192 > 200000',
  ],
  [
    'llm',
    'budget_exceeded',
    { subReason: 'rate_limited' },
    'RateLimitError: 30 requests per minute allowed for this key. Try again in 12s.',
  ],
  ['test', 'unknown', {}, 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
  ['compile', 'unknown', {}, 'OSError: [Errno 28] No space left on device'],
  ['apply', 'unknown', {}, "error: unknown option '--frce'\nUsage: x [options]"],
  [
    'lint',
    'unknown',
    {},
    "Usage: foolint [OPTIONS] FILES...\nTry 'foolint --help' for help.\n\nError: No such option: --frob",
  ],
  [
    'compile',
    'unknown',
    {},
    "thread 'main' panicked at src/compiler.rs:30:5:\nindex out of bounds: the len is 3 but the index is 5\nnote: run with RUST_BACKTRACE=1",
  ],
  [
    'lint',
    'unknown',
    {},
    'Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/foolint/main.py", line 30, in main\n    run()\nRecursionError: maximum recursion depth exceeded',
  ],
  ['compile', 'unknown', {}, 'Segmentation fault (core dumped)'],
  ['compile', 'unknown', {}, 'Error: Environment variable not found: DATABASE_URL.'],
  ['compile', 'unknown', {}, 'Bundle size 312 kB exceeds the limit of 300 kB'],
  ['test', 'timeout', {}, 'Error: Timed out waiting for http://127.0.0.1:3000 after 30000ms'],
  ['compile', 'timeout', {}, 'ERROR: Job failed: execution took longer than 1h0m0s seconds'],
  ['test', 'timeout', {}, 'panic: test timed out after 10m0s\n\trunning tests:\n\t\tTestSlow (10m0s)'],
  [
    'install',
    'timeout',
    {},
    "ReadTimeoutError: HTTPSConnectionPool(host='x.example.org', port=443): Read timed out. (read timeout=15)",
  ],
  ['test', 'timeout', {}, 'Terminated'],
  [
    'test',
    'test_fail',
    { testNames: ['slow'] },
    '✓ fast\n✗ slow\n  Test timeout of 5000ms exceeded.\n\n1 failed, 1 passed',
  ],
  [
    'apply',
    'orchestration_error',
    { subReason: 'service' },
    'psycopg2.OperationalError: connection to server at "127.0.0.1", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
  ],
  [
    'apply',
    'orchestration_error',
    { subReason: 'service' },
    "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/run/mysqld/mysqld.sock' (2)",
  ],
  ['publish', 'orchestration_error', { subReason: 'network' }, 'ftp: connect: No route to host'],
  ['publish', 'orchestration_error', { subReason: 'network' }, 'Error: unable to verify the first certificate'],
  [
    'push',
    'orchestration_error',
    {},
    'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nfatal: the remote end hung up unexpectedly',
  ],
  [
    'apply',
    'orchestration_error',
    { subReason: 'git' },
    "git.exc.GitCommandError: Cmd('git') failed due to: exit code(1)\n  cmdline: git cherry-pick abc\n  stderr: 'error: could not apply abc... x'",
  ],
  ['apply', 'orchestration_error', {}, 'Patch is not applicable: hunk 2 of src/a.c failed'],
  ['pr', 'orchestration_error', { subReason: 'forge' }, 'ForgejoError: 404 page not found'],
  [
    'publish',
    'orchestration_error',
    {},
    'denied: requested access to the resource is denied\nunauthorized: authentication required',
  ],
  [
    'publish',
    'orchestration_error',
    {},
    'kex_exchange_identification: Connection closed by remote host\nConnection closed by 10.0.0.1 port 22',
  ],
  ['apply', 'orchestration_error', { subReason: 'git' }, "fatal: bad revision 'HEAD~9'"],
  ['llm', 'budget_exceeded', { subReason: 'money_out' }, 'Error: Your account has insufficient funds. Please top up.'],
  [
    'llm',
    'budget_exceeded',
    { subReason: 'output_truncated' },
    'Error: response was cut off: finish_reason=length (max_tokens reached)',
  ],
  [
    'llm',
    'budget_exceeded',
    { subReason: 'context_exceeded' },
    'ValidationException: Input is too long for requested model.',
  ],
  [
    'llm',
    'orchestration_error',
    { subReason: 'provider' },
    "Error: model 'gpt-9' does not exist or you do not have access to it.",
  ],
  ['llm', 'orchestration_error', { subReason: 'provider' }, 'overloaded_error: Overloaded'],
  ['llm', 'orchestration_error', { subReason: 'provider' }, 'ConnectError: [Errno 111] Connection refused'],
  [
    'llm',
    'budget_exceeded',
    { subReason: 'rate_limited' },
    '{"error":{"message":"Requests rate limit exceeded","type":"rate_limited","code":"1300"}}',
  ],
  ['llm', 'unknown', {}, 'Error: model returned no valid edits (expected a unified diff)'],
  [
    'compile',
    'dependency_missing',
    { package: 'zlib.h' },
    'a.c:1:10: fatal error: zlib.h: No such file or directory\n    1 | #include <zlib.h>',
  ],
  [
    'test',
    'dependency_missing',
    { package: 'chromium' },
    "Error: browserType.launch: Executable doesn't exist at /home/x/chromium-1/chrome",
  ],
  [
    'test',
    'dependency_missing',
    { package: 'acme-plugin' },
    'Error: Plugin "acme-plugin" was not found. Install it with: x plugin add acme-plugin',
  ],
  [
    'lint',
    'dependency_missing',
    { package: 'eslint-plugin-acme' },
    'ESLint couldn\'t find the plugin "eslint-plugin-acme".',
  ],
  [
    'compile',
    'dependency_missing',
    {},
    'error: this project requires Foo 3.2 or newer, but the installed version is 2.9',
  ],
  [
    'test',
    'dependency_missing',
    { package: 'ffmpeg' },
    'Error: spawn ffmpeg ENOENT\n    at ChildProcess._handle.onexit (node:internal/child_process:286:19)',
  ],
  [
    'test',
    'dependency_missing',
    { package: 'acme' },
    'ImportError: acme is required for this feature; pip install acme',
  ],
  ['lint', 'dependency_missing', { package: 'shellcheck' }, 'Could not find shellcheck in PATH. Please install it.'],
  [
    'install',
    'compile_error',
    { file: 'package.json' },
    "error: failed to parse package.json: expected ',' at line 3 column 5",
  ],
  ['compile', 'compile_error', { file: 'src/a.x' }, 'Cannot open source file "src/a.x": No such file or directory'],
];

describe('an output of a tool that is not named', () => {
  it.each(outputs)('of step %s is %s, with %j: %j', (stage, failureClass, ...[{ subReason, ...expected }, output]) => {
    const failure = classify(stage, output);
    expect(failure.failureClass).toBe(failureClass);
    if (subReason !== undefined) expect(failure.subReason).toBe(subReason);
    expect(failure.context).toMatchObject(expected);
  });
});
