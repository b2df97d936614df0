/** A file of the repository; of one that was not touched its lines with imports are enough. */
export interface SourceText {
  path: string;
  text: string;
}

const scriptFile = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const pythonFile = /\.py$/;

/** Whether imports of a file are understood. Go needs none: its compiler refuses cycles. */
export function hasReadableImports(path: string): boolean {
  return scriptFile.test(path) || pythonFile.test(path);
}

/**
 * Groups of files that import each other, directly or by way of others: relative imports of JavaScript and TypeScript,
 * relative imports and those of the repository's own packages in Python. Imports of types alone, of functions at run time
 * and inside of functions are none: they are how people take a cycle apart. In proportion to the texts.
 *
 * @returns each group sorted, and the groups sorted by their first file
 */
export function findImportCycles(files: readonly SourceText[]): string[][] {
  const paths = new Set(files.map(({ path }) => path));
  const graph = new Map(
    files.map(({ path, text }) => {
      const targets = scriptFile.test(path)
        ? scriptImports(path, text, paths)
        : pythonFile.test(path)
          ? pythonImports(path, text, paths)
          : [];
      return [path, [...new Set(targets)].filter((target) => target !== path)];
    }),
  );
  return stronglyConnected(graph)
    .filter((group) => group.length > 1)
    .map((group) => group.sort(byCode))
    .sort(([a = ''], [b = '']) => byCode(a, b));
}

/** The groups that were not there before. One that became smaller is not new, one that grew is. */
export function newImportCycles(before: readonly string[][], after: readonly string[][]): string[][] {
  const groupOf = new Map(before.flatMap((group, index) => group.map((path) => [path, index] as const)));
  return after.filter((group) => {
    const known = new Set(group.map((path) => groupOf.get(path)));
    return known.size !== 1 || known.has(undefined);
  });
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const fromClause = /\bfrom\s{0,10}["']([^"'\n]{1,300})["']/;
const bareImport = /^import\s{0,10}["']([^"'\n]{1,300})["']/;
const required = /(?<![.\w$])require\(\s{0,5}["']([^"'\n]{1,300})["']\s{0,5}\)/g;
const lineLengthMax = 5_000;

function scriptImports(path: string, text: string, paths: ReadonlySet<string>): string[] {
  const names: string[] = [];
  let isOfTypes = false;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, lineLengthMax).trim();
    if (/^(?:\/\/|\/\*|\*)/.test(line)) continue;
    if (/^(?:import|export)\b/.test(line)) isOfTypes = opensTypes(line);
    const name = importedName(line);
    if (name !== undefined) {
      if (!isOfTypes) names.push(name);
      isOfTypes = false;
    }
    for (const [, other = ''] of line.matchAll(required)) names.push(other);
  }
  return names.filter((name) => name.startsWith('.')).flatMap((name) => resolveScript(path, name, paths) ?? []);
}

