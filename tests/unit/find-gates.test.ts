import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canProve, findGates } from '../../domain/work-orders/find-gates.ts';
import { gateKinds, type Gate } from '../../domain/work-orders/gates.ts';

function gatesOf(files: Record<string, string>): Gate[] {
  return findGates({ names: new Set(Object.keys(files)), read: (name) => files[name] });
}

const commandsOf = (files: Record<string, string>) => gatesOf(files).map(({ kind, command }) => `${kind}: ${command}`);
const manifest = (value: object) => JSON.stringify(value);

const typescriptPackage = manifest({
  name: 'shop',
  scripts: { dev: 'vite', typecheck: 'tsc --noEmit', build: 'vite build', lint: 'eslint .', test: 'vitest run' },
  devDependencies: { typescript: '6.0.3' },
});
const placeholder = 'echo "Error: no test specified" && exit 1';

describe('the gates of a Node repository', () => {
  it('are its scripts, in the order in which they run', () => {
    expect(commandsOf({ 'package.json': typescriptPackage, 'package-lock.json': '{}' })).toEqual([
      'install: npm ci',
      'compile: npm run typecheck',
      'lint: npm run lint',
      'test: npm run test',
    ]);
  });

  it.each([
    ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm run test'],
    ['yarn.lock', 'yarn install --frozen-lockfile', 'yarn run test'],
    ['package-lock.json', 'npm ci', 'npm run test'],
    ['README.md', 'npm install --no-package-lock', 'npm run test'],
  ])('are run by the manager whose lock file is there: %s', (lock, install, test) => {
    const commands = gatesOf({ 'package.json': typescriptPackage, [lock]: '' }).map(({ command }) => command);
    expect(commands).toContain(install);
    expect(commands).toContain(test);
  });

  it("do not count npm's placeholder for a test, and find a real one beside it", () => {
    expect(gatesOf({ 'package.json': manifest({ scripts: { test: placeholder }, dependencies: { a: '1' } }) })).toEqual(
      [],
    );
    expect(
      commandsOf({ 'package.json': manifest({ scripts: { test: placeholder, 'test:unit': 'node --test' } }) }),
    ).toEqual(['test: npm run test:unit']);
  });

  it('compile with the settings of TypeScript where no script does', () => {
    const files = { 'package.json': manifest({ scripts: { test: 'node --test' } }), 'tsconfig.json': '{}' };
    expect(commandsOf(files)).toContain('compile: npx --no-install tsc --noEmit');
  });

  it.each(['', '{', 'null', '[]', '"text"', '{"scripts":null}', '{"scripts":"x"}', '{"scripts":{"test":5}}'])(
    'are none when package.json is %j',
    (text) => {
      expect(gatesOf({ 'package.json': text })).toEqual([]);
    },
  );
});

describe('the gates of other repositories', () => {
  it('are those of the tools that a Python project names', () => {
    const settings = '[project]\nname = "shop"\n[tool.ruff]\nline-length = 100\n[tool.mypy]\nstrict = true\n';
    const gates = gatesOf({ 'pyproject.toml': settings, tests: '' });
    expect(gates.map(({ kind }) => kind)).toEqual(['install', 'compile', 'lint', 'test']);
    expect(gates[0]?.command).toContain('-e . pytest ruff mypy');
  });

  it('install the requirements of a Python project without a package', () => {
    expect(gatesOf({ 'requirements.txt': 'requests', 'conftest.py': '' })[0]?.command).toContain(
      '-r requirements.txt pytest',
    );
  });

  it('are none for a Python project that names no tool', () => {
    expect(gatesOf({ 'pyproject.toml': '[project]\nname = "shop"\n' })).toEqual([]);
  });

  it('are the tool chains of Go and Rust', () => {
    expect(commandsOf({ 'go.mod': 'module shop' })).toEqual([
      'compile: go build ./...',
      'lint: go vet ./...',
      'test: go test ./...',
    ]);
    expect(commandsOf({ 'go.mod': 'module shop', 'go.sum': '' })[0]).toBe('install: go mod download');
    expect(commandsOf({ 'Cargo.toml': '[package]', 'Cargo.lock': '' })[0]).toBe('install: cargo fetch --locked');
    expect(commandsOf({ 'Cargo.toml': '[package]' })).toEqual([
      'install: cargo fetch',
      'compile: cargo check --all-targets',
      'test: cargo test',
    ]);
  });

  it('are the targets of a Makefile only where nothing better is there', () => {
    const makefile = 'all: build\n\ttest -f x\nlint:\n\tcheck\ntest : build\n\t./run\n';
    expect(commandsOf({ Makefile: makefile })).toEqual(['lint: make lint', 'test: make test']);
    expect(commandsOf({ Makefile: makefile, 'go.mod': '' })[0]).toBe('compile: go build ./...');
    expect(gatesOf({ Makefile: 'testing:\n\ttrue\n' })).toEqual([]);
  });

  it('come from the second kind of project where the first proves nothing', () => {
    expect(commandsOf({ 'package.json': manifest({ dependencies: { a: '1' } }), 'go.mod': '' })).toContain(
      'test: go test ./...',
    );
  });
});

describe('any set of gates', () => {
  it('proves something or is empty, and stands in the order in which gates run', () => {
    const names = ['package.json', 'pyproject.toml', 'requirements.txt', 'tests', 'go.mod', 'Cargo.toml', 'Makefile'];
    const content = fc.constantFrom(typescriptPackage, '[tool.ruff]', 'test:\n\ttrue', '{}', '');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), content), (files) => {
        const gates = gatesOf(files);
        expect(gates.length === 0 || canProve(gates)).toBe(true);
        const positions = gates.map(({ kind }) => gateKinds.indexOf(kind));
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      }),
    );
  });

  it('proves nothing when it only installs', () => {
    expect(canProve([])).toBe(false);
    expect(canProve([{ kind: 'install', command: 'npm ci', source: 'package-lock.json' }])).toBe(false);
    expect(canProve([{ kind: 'lint', command: 'x', source: 'y' }])).toBe(true);
  });
});
