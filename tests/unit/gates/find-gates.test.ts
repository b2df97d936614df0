import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseDeclaredGates } from '../../../domain/gates/declared-gates.ts';
import { canProve, findGates } from '../../../domain/gates/find-gates.ts';
import { gateKinds, type Gate } from '../../../domain/gates/gate.ts';
import { chooseGateFiles } from '../../../domain/gates/repository-files.ts';

function gatesOf(files: Record<string, string>): Gate[] {
  return findGates({ paths: new Set(Object.keys(files)), read: (name) => files[name] });
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
    const gates = gatesOf({ 'pyproject.toml': settings, 'tests/test_sum.py': '' });
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

  it('leave the lock file of Rust as it is, and ask clippy wherever it is set up', () => {
    const settings = '[package]\nname = "shop"\n\n[lints.clippy]\nall = "warn"\n';
    expect(commandsOf({ 'Cargo.toml': settings, 'Cargo.lock': '' })).toEqual([
      'install: cargo fetch --locked',
      'compile: cargo check --locked --all-targets',
      'lint: cargo clippy --locked -- -D warnings',
      'test: cargo test --locked',
    ]);
    const workspace = '[workspace]\nmembers = ["a"]\n[workspace.lints.clippy]\nall = "warn"\n';
    expect(commandsOf({ 'Cargo.toml': workspace })).toContain('lint: cargo clippy --workspace -- -D warnings');
    expect(commandsOf({ 'Cargo.toml': '[package]', 'clippy.toml': '' })).toContain('lint: cargo clippy -- -D warnings');
    expect(commandsOf({ 'Cargo.toml': '[lints.rust]' }).join()).not.toContain('clippy');
  });

  it('are the targets of a Makefile only where nothing better is there', () => {
    const makefile = 'all: build\n\ttest -f x\nlint:\n\tcheck\ntest : build\n\t./run\n';
    expect(commandsOf({ Makefile: makefile })).toEqual(['lint: make lint', 'test: make test']);
    expect(commandsOf({ Makefile: makefile, 'go.mod': '' })[0]).toBe('compile: go build ./...');
    expect(gatesOf({ Makefile: 'testing:\n\ttrue\n' })).toEqual([]);
    expect(gatesOf({ Makefile: 'test := a\nlint ::= b\n' })).toEqual([]);
    expect(commandsOf({ Makefile: 'build check:\n\ttrue\n' })).toEqual(['compile: make build', 'test: make check']);
  });

  it('come from the second kind of project where the first proves nothing', () => {
    expect(commandsOf({ 'package.json': manifest({ dependencies: { a: '1' } }), 'go.mod': '' })).toContain(
      'test: go test ./...',
    );
  });
});

