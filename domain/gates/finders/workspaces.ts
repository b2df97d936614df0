import { readManifest, type PackageManifest, type RepositoryFiles } from '../repository-files.ts';

const listEntry = /^\s{0,8}-\s{1,8}['"]?([^'"#\s]{1,200})/;

/** A package of a workspace. */
export interface WorkspacePackage {
  /** Relative to the top folder. */
  folder: string;
  manifest: PackageManifest;
}

/** The workspace packages of a repository, without its top folder, in the order of their folders. */
export function readWorkspacePackages(files: RepositoryFiles, root: PackageManifest): WorkspacePackage[] {
  const patterns = [...root.workspaces, ...pnpmPatterns(files.read('pnpm-workspace.yaml') ?? '')];
  if (patterns.length === 0) return [];
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(segmentsOf);
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => segmentsOf(pattern.slice(1)));
  return [...files.paths]
    .filter((path) => path.endsWith('/package.json'))
    .filter((path) => {
      const folder = path.split('/').slice(0, -1);
      return wanted.some((one) => matches(one, folder)) && !unwanted.some((one) => matches(one, folder));
    })
    .toSorted()
    .map((path) => ({ folder: path.slice(0, path.lastIndexOf('/')), manifest: readManifest(files, path) }))
    .filter((one): one is WorkspacePackage => one.manifest !== null);
}

/** The list below `packages:`; the rest of YAML is not needed to read it. */
function pnpmPatterns(text: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^packages:\s{0,20}(?:#.{0,200})?$/.test(line));
  if (start === -1) return [];
  const patterns: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const entry = listEntry.exec(line)?.[1];
    if (entry !== undefined) patterns.push(entry);
    else if (/^\S/.test(line) && !line.startsWith('#')) break;
  }
  return patterns;
}

function segmentsOf(pattern: string): string[] {
  return pattern.split('/').filter((segment) => segment !== '' && segment !== '.');
}

/** Follows every way through the pattern at once, so that many `**` cost no more than one. */
function matches(pattern: readonly string[], folder: readonly string[]): boolean {
  let positions = skipDeep(pattern, new Set([0]));
  for (const segment of folder) {
    const next = new Set<number>();
    for (const position of positions) {
      const expected = pattern[position];
      if (expected === '**') next.add(position);
      else if (expected !== undefined && matchesSegment(expected, segment)) next.add(position + 1);
    }
    positions = skipDeep(pattern, next);
  }
  return positions.has(pattern.length);
}

/** `**` also stands for no folder at all. */
function skipDeep(pattern: readonly string[], positions: Set<number>): Set<number> {
  // A set that grows while it is walked is walked to its new end.
  for (const position of positions) if (pattern[position] === '**') positions.add(position + 1);
  return positions;
}

function matchesSegment(expected: string, segment: string): boolean {
  const parts = expected.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return expected === segment;
  const last = parts.at(-1) ?? '';
  if (!segment.startsWith(first) || !segment.endsWith(last) || segment.length < first.length + last.length)
    return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = segment.indexOf(part, from);
    if (at === -1 || at + part.length > segment.length - last.length) return false;
    from = at + part.length;
  }
  return true;
}
