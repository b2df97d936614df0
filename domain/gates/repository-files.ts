/** A commit as far as it tells about gates. */
export interface RepositoryFiles {
  /** Every tracked path, relative to the top folder. */
  paths: ReadonlySet<string>;
  /** Text of a file that `describesGates`, or undefined where it is not there. */
  read: (path: string) => string | undefined;
  /** What `.ratchet.yml` holds, parsed; null where it cannot be parsed, undefined where there is no such file. */
  declared?: unknown;
}

/** Where a repository declares its gates itself. */
export const declarationPath = '.ratchet.yml';

const filesReadMax = 200;

const described: ReadonlySet<string> = new Set([
  ...['package.json', 'tsconfig.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.yarnrc.yml', declarationPath],
  ...['pyproject.toml', 'setup.cfg', 'tox.ini', 'pytest.ini', 'requirements.txt', 'requirements-dev.txt'],
  ...['requirements/test.txt', 'requirements/dev.txt', 'go.mod', 'Cargo.toml', 'Makefile'],
]);

const pythonTest = /^(?:tests?\/)?(?:[\w-]{1,80}\/){0,3}(?:test_[\w-]{1,80}|tests?)\.py$/;

/** Whether the text of a file decides about gates. */
export function describesGates(path: string): boolean {
  return described.has(path) || isManifest(path) || pythonTest.test(path);
}

function isManifest(path: string): boolean {
  return path === 'package.json' || (path.endsWith('/package.json') && !isInstalled(path));
}

function isInstalled(path: string): boolean {
  return path.split('/').includes('node_modules');
}

function depthOf(path: string): number {
  return path.split('/').length;
}

/**
 * The files to read of a commit: those at the top first, at most 200. A repository with more packages than that is
 * described by the ones nearest to its top.
 */
export function chooseGateFiles(paths: Iterable<string>): string[] {
  return [...paths]
    .filter(describesGates)
    .toSorted((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))
    .slice(0, filesReadMax);
}

/** A parsed package.json; null where the file is not there or is no object. */
export interface PackageManifest {
  scripts: Readonly<Record<string, string>>;
  /** Names of everything it depends on. */
  packages: ReadonlySet<string>;
  /** The field packageManager, such as `pnpm@9.1.0`. */
  packageManager: string;
  workspaces: readonly string[];
  keys: ReadonlySet<string>;
}

const dependencyFields = ['dependencies', 'devDependencies', 'optionalDependencies'];

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Reads a package.json; what has not the usual shape counts as not there. */
export function readManifest(files: RepositoryFiles, path = 'package.json'): PackageManifest | null {
  const parsed = parseObject(files.read(path) ?? '');
  if (parsed === null) return null;
  const scripts = Object.entries(recordOf(parsed['scripts'])).filter((entry) => typeof entry[1] === 'string');
  const manager = parsed['packageManager'];
  const workspaces = parsed['workspaces'];
  return {
    scripts: Object.fromEntries(scripts) as Record<string, string>,
    packages: new Set(dependencyFields.flatMap((field) => Object.keys(recordOf(parsed[field])))),
    packageManager: typeof manager === 'string' ? manager : '',
    // Yarn's older form is an object with the list inside.
    workspaces: Array.isArray(workspaces) ? textsOf(workspaces) : textsOf(recordOf(workspaces)['packages']),
    keys: new Set(Object.keys(parsed)),
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    // Not JSON: then it describes no gate. The install gate is what would say so to a person.
    return null;
  }
}
