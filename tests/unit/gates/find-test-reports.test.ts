import { describe, expect, it } from 'vitest';

import { findGates } from '../../../domain/gates/find-gates.ts';
import type { Gate } from '../../../domain/gates/gate.ts';

function gatesOf(files: Record<string, string>): Gate[] {
  return findGates({ paths: new Set(Object.keys(files)), read: (name) => files[name] });
}

const manifest = (value: object) => JSON.stringify(value);
const vitestPackage = manifest({ scripts: { test: 'vitest run' }, devDependencies: { vitest: '4' } });

describe('what a gate runs instead of its command', () => {
  const reporting = (test: string, files: Record<string, string> = {}) =>
    gatesOf({ 'package.json': manifest({ scripts: { test } }), ...files }).find(({ kind }) => kind === 'test');

  it('makes the runner of a script write a report', () => {
    expect(reporting('tsc -b && vitest run')).toMatchObject({
      reportingCommand: 'npm run test -- --reporter=default --reporter=json --outputFile.json="$RATCHET_REPORT"',
      reportFormat: 'jest-json',
    });
    expect(reporting('TZ=UTC jest')?.reportingCommand).toBe('npm run test -- --json --outputFile="$RATCHET_REPORT"');
    expect(reporting('node --import tsx --test src/')).toMatchObject({ reportFormat: 'junit' });
    expect(reporting('node --test')?.reportingCommand).toContain(
      '--test-reporter-destination=\\"$RATCHET_REPORT\\"" npm run test',
    );
  });

  it.each([
    'vitest run && echo done',
    'vitest run # all',
    'vitest watch',
    'vitest run --outputFile=a.json',
    'node --test --test-reporter=tap',
    'node --test a && node --test b',
    'node test.js',
    'mocha',
    'npm test --workspaces',
  ])('is nothing where a report cannot be asked for: %s', (script) => {
    expect(reporting(script)).not.toHaveProperty('reportingCommand');
  });

  it('hands arguments on as the manager wants them, and brings a manager that the machine may not have', () => {
    const gate = reporting('vitest run', { 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" });
    expect(gate?.command).toBe('pnpm run test');
    expect(gate?.reportingCommand).toMatch(/; pnpm run test --reporter=default /);
    const installs = (files: Record<string, string>) =>
      gatesOf({ 'package.json': vitestPackage, ...files }).find(({ kind }) => kind === 'install');
    expect(installs({ 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" })?.reportingCommand).toContain(' pnpm@8 ');
    expect(installs({ 'yarn.lock': '', '.yarnrc.yml': '' })).toMatchObject({ command: 'yarn install --immutable' });
    const pinned = manifest({
      packageManager: 'pnpm@9.12.3+sha512.ab',
      scripts: { test: 'a' },
      dependencies: { a: '1' },
    });
    const commands = gatesOf({ 'package.json': pinned, 'pnpm-lock.yaml': '' }).map((one) => one.reportingCommand);
    expect(commands[0]).toContain(' pnpm@9.12.3 ');
  });
});

describe('the tests of workspace packages', () => {
  const nodeTest = manifest({ scripts: { test: 'node --test' } });
  const testOf = (fields: object, files: Record<string, string>) =>
    gatesOf({ 'package.json': manifest({ workspaces: ['packages/*'], ...fields }), ...files }).find(
      ({ kind }) => kind === 'test',
    );
  const two = { 'packages/a/package.json': nodeTest, 'packages/b/package.json': nodeTest };

  it('run one after another, each with a report of its own, and the exit code of one that fails stays', () => {
    const gate = testOf({}, two);
    expect(gate).toMatchObject({ reportFormat: 'junit', packageFolders: ['packages/a', 'packages/b'] });
    expect(gate?.reportingCommand).toMatch(
      /^ratchet_status=0; \(cd packages\/a && export RATCHET_REPORT="\$RATCHET_REPORT\.1" .* npm run test\) \|\| ratchet_status=\$\?; \(cd packages\/b .* exit \$ratchet_status$/,
    );
    expect(gate?.coverage).toMatchObject({ format: 'v8' });
  });

  it('do so also behind a script of the top folder that runs them all', () => {
    for (const test of ['npm test --workspaces --if-present', 'npm run test -ws', 'npm --workspaces run test']) {
      expect(testOf({ scripts: { test } }, two)).toMatchObject({
        command: 'npm run test',
        packageFolders: ['packages/a', 'packages/b'],
      });
    }
    expect(testOf({ scripts: { test: 'turbo run test' } }, two)).not.toHaveProperty('packageFolders');
  });

  it('run together, without names, where not all have the same kind of runner', () => {
    const jest = manifest({ scripts: { test: 'jest' }, devDependencies: { jest: '29' } });
    const gate = testOf({}, { ...two, 'packages/c/package.json': jest });
    expect(gate).not.toHaveProperty('reportFormat');
    expect(gate?.coverage).toEqual({
      command: 'NODE_V8_COVERAGE="$RATCHET_COVERAGE" npm run test --workspaces --if-present',
      format: 'v8',
    });
    const other = manifest({ scripts: { test: 'make check' } });
    expect(testOf({}, { ...two, 'packages/c/package.json': other })).not.toHaveProperty('reportFormat');
  });

  it('run only where the script is, with a manager that fails where it is not', () => {
    const files = { ...two, 'packages/c/package.json': manifest({ name: 'c' }), 'yarn.lock': '' };
    expect(testOf({}, files)?.command).toBe('(cd packages/a && yarn run test) && (cd packages/b && yarn run test)');
    expect(testOf({}, { ...two, 'yarn.lock': '' })?.command).toBe('yarn workspaces run test');
    expect(testOf({}, { ...files, '.yarnrc.yml': '' })?.command).toBe('yarn workspaces foreach -A run test');
  });

  it('never run what the name of a folder says', () => {
    const gate = testOf({}, { "packages/a'; touch x; '/package.json": nodeTest });
    expect(gate?.reportingCommand).toContain(String.raw`(cd 'packages/a'\''; touch x; '\''' && `);
  });
});

describe('the lines that tests run through', () => {
  const covered = (scripts: object, devDependencies: object = {}) =>
    gatesOf({ 'package.json': manifest({ scripts, devDependencies }) }).find(({ kind }) => kind === 'test')?.coverage;

  it("are told by Node itself where it runs the code as it is, with no option of the runner's own", () => {
    const coverage = covered({ test: 'node --test' });
    expect(coverage?.format).toBe('v8');
    expect(coverage?.command).toMatch(/^NODE_V8_COVERAGE="\$RATCHET_COVERAGE" NODE_OPTIONS=.* npm run test$/);
    expect(covered({ test: 'mocha' })).toEqual({
      command: 'NODE_V8_COVERAGE="$RATCHET_COVERAGE" npm run test',
      format: 'v8',
    });
    expect(covered({ test: 'playwright test' })).toBeUndefined();
  });

  it('are told by Jest, and by Vitest where what it needs for it is installed', () => {
    expect(covered({ test: 'jest' })).toMatchObject({ format: 'lcov' });
    expect(covered({ test: 'jest' })?.command).toContain('--coverageDirectory="$RATCHET_COVERAGE"');
    expect(covered({ test: 'vitest run' }, { vitest: '4' })).toBeUndefined();
    const istanbul = covered({ test: 'vitest run' }, { vitest: '4', '@vitest/coverage-istanbul': '4' });
    expect(istanbul?.command).toMatch(
      /--coverage\.reportsDirectory="\$RATCHET_COVERAGE" --coverage\.provider=istanbul$/,
    );
    const both = { '@vitest/coverage-istanbul': '4', '@vitest/coverage-v8': '4' };
    expect(covered({ test: 'vitest run' }, both)?.command).not.toContain('provider');
  });

  it('are left to a script that asks for them itself', () => {
    expect(covered({ test: 'jest --coverage' })).toBeUndefined();
    expect(covered({ test: 'vitest run --coverage' }, { '@vitest/coverage-v8': '4' })).toBeUndefined();
  });

  it("are told by Go and, where its plug-in is there, by pytest, whose own threshold stays that project's", () => {
    const gate = (files: Record<string, string>) => gatesOf(files).find(({ kind }) => kind === 'test');
    expect(gate({ 'go.mod': 'module shop' })?.coverage).toMatchObject({ format: 'go' });
    const settings = '[project]\nname = "shop"\n[dependency-groups]\ndev = ["pytest", "pytest-cov"]\n';
    const files = { 'pyproject.toml': settings, 'tests/test_a.py': '' };
    expect(gate(files)?.coverage?.command).toContain('--cov --cov-fail-under=0 --cov-report=lcov:');
    const own = { ...files, 'pytest.ini': '[pytest]\naddopts = --cov=shop --cov-fail-under=90\n' };
    expect(gate(own)?.coverage?.command).not.toContain('--cov-fail-under');
    expect(gate({ ...files, 'pyproject.toml': settings.replace(', "pytest-cov"', '') })?.coverage).toBeUndefined();
  });
});
