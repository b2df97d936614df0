import type { Gate } from '../gate.ts';
import type { RepositoryFiles } from '../repository-files.ts';

const python = '.venv/bin/python';
const groupNames = ['dev', 'test', 'tests', 'testing', 'lint'];
const requirementFiles = ['requirements.txt', 'requirements-dev.txt', 'requirements/test.txt', 'requirements/dev.txt'];
const settingFiles = ['pyproject.toml', 'setup.cfg', 'tox.ini', 'pytest.ini'];
const testFile = /(?:^|\/)test_[\w-]{1,80}\.py$/;
/** pytest looks into none of these unless it is told to; unittest does. */
const bareTestFile = /(?:^|\/)tests?\.py$/;

interface PythonProject {
  files: RepositoryFiles;
  /** The text of every file that configures tools. */
  settings: string;
  /** The same with what is required. */
  spoken: string;
  requirements: readonly string[];
}

/** The gates of a Python project: the tools that it names, in an environment of its own. */
export function findPythonGates(files: RepositoryFiles): Gate[] {
  const requirements = requirementFiles.filter((path) => files.paths.has(path));
  const isPython = files.paths.has('pyproject.toml') || files.paths.has('setup.py') || requirements.length > 0;
  if (!isPython) return [];
  const settings = textOf(files, settingFiles);
  const project = { files, settings, spoken: `${settings}\n${textOf(files, requirements)}`, requirements };
  const test = findTestGate(project);
  const tools = [
    ...(test?.command.includes('pytest') ? ['pytest'] : []),
    ...['ruff', 'mypy'].filter((tool) => usesTool(tool, project)),
  ];
  return [
    installGate(project, tools),
    ...(tools.includes('mypy') ? [typeGate(settings)] : []),
    ...(tools.includes('ruff') ? [ruffGate] : []),
    ...(test === undefined ? [] : [test]),
  ];
}

const ruffGate: Gate = { kind: 'lint', command: '.venv/bin/ruff check .', source: 'ruff settings' };

function textOf(files: RepositoryFiles, paths: readonly string[]): string {
  return paths.map((path) => files.read(path) ?? '').join('\n');
}