function opensTypes(line: string): boolean {
  // `import type from './type'` imports a value with an unlucky name.
  return (
    /^(?:import|export)\s{1,10}type\s{0,10}[\w${*]/.test(line) &&
    !/^import\s{1,10}type\s{1,10}from\s{0,10}["']/.test(line)
  );
}

function importedName(line: string): string | undefined {
  const bare = bareImport.exec(line)?.[1];
  if (bare !== undefined) return bare;
  return /^[\w$},{*]/.test(line) ? fromClause.exec(line)?.[1] : undefined;
}

const scriptEndings = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'];

function resolveScript(from: string, name: string, paths: ReadonlySet<string>): string | undefined {
  const target = join(folderOf(from), name);
  if (target === null) return undefined;
  const stem = target.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const candidates = [
    target,
    stem,
    // "./view.js" also stands for view.tsx.
    stem.replace(/\.ts$/, '.tsx'),
    ...scriptEndings.map((ending) => `${target}.${ending}`),
    ...scriptEndings.map((ending) => (target === '' ? `index.${ending}` : `${target}/index.${ending}`)),
  ];
  return candidates.find((candidate) => paths.has(candidate));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Null when it leaves the repository. */
function join(folder: string, relative: string): string | null {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '..' && parts.pop() === undefined) return null;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function pythonImports(path: string, text: string, paths: ReadonlySet<string>): string[] {
  const roots = importRoots(path);
  const targets: string[] = [];
  // Only at the beginning of a line: an import inside of a function or a condition runs later, or never.
  for (const [, module = '', some = '', others = '', plain] of text.matchAll(
    /^(?:from[ \t]{1,10}([\w.]{1,300})[ \t]{1,10}import[ \t]{0,10}(?:\(([^)]{0,5000})|([^\n(]{1,1000}))|import[ \t]{1,10}([^\n]{1,1000}))/gm,
  )) {
    if (plain !== undefined) {
      for (const name of importedNames(plain)) targets.push(...resolvePython(baseFolders(path, name, roots), paths));
      continue;
    }
    const bases = baseFolders(path, module, roots);
    const submodules = importedNames(some + others).flatMap((name) =>
      resolvePython(
        bases.map((base) => (base === '' ? name : `${base}/${name}`)),
        paths,
      ),
    );
    targets.push(...(submodules.length > 0 ? submodules : resolvePython(bases, paths)));
  }
  return targets;
}

function importedNames(list: string): string[] {
  return list.split(/[,\n]/).flatMap((one) => /^\s{0,100}([\w.]{1,300})/.exec(one)?.[1] ?? []);
}

/** Folders from which packages may be imported: the top, `src`, and those above the file. */
function importRoots(path: string): string[] {
  const parts = folderOf(path).split('/');
  const above = parts.map((_, index) => parts.slice(0, parts.length - index).join('/')).slice(0, 30);
  return [...new Set(['', 'src', ...above])];
}

/** Where a module may lie, without its ending. */
function baseFolders(path: string, module: string, roots: readonly string[]): string[] {
  const name = module.replace(/^\.{1,30}/, '');
  const dots = module.length - name.length;
  const inner = name.replaceAll('.', '/');
  if (dots === 0) return roots.map((root) => (root === '' ? inner : `${root}/${inner}`));
  const folder = join(folderOf(path), '../'.repeat(dots - 1));
  return folder === null ? [] : [[folder, inner].filter((part) => part !== '').join('/')];
}

function resolvePython(bases: readonly string[], paths: ReadonlySet<string>): string[] {
  const candidates = bases.flatMap((base) => [`${base}.py`, `${base}/__init__.py`.replace(/^\//, '')]);
  const found = candidates.find((candidate) => paths.has(candidate));
  return found === undefined ? [] : [found];
}

interface Visit {
  path: string;
  next: number;
}

/** Tarjan's algorithm with a stack of its own: a chain of imports may be longer than the stack of calls. */
function stronglyConnected(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const groups: string[][] = [];
  const lower = (path: string, value: number) => lowest.set(path, Math.min(lowest.get(path) ?? value, value));
  const enter = (path: string, visits: Visit[]) => {
    order.set(path, order.size);
    lower(path, order.size - 1);
    open.push(path);
    isOpen.add(path);
    visits.push({ path, next: 0 });
  };
  const leave = (path: string) => {
    if (lowest.get(path) !== order.get(path)) return;
    const group = open.splice(open.lastIndexOf(path));
    for (const member of group) isOpen.delete(member);
    groups.push(group);
  };
  for (const start of graph.keys()) {
    if (order.has(start)) continue;
    const visits: Visit[] = [];
    enter(start, visits);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const target = graph.get(visit.path)?.[visit.next];
      visit.next += 1;
      if (target === undefined) {
        visits.pop();
        leave(visit.path);
        const above = visits.at(-1);
        if (above !== undefined) lower(above.path, lowest.get(visit.path) ?? 0);
      } else if (!order.has(target)) {
        enter(target, visits);
      } else if (isOpen.has(target)) {
        lower(visit.path, order.get(target) ?? 0);
      }
    }
  }
  return groups;
}
