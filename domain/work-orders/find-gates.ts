import type { Gate, GateKind } from './gates.ts';

/** The files of a repository's top folder: every name, and the text of those that tell about tools. */
export interface RepositoryFiles {
  names: ReadonlySet<string>;
  /** Text of a file, or undefined where it is not there. */
  read: (name: string) => string | undefined;
}

/** The names of the files whose text decides about gates. */
export const filesThatDescribeGates = ['package.json', 'pyproject.toml', 'Makefile', 'setup.cfg', 'tox.ini'] as const;

type Finder = (files: RepositoryFiles) => Gate[];

const scriptNames: readonly (readonly [kind: GateKind, names: readonly string[]])[] = [
  ['compile', ['typecheck', 'type-check', 'check:types', 'check-types', 'types', 'tsc', 'compile', 'build']],
  ['lint', ['lint', 'check:lint', 'lint:check']],
  ['test', ['test', 'test:unit', 'tests']],
];

/** npm's own placeholder: it proves nothing and always fails. */
const emptyTestScript = /no test specified/;

function nodeInstall(files: RepositoryFiles): { manager: string; install: Gate } {
  const gate = (manager: string, command: string, source: string): { manager: string; install: Gate } => ({
    manager,
    install: { kind: 'install', command, source },
  });
  if (files.names.has('pnpm-lock.yaml')) return gate('pnpm', 'pnpm install --frozen-lockfile', 'pnpm-lock.yaml');
  if (files.names.has('yarn.lock')) return gate('yarn', 'yarn install --frozen-lockfile', 'yarn.lock');
  if (files.names.has('package-lock.json')) return gate('npm', 'npm ci', 'package-lock.json');
  return gate('npm', 'npm install --no-package-lock', 'package.json');
}

function parsePackage(text: string): { scripts: Record<string, string>; needsInstall: boolean } | null {
  try {
    const parsed = JSON.parse(text) as Record<string, Record<string, string> | undefined> | null;
    if (parsed === null || typeof parsed !== 'object') return null;
    const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces'];
    const needsInstall = fields.some((field) => Object.keys(parsed[field] ?? {}).length > 0);
    return { scripts: parsed['scripts'] ?? {}, needsInstall };
  } catch {
    // Not JSON: then it describes no gate. The install gate is what would say so to a person.
    return null;
  }
}

function isProvingScript(script: unknown): boolean {
  return typeof script === 'string' && !emptyTestScript.test(script);
}

const findNodeGates: Finder = (files) => {
  const text = files.read('package.json');
  const manifest = text === undefined ? null : parsePackage(text);
  if (manifest === null) return [];
  const { manager, install } = nodeInstall(files);
  const gates: Gate[] = manifest.needsInstall ? [install] : [];
  for (const [kind, names] of scriptNames) {
    const name = names.find((candidate) => isProvingScript(manifest.scripts[candidate]));
    if (name === undefined) continue;
    gates.push({ kind, command: `${manager} run ${name}`, source: `package.json scripts.${name}` });
  }
  if (!gates.some((gate) => gate.kind === 'compile') && files.names.has('tsconfig.json')) {
    gates.push({ kind: 'compile', command: 'npx --no-install tsc --noEmit', source: 'tsconfig.json' });
  }
  return gates;
};

const findPythonGates: Finder = (files) => {
  const described = files.read('pyproject.toml');
  const settings = [described, files.read('setup.cfg'), files.read('tox.ini')].join('\n');
  const isPython = described !== undefined || files.names.has('setup.py') || files.names.has('requirements.txt');
  if (!isPython) return [];
  const gates: Gate[] = [];
  const requirements = files.names.has('requirements.txt') ? ' -r requirements.txt' : '';
  const itself = described !== undefined || files.names.has('setup.py') ? ' -e .' : '';
  const tools = ['pytest', 'ruff', 'mypy'].filter((tool) => usesPythonTool(tool, files, settings));
  gates.push({
    kind: 'install',
    command:
      `python3 -m venv .venv && .venv/bin/pip install --quiet${requirements}${itself} ${tools.join(' ')}`.trimEnd(),
    source: described === undefined ? 'requirements.txt' : 'pyproject.toml',
  });
  const commands: Record<string, Gate> = {
    // With files in its settings it takes those; a path would widen them.
    mypy: {
      kind: 'compile',
      command: /\[(?:tool\.)?mypy\][^[]{0,5000}\n(?:files|packages|modules)\s*=/.test(settings)
        ? '.venv/bin/mypy'
        : '.venv/bin/mypy .',
      source: 'mypy settings',
    },
    ruff: { kind: 'lint', command: '.venv/bin/ruff check .', source: 'ruff settings' },
    pytest: { kind: 'test', command: '.venv/bin/python -m pytest -q', source: 'tests' },
  };
  for (const tool of ['mypy', 'ruff', 'pytest']) {
    const gate = commands[tool];
    if (gate && tools.includes(tool)) gates.push(gate);
  }
  return gates;
};

function usesPythonTool(tool: string, files: RepositoryFiles, settings: string): boolean {
  if (tool === 'pytest') return /pytest/.test(settings) || files.names.has('tests') || files.names.has('conftest.py');
  return (
    new RegExp(`\\[(?:tool[.:])?${tool}\\b`).test(settings) ||
    files.names.has(`${tool}.toml`) ||
    files.names.has(`${tool}.ini`)
  );
}

function install(command: string, source: string): Gate {
  return { kind: 'install', command, source };
}

const findGoGates: Finder = (files) =>
  files.names.has('go.mod')
    ? [
        // Only installing reaches the network, so what the other gates need is fetched here.
        ...(files.names.has('go.sum') ? [install('go mod download', 'go.sum')] : []),
        { kind: 'compile', command: 'go build ./...', source: 'go.mod' },
        { kind: 'lint', command: 'go vet ./...', source: 'go.mod' },
        { kind: 'test', command: 'go test ./...', source: 'go.mod' },
      ]
    : [];

const findRustGates: Finder = (files) =>
  files.names.has('Cargo.toml')
    ? [
        install(files.names.has('Cargo.lock') ? 'cargo fetch --locked' : 'cargo fetch', 'Cargo.toml'),
        { kind: 'compile', command: 'cargo check --all-targets', source: 'Cargo.toml' },
        { kind: 'test', command: 'cargo test', source: 'Cargo.toml' },
      ]
    : [];

const findMakeGates: Finder = (files) => {
  const text = files.read('Makefile');
  if (text === undefined) return [];
  const targets = (['lint', 'test'] as const).filter((target) => new RegExp(`^${target}\\s*:`, 'm').test(text));
  return targets.map((kind) => ({ kind, command: `make ${kind}`, source: 'Makefile' }));
};

// The first that finds something which proves a change describes the repository; a Makefile often only wraps the others.
const finders: readonly Finder[] = [findNodeGates, findPythonGates, findGoGates, findRustGates, findMakeGates];

/** Whether a set of gates can prove anything: installing alone proves nothing. */
export function canProve(gates: readonly Gate[]): boolean {
  return gates.some((gate) => gate.kind !== 'install');
}

/** The gates that a repository brings, found by reading it, in the order in which they run. Empty when there are none. */
export function findGates(files: RepositoryFiles): Gate[] {
  for (const find of finders) {
    const gates = find(files);
    if (canProve(gates)) return gates;
  }
  return [];
}
