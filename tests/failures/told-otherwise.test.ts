import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('a check of what is installed', () => {
  it.each<[name: string, output: string]>([
    ['semver', 'semver: installed: 7.8.6, expected: ^6.3.0\nsome-thing: not installed!'],
    ['semver', 'semver 7.8.6 does not satisfy ^6.3.0'],
    ['node', 'node: 24.21.0\nWanted node version >= 26 (>=26.0.0)'],
    ['node', '✖ node: expected >=22, got 18.19.0\n\n1 engine requirement not met'],
    ['node', '✖ node version is incorrect! Expected 22.x but was 24.21.0.'],
    ['Node.js', '✖ Unsupported Node.js version: 24.1.0. Expected >=26'],
    ['Java', 'Java 21 or later required (found 17)'],
    ['lodash', '✖ lodash@^5.0.0 is required by shop but 4.17.21 is installed'],
    ['lodash', 'missing: lodash@^5.0.0, required by shop@1.0.0'],
    ['react', '❌ shop-ui requires react@^19, but the host provides 18.3.1'],
    ['requests', 'shop 1.0 requires requests, which is not installed.'],
    ['requests', 'shop 1.0 has requirement requests>=3, but you have requests 2.31.0.'],
    [
      'terraform',
      'Checking prerequisites...\n  git        2.43.0   ok\n  terraform  missing\nPlease install the missing tools.',
    ],
    ['protoc', 'Missing required tool: protoc'],
    ['left-padd', "'left-padd' is not in this registry."],
    ['com.google.guava:guava', 'Dependency convergence error for com.google.guava:guava:jar:31.0-jre paths are:'],
  ])('names what is missing or does not fit: %s', (name, output) => {
    expect(classify('install', output)).toMatchObject({
      failureClass: 'dependency_missing',
      context: { package: name },
    });
  });

  it('says that a lock is stale without a name', () => {
    for (const output of ['The shrinkwrap file is out of date.', 'Error: package-lock.json is out of date'])
      expect(classify('install', output).failureClass).toBe('dependency_missing');
  });

  it('is no assertion of a test', () => {
    const output = '✗ adds\n  AssertionError: expected 3 to be 4 // Object.is equality\n\n1 passed, 1 failed';
    expect(classify('test', output).failureClass).toBe('test_fail');
  });
});

describe('a loader', () => {
  it.each<[name: string, stage: Stage, output: string]>([
    [
      'Cro::HTTP',
      'compile',
      'Could not find Cro::HTTP in:\n    /build/project/lib\n    /usr/lib/x\nat /build/project/app.x:1',
    ],
    ['postgresql', 'test', 'java.sql.SQLException: No suitable driver found for jdbc:postgresql://127.0.0.1/shop'],
    ['GLIBC', 'test', "./app: /lib/libc.so.6: version `GLIBC_2.38' not found (required by ./app)"],
    ['alexandria', 'test', 'ASDF/FIND-COMPONENT:MISSING-COMPONENT: Component "alexandria" not found'],
    ['buildx', 'compile', "docker: 'buildx' is not a docker command.\nSee 'docker --help'"],
    ['typescript', 'compile', "Error: 'typescript' is a peer dependency and could not be found"],
    ['terser', 'compile', '[bundle] terser not found. It has become optional. You need to install it.'],
  ])('says what is to be installed: %s', (name, stage, output) => {
    expect(classify(stage, output)).toMatchObject({ failureClass: 'dependency_missing', context: { package: name } });
  });

  it('that only warns of its logger decides nothing', () => {
    const output =
      'SLF4J: Failed to load class "org.slf4j.impl.StaticLoggerBinder".\nException in thread "main" org.x.TransportException: http://127.0.0.1:9/shop.git: Connection time out: 127.0.0.1\n';
    expect(classify('apply', output).failureClass).toBe('timeout');
  });
});

describe('a limit of time', () => {
  it.each<[stage: Stage, output: string]>([
    ['test', 'Waiting for 127.0.0.1:46223....\nTimeout'],
    ['test', 'Gave up waiting for port 3000 after 30s'],
    ['test', 'server did not become ready within 30s, giving up'],
    ['test', '!!!!!!!! session-timeout: 2.0 sec exceeded !!!!!!!!\n===== 4 passed in 3.57s ====='],
    ['test', 'Task did not finish within 60 seconds'],
    ['test', 'Watchdog: no output for 10m, terminating'],
    ['compile', 'Error: build exceeded the maximum duration of 30m0s'],
    ['apply', 'Error: timeout of 3000ms exceeded'],
    ['llm', 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'],
  ])('is told in many ways, in the step %s: %s', (stage, output) => {
    expect(classify(stage, output).failureClass).toBe('timeout');
  });

  it('of one test is that of the test', () => {
    const output = '✓ opens\n✗ waits\n    Error: Timeout: server not reachable\n\n1 passed, 1 failed';
    expect(classify('test', output)).toMatchObject({ failureClass: 'test_fail', context: { testNames: ['waits'] } });
  });
});

describe('a step that was started wrongly', () => {
  it.each([
    'There is no script that can be resolved from "bild"',
    ' NX   Cannot find target "deploy" for project "@shop/order"',
    'Error: Alias "bench" specified on the command line is empty.\nIt is not defined in . or any of its descendants.',
    'No projects matched the filters in "/build/project"',
    'Parsing Error\n  Env var required but not provided: SHOP_DB_PATH',
    '❌ Invalid environment variables:\n  DATABASE_URL: Required',
    'Failed to load environment: missing DATABASE_URL',
    'environment variable "DATABASE_URL" should not be empty',
  ])('is of no class: %s', (output) => {
    expect(classify('compile', output).failureClass).toBe('unknown');
  });

  it('is not told by a constant of a program with its place', () => {
    expect(classify('compile', "src/a.c:3:5: error: 'MAX_SIZE' is undefined").failureClass).toBe('compile_error');
  });
});

describe('a published contract', () => {
  it.each<[stage: Stage, output: string]>([
    ['push', "package-check error\ntypes path doesn't exist in package.json"],
    ['test', 'Mock file "pacts/web.json" is not compatible with spec file "api/swagger.json"\n2 error(s)'],
    ['compile', "* What went wrong:\nExecution failed for task ':apiCheck'.\n> API check failed for project shop."],
  ])('is compared by tools that nobody knows, in the step %s', (stage, output) => {
    expect(classify(stage, output).failureClass).toBe('contract_violation');
  });
});