describe('the gates of a Node repository without scripts', () => {
  const without = (fields: object, files: Record<string, string> = {}) =>
    commandsOf({ 'package.json': manifest(fields), ...files });

  it('are the tools that it configures', () => {
    const files = { 'tsconfig.json': '{"references": [{ "path": "a" }]}', 'eslint.config.js': '', 'biome.json': '' };
    expect(without({ devDependencies: { vitest: '4' } }, files)).toEqual([
      'install: npm install --no-package-lock',
      'compile: npx --no-install tsc -b',
      'lint: npx --no-install eslint .',
      'lint: npx --no-install biome ci .',
      'test: npx --no-install vitest run',
    ]);
    expect(without({ jest: {} })).toEqual(['test: npx --no-install jest']);
  });

  it("are Node's own runner where test files stand alone, and none beside a runner that is not known", () => {
    expect(without({}, { 'src/a.test.js': '' })).toEqual(['test: node --test']);
    expect(without({ devDependencies: { mocha: '11' } }, { 'src/a.test.js': '' })).toEqual([]);
    expect(without({}, { 'src/a.js': '' })).toEqual([]);
  });

  it('are the scripts of its packages, of those alone that belong to the workspace', () => {
    const files = {
      'packages/a/package.json': manifest({ scripts: { test: 'node --test' } }),
      'examples/b/package.json': manifest({ scripts: { lint: 'eslint .' } }),
    };
    expect(without({ workspaces: ['./packages/*'] }, files)).toEqual([
      'install: npm install --no-package-lock',
      'test: npm run test --workspaces --if-present',
    ]);
    expect(without({ workspaces: ['packages/**', '!packages/a'] }, files)).toEqual([]);
    expect(without({}, files)).toEqual([]);
    const pnpm = { ...files, 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n" };
    expect(without({}, pnpm)).toContain('test: pnpm -r run test');
  });

  it('end with checks of the public contract', () => {
    expect(without({ scripts: { test: 'a', 'check:api': 'api-extractor run' } })).toEqual([
      'test: npm run test',
      'contract: npm run check:api',
    ]);
  });
});

describe('the gates of a Python project', () => {
  const project = '[project]\nname = "shop"\n';

  it('install the groups that tests need, by a pip that knows groups', () => {
    const settings = `${project}[project.optional-dependencies]\ndev = ["a"]\ndocs = ["b"]\n[dependency-groups]\ntest = ["pytest"]\n`;
    const [install] = gatesOf({ 'pyproject.toml': settings });
    expect(install?.command).toBe(
      "python3 -m venv .venv && .venv/bin/pip install --quiet --upgrade pip && .venv/bin/pip install --quiet -e '.[dev]' --group test pytest",
    );
  });

  it('install what uv has locked, with uv, and of the tools what is not in it', () => {
    const settings = `${project}[dependency-groups]\ndev = ["pytest"]\n[tool.ruff]\nline-length = 100\n`;
    const [install] = gatesOf({ 'pyproject.toml': settings, 'uv.lock': '', 'tests/test_a.py': '' });
    expect(install?.command).toBe(
      'uv sync --quiet --locked --group dev && { [ -x .venv/bin/pytest ] || uv pip install --quiet pytest; } && { [ -x .venv/bin/ruff ] || uv pip install --quiet ruff; }',
    );
    expect(install?.reportingCommand).toContain('command -v uv >/dev/null 2>&1 || ');
    const workspace = { 'pyproject.toml': `${settings}[tool.uv.workspace]\nmembers = ["a"]\n`, 'uv.lock': '' };
    expect(gatesOf(workspace)[0]?.command).toContain('uv sync --quiet --locked --all-packages --group dev');
  });

  it('run unittest only where the tests say so and nothing says pytest', () => {
    const testOf = (text: string, settings = project) =>
      gatesOf({ 'pyproject.toml': settings, 'tests/test_a.py': text }).find(({ kind }) => kind === 'test')?.command;
    expect(testOf('import unittest\n')).toBe('.venv/bin/python -m unittest discover -s tests');
    expect(testOf('import unittest\nimport pytest\n')).toContain('pytest');
    expect(testOf('def test_a(): pass\n')).toContain('pytest');
    expect(testOf('import unittest\n', `${project}[tool.pytest.ini_options]\n`)).toContain('pytest');
  });

  it('run unittest for a single file of tests, whose name only unittest knows', () => {
    const gates = (text: string) => gatesOf({ 'setup.py': 'setup()', 'slug/__init__.py': '', 'test.py': text });
    expect(gates('import unittest\n').at(-1)?.command).toBe('.venv/bin/python -m unittest');
    expect(gates('print("by hand")\n').map(({ kind }) => kind)).not.toContain('test');
  });
});

describe('declared gates', () => {
  const withDeclaration = (declared: unknown) => {
    const files = { 'package.json': typescriptPackage };
    return findGates({
      paths: new Set(Object.keys(files)),
      read: (name) => files[name as keyof typeof files],
      declared,
    });
  };

  it('replace what would be found', () => {
    const gates = [
      { kind: 'test', command: 'npm test', report: 'tap' },
      { kind: 'install', command: 'npm ci' },
    ];
    expect(withDeclaration({ gates })).toEqual([
      { kind: 'install', command: 'npm ci', source: '.ratchet.yml' },
      { kind: 'test', command: 'npm test', source: '.ratchet.yml', reportFormat: 'tap' },
    ]);
  });

  it.each([
    [null, 'no list'],
    ['text', 'no list'],
    [{ gates: [] }, 'nothing that can prove'],
    [{ gates: [{ kind: 'install', command: 'npm ci' }] }, 'nothing that can prove'],
    [{ gates: [5] }, 'Gate 1'],
    [{ gates: [{ kind: 'tests', command: 'a' }] }, '"kind"'],
    [{ gates: [{ kind: 'test', command: ' ' }] }, '"command"'],
    [{ gates: [{ kind: 'test', command: 'a', report: 'xml' }] }, '"report"'],
    [{ gates: [{ kind: 'test', command: 'a', name: 'b' }] }, 'unknown field "name"'],
  ])('are none, with the reason, when they are %j', (declared, reason) => {
    expect(parseDeclaredGates(declared)).toContain(reason);
    expect(withDeclaration(declared)).toEqual([]);
  });
});

describe('the files that are read', () => {
  it('are those that describe tools, the nearest to the top first, and at most 200', () => {
    expect(chooseGateFiles(['src/a.ts', 'a/b/package.json', 'node_modules/x/package.json', 'go.mod'])).toEqual([
      'go.mod',
      'a/b/package.json',
    ]);
    const many = Array.from({ length: 300 }, (_, index) => `packages/p${index}/package.json`);
    expect(chooseGateFiles([...many, 'package.json'])).toHaveLength(200);
    expect(chooseGateFiles([...many, 'package.json'])[0]).toBe('package.json');
  });
});

describe('any set of gates', () => {
  it('proves something or is empty, and stands in the order in which gates run', () => {
    const python = ['pyproject.toml', 'requirements.txt', 'tests/test_sum.py'];
    const names = ['package.json', ...python, 'go.mod', 'Cargo.toml', 'Makefile'];
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
