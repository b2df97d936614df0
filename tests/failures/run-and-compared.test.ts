import { describe, expect, it } from 'vitest';

import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

type Row = [failureClass: FailureClass, stage: Stage, output: string];

describe('a comparison of two versions', () => {
  it.each<[output: string]>([
    ['error: new world is not semver-compatible with the old one\n\nCaused by:\n    type mismatch for import `a:b/c`'],
    ['error - 1/912 headers appear _not_ to be backwards compatible'],
    ['ABI for libshop is not compatible - fix the version'],
    ['  (INCOMPATIBLE) This document changes what a client gets\nFiles checked: 1 (Passed: 0, Failed: 1)'],
    ['[error] shop: TASTy compatibility check against org.example:shop:1.4.0 found 1 potential problems'],
    ['queries/orders.sql: schema change breaks a query that runs today: column "name" does not exist'],
    ["src/PublicAPI.txt(41,1): error RS0017: Symbol 'Shop.Add' is part of the declared API, but is not public"],
    ['Version change does not match API changes\nOld version: 2.1.0\nExpected minimum version: 3.0.0'],
    ['Operation `shop#Close` was removed from service `Shop`'],
    ['api.go:248: features missing from the current API:\n\tpkg shop, method Add'],
  ])('says that the new one breaks the old one: %s', (output) => {
    expect(classify('contract', output).failureClass).toBe('contract_violation');
  });

  it.each<Row>([
    ['lint_error', 'lint', 'No breaking changes detected\nsrc/a.x:3:1: error: unused variable (no-unused)'],
    [
      'dependency_missing',
      'install',
      'warning: left-pad 2 is not backwards compatible\nerror: package `chalk` not found',
    ],
    ['unknown', 'contract', "ERROR: File 'a-1.9.0.jar' for the old version does not exist."],
    ['unknown', 'contract', "The path 'a-1.9.0.jar' does not point to an existing file."],
  ])('says nothing of the kind: %s in %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });
});

describe('a limit of time', () => {
  it.each<[stage: Stage, output: string]>([
    ['apply', '{"level":"fatal","msg":"timed out (300s) waiting for app \\"shop\\""}'],
    ['apply', 'ERROR: canceling statement due to statement timeout'],
    ['apply', 'Waiter StackCreateComplete failed: Max attempts exceeded'],
    ['apply', 'shop.exceptions.LockTimeout: Process 4127 has locked this database'],
    ['apply', 'ServerSelectionError: MongoServerSelectionError: Server selection timed out after 30000 ms'],
    ['apply', 'psql: error: connection to server at "db" (10.0.0.4), port 5432 failed: timeout expired'],
    ['install', '{:failed_connect, [{:inet, [:inet], :etimedout}]}'],
    ['apply', 'wait.go:66: 2025-01-20 14:03:14 +0000 UTC [debug] waits for 7 parts\nError: context deadline exceeded'],
  ])('ran out: %s: %s', (stage, output) => {
    expect(classify(stage, output).failureClass).toBe('timeout');
  });

  it.each<[stage: Stage, output: string]>([
    ['apply', 'node-c: dial tcp 10.0.0.13:10250: connection refused\nError: gave up waiting after 1m0s'],
    [
      'apply',
      'connect ECONNREFUSED 127.0.0.1:22, retrying\n[Waited 300 seconds for the host to become ready and gave up]',
    ],
    ['test', 'adb: device offline\nThe emulator has not finished booting after 600 s, giving up.'],
    ['install', 'curl: (28) Failed to connect to registry.example.org port 443 after 130404 ms'],
    ['lint', 'level=error msg="context loading failed: failed to load packages: context deadline exceeded"'],
  ])('ran out after what was tried again and again: %s: %s', (stage, output) => {
    expect(classify(stage, output).failureClass).toBe('timeout');
  });

  it('did not run out where a database refuses', () => {
    const output = 'psql: error: connection to server at "db" (10.0.0.4), port 5432 failed: Connection refused';
    expect(classify('apply', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'service' });
  });
});

describe('a program that ended in its middle', () => {
  it.each<[output: string]>([
    ['Fatal error: exception Not_found\nCalled from Shop.sum in file "src/shop.ml", line 88, characters 17-45'],
    ['shop: Prelude.!!: index too large\nCallStack (from HasCallStack):\n  error, called at src/Shop.hs:71:24 in shop'],
    ['report.awk:17: (FILENAME=sales.tsv FNR=402) fatal: division by zero attempted'],
    ['shop.errors.IndexError@source/shop.d(133): index [16] is out of bounds for array of length 16'],
    ['raised CONSTRAINT_ERROR : shop-plan.adb:88 range check failed'],
  ])('is no error of its text: %s', (output) => {
    expect(classify('apply', output).failureClass).toBe('unknown');
  });

  it('is one where it is compiled, and where the text does not parse', () => {
    const wrong = 'src/shop.x:88:4: error: unexpected token, a syntax error';
    expect(classify('apply', wrong).failureClass).toBe('compile_error');
    expect(classify('compile', 'src/shop.x:88:4: error: index out of range').failureClass).toBe('compile_error');
  });

  it('is not told by the line of the recipe that ran it', () => {
    const output = 'src/shop.c:3:5: error: expected an identifier\ngmake[2]: *** [build/shop.make:188: shop.o] Error 1';
    expect(classify('compile', output).context).toMatchObject({ file: 'src/shop.c', line: 3 });
  });
});

describe('a line that warns', () => {
  it.each<Row>([
    [
      'compile_error',
      'compile',
      '24/02/11 10:01:40 WARN NativeLoader: Unable to load native-shop library\nsrc/a.x:3:1: error: unexpected token',
    ],
    [
      'test_fail',
      'test',
      'dpkg: warning: files of package `libshop` missing\nFAIL tests/cart\n  ✗ adds up\n\nTests: 1 failed, 4 passed',
    ],
    [
      'unknown',
      'llm',
      '10:20:48 [main] WARN  Shop - rate limit hit once, retried\nError: the reply is no patch, but a refusal',
    ],
    ['test_fail', 'test', '3 packages have newer versions incompatible with dependency constraints.\nNo tests ran.'],
  ])('decides nothing beside one that fails: %s in %s: %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });

  it('decides where nothing else is said', () => {
    expect(classify('llm', 'WARN: rate limit reached for the model, 429').failureClass).toBe('budget_exceeded');
  });
});

describe('what is not there', () => {
  it.each<[name: string, output: string]>([
    ['rpmbuild', 'Cannot make it, the following external binaries need to be installed: rpmbuild'],
    ['libgpiod', "ERROR: Nothing PROVIDES 'libgpiod' (but shop.bb DEPENDS on it)"],
    ['polysemy', '  * polysemy needed, but no version is in the configuration'],
    ['org.example.Sdk', 'error: org.example.Sdk/x86_64/47 not installed'],
    ['BGRABitmapPack', 'Error: Broken dependency: BGRABitmapPack (>=11.5)'],
    ['Chrome', '❌  Chrome installation not found'],
    ['autoconf', 'Cannot find autoconf. Please check your autoconf installation and the settings.'],
    ['vint', 'xargs: vint: No such file or directory'],
    ['ODBC Driver 18', "[unixODBC]Can't open lib 'ODBC Driver 18' : file not found"],
    ['pulumi-shop', "error: no resource plugin 'pulumi-shop' found in the workspace"],
    ['psycopg2', 'shop.errors.NotReady: Error loading psycopg2 or psycopg module'],
    ['JDK', 'Detected JDK /usr/lib/jvm/java-11 is version 11.0.22 which is not in the allowed range [17,).'],
    ['esp32:esp32', "Error: Platform 'esp32:esp32' not found: platform not installed"],
  ])('is to be installed: %s', (name, output) => {
    expect(classify('compile', output)).toMatchObject({
      failureClass: 'dependency_missing',
      context: { package: name },
    });
  });

  it.each<Row>([
    ['unknown', 'compile', 'Buildfile: build.xml does not exist!\nBuild failed'],
    ['unknown', 'apply', 'ERROR: Validate failed\nMigration checksum mismatch for migration version 17'],
    ['unknown', 'lint', '[ERROR] The database schema is not in sync with the mapping.'],
    ['unknown', 'test', 'Error: The program size (67640 bytes) is greater than maximum allowed (65536 bytes)'],
    [
      'test_fail',
      'test',
      'branches covered ratio is 0.52, but expected minimum is 0.70\nCoverage checks have not been met.',
    ],
    ['unknown', 'compile', 'ERROR: failed to find target lint-all'],
    ['unknown', 'compile', "ERROR: Missing task 'PackDocs' in 'Build'. At shop.build.ps1:61"],
  ])('is nothing to be installed: %s in %s: %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });
});