// With files in its settings it takes those; a path would widen them.
function typeGate(settings: string): Gate {
  const namesFiles = /\[(?:tool\.)?mypy\][^[]{0,5000}\n(?:files|packages|modules)\s*=/.test(settings);
  return { kind: 'compile', command: namesFiles ? '.venv/bin/mypy' : '.venv/bin/mypy .', source: 'mypy settings' };
}

function usesTool(tool: string, { settings, files }: PythonProject): boolean {
  const isConfigured = new RegExp(`\\[(?:tool[.:])?${tool}\\b`).test(settings);
  return isConfigured || files.paths.has(`${tool}.toml`) || files.paths.has(`${tool}.ini`);
}

function findTestGate(project: PythonProject): Gate | undefined {
  const { files, spoken } = project;
  const isOfUnittest = (path: string) => bareTestFile.test(path) && files.read(path)?.includes('unittest') === true;
  const tests = [...files.paths].filter((path) => testFile.test(path) || isOfUnittest(path));
  const hasTests = tests.length > 0 || [...files.paths].some((path) => path.startsWith('tests/'));
  if (!spoken.includes('pytest') && !files.paths.has('conftest.py') && !hasTests) return undefined;
  if (usesUnittest(project, tests)) return unittestGate(files);
  const command = `${python} -m pytest -q`;
  const report = "--junitxml='$RATCHET_REPORT' -o junit_family=xunit1";
  return {
    kind: 'test',
    command,
    source: 'tests',
    reportingCommand: `PYTEST_ADDOPTS="$PYTEST_ADDOPTS ${report}" ${command}`,
    reportFormat: 'junit',
    // Asked for in vain, a failing run would be repeated for nothing.
    ...(/pytest[-_]cov/.test(spoken)
      ? { coverage: { command: coverageCommand(project, { command, report }), format: 'lcov' as const } }
      : {}),
  };
}

/**
 * Named is not yet installed: that is only known where the plug-in would run. Its own file goes beside the report, else
 * it would lie in the tree.
 */
function coverageCommand(
  { settings }: PythonProject,
  { command, report }: { command: string; report: string },
): string {
  // A project that measures by itself has its own idea of what, and of how much is enough.
  const own = settings.includes('--cov') ? '' : '--cov --cov-fail-under=0 ';
  const measure = `${own}--cov-report=lcov:'$RATCHET_COVERAGE/lcov.info'`;
  const found = 'ls .venv/lib/python3*/site-packages/pytest_cov >/dev/null 2>&1';
  const options = `ratchet_cov=; ${found} && ratchet_cov="${measure}"`;
  const added = `PYTEST_ADDOPTS="$PYTEST_ADDOPTS ${report} $ratchet_cov"`;
  return `${options}; COVERAGE_FILE="$RATCHET_COVERAGE/data" ${added} ${command}`;
}

// pytest runs the tests of unittest too, but not the other way round: only where the tests say unittest and nothing
// anywhere says pytest is it certain that the project means the one that comes with Python.
function usesUnittest({ files, spoken }: PythonProject, tests: readonly string[]): boolean {
  if (spoken.includes('pytest') || [...files.paths].some((path) => path.endsWith('conftest.py'))) return false;
  const texts = tests.map((path) => files.read(path)).filter((text) => text !== undefined);
  return texts.length > 0 && texts.every((text) => text.includes('unittest') && !text.includes('pytest'));
}

function unittestGate(files: RepositoryFiles): Gate {
  const isPackage = files.paths.has('tests/__init__.py') || ![...files.paths].some((path) => path.startsWith('tests/'));
  const command = `${python} -m unittest${isPackage ? '' : ' discover -s tests'}`;
  return {
    kind: 'test',
    command,
    source: 'tests',
    // With its names, and without what the tests themselves print between them.
    reportingCommand: `${command} -v -b`,
    reportFormat: 'unittest-text',
  };
}

function installGate(project: PythonProject, tools: readonly string[]): Gate {
  const { files, requirements } = project;
  const text = files.read('pyproject.toml') ?? '';
  const groups = keysOfTable(text, 'dependency-groups').filter((name) => groupNames.includes(name));
  const extras = keysOfTable(text, 'project.optional-dependencies').filter((name) => groupNames.includes(name));
  if (files.paths.has('uv.lock')) return uvGate(text, { groups, extras, tools });
  // Settings of tools alone make no package that could be installed.
  const isPackage = files.paths.has('setup.py') || /^\[(?:project|build-system|tool\.poetry)\]/m.test(text);
  const itself = extras.length > 0 ? `-e '.[${extras.join(',')}]'` : '-e .';
  const wanted = [
    ...requirements.map((path) => `-r ${path}`),
    ...(isPackage ? [itself] : []),
    ...groups.map((name) => `--group ${name}`),
    ...tools,
  ];
  const steps = [
    'python3 -m venv .venv',
    // Groups are known to pip since 25.1; a new environment may bring an older one.
    ...(groups.length > 0 ? ['.venv/bin/pip install --quiet --upgrade pip'] : []),
    ...(wanted.length > 0 ? [`.venv/bin/pip install --quiet ${wanted.join(' ')}`] : []),
  ];
  const source = files.paths.has('pyproject.toml') ? 'pyproject.toml' : (requirements[0] ?? 'setup.py');
  return { kind: 'install', command: steps.join(' && '), source };
}

/** What is locked, by the program that locked it, which the machine may not have; then the tools that nobody locked. */
function uvGate(
  settings: string,
  { groups, extras, tools }: { groups: readonly string[]; extras: readonly string[]; tools: readonly string[] },
): Gate {
  const options = [
    ...(/^\[tool\.uv\.workspace\]/m.test(settings) ? [' --all-packages'] : []),
    ...extras.map((name) => ` --extra ${name}`),
    ...groups.map((name) => ` --group ${name}`),
  ];
  const steps = [
    `uv sync --quiet --locked${options.join('')}`,
    ...tools.map((tool) => `{ [ -x .venv/bin/${tool} ] || uv pip install --quiet ${tool}; }`),
  ];
  const command = steps.join(' && ');
  const place = '$HOME/.managers/uv';
  const bring = `{ python3 -m venv "${place}" && "${place}/bin/pip" install --quiet uv; }`;
  const found = `export PATH="$PATH:${place}/bin"; command -v uv >/dev/null 2>&1 || ${bring} || exit 1`;
  return { kind: 'install', command, source: 'uv.lock', reportingCommand: `${found}; ${command}` };
}

/** The keys of one table of a TOML file; enough of the format for tables that hold lists. */
function keysOfTable(text: string, table: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim() === `[${table}]`);
  if (start === -1) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^\[[\w."-]{1,200}\]/.test(line));
  return rest
    .slice(0, end === -1 ? rest.length : end)
    .map((line) => /^"?([\w-]{1,100})"?\s{0,20}=/.exec(line)?.[1])
    .filter((key) => key !== undefined);
}
