import { isTestFile } from '../guards/test-files.ts';
import type { FileChange } from '../text/unified-diff.ts';

/** For each file how often each measured line ran. Paths are relative to the repository's top folder; Go's begin with the module. */
export type Coverage = ReadonlyMap<string, ReadonlyMap<number, number>>;

const linesOfBlockMax = 10_000;
const pathLengthMax = 1_000;
/** More than this is not kept: what a test program wrote may not fill the memory. */
const filesMax = 20_000;
const linesMax = 5_000_000;

/**
 * Reads lcov, as most tools write it. Lines that are not understood, and files outside of the repository, are left out.
 *
 * @param root absolute path of the repository's top folder during the run; empty where it is not known
 * @param packageFolder where the runner was started, relative to the top folder: relative paths begin there
 */
export function parseLcov(text: string, root = '', packageFolder = ''): Coverage {
  const reading = new CoverageReading();
  let path: string | null = null;
  for (const line of text.split('\n')) {
    if (line.startsWith('SF:')) path = sourcePath(line.slice(3).trim(), { root, packageFolder });
    else if (line.startsWith('end_of_record')) path = null;
    const [, number, hits] = /^DA:(\d{1,9}),(\d{1,15})/.exec(line) ?? [];
    if (path !== null && number !== undefined) reading.count(path, Number(number), Number(hits));
  }
  return reading.coverage;
}

/** Reads the profile that `go test -coverprofile` writes. */
export function parseGoCoverProfile(text: string): Coverage {
  const reading = new CoverageReading();
  for (const row of text.split('\n')) {
    const [, written = '', from, to, hits] =
      /^(.{1,1000}):(\d{1,9})\.\d{1,9},(\d{1,9})\.\d{1,9} \d{1,9} (\d{1,15})$/.exec(row) ?? [];
    const path = sourcePath(written, { root: '', packageFolder: '' });
    if (path === null) continue;
    const end = Math.min(Number(to), Number(from) + linesOfBlockMax);
    for (let line = Number(from); line <= end; line += 1) reading.count(path, line, Number(hits));
  }
  return reading.coverage;
}

/** Coverage that grows within its bounds. */
export class CoverageReading {
  readonly coverage = new Map<string, Map<number, number>>();
  private lines = 0;

  /** A line that is measured several times ran when it did in one of them. */
  count(path: string, line: number, hits: number): void {
    const known = this.coverage.get(path);
    if ((known === undefined && this.coverage.size >= filesMax) || this.lines >= linesMax) return;
    const lines = known ?? new Map<number, number>();
    const before = lines.get(line);
    if (before === undefined) this.lines += 1;
    lines.set(line, Math.max(hits, before ?? 0));
    this.coverage.set(path, lines);
  }
}

/** Several readings as one: a line ran when it did in one of them. */
export function mergeCoverage(readings: readonly Coverage[]): Coverage {
  const [only, ...others] = readings;
  if (only !== undefined && others.length === 0) return only;
  const all = new CoverageReading();
  for (const reading of readings) {
    for (const [path, lines] of reading) for (const [line, hits] of lines) all.count(path, line, hits);
  }
  return all.coverage;
}

/**
 * A path of a report, relative to the repository's top folder; null for one that leads out of it or is none. Tools write
 * absolute paths or relative ones, and Go writes those of modules.
 */
function sourcePath(written: string, { root, packageFolder }: { root: string; packageFolder: string }): string | null {
  if (written === '' || written.length > pathLengthMax || written.includes('\0')) return null;
  const plain = written.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const isInside = root !== '' && plain.startsWith(`${root}/`);
  if (!isInside && (plain.startsWith('/') || /^[a-z]:\//i.test(plain))) return null;
  return normalPath(isInside ? plain.slice(root.length + 1) : `${packageFolder}/${plain}`);
}

/** Null for a path that leaves the folder at any point of its way. */
function normalPath(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length === 0 ? null : parts.join('/');
}

/**
 * The share of added lines that tests run through, from 0 to 1. Only lines that the tool measured count: it says nothing
 * about comments, nor about files that no test loaded. Lines of the tests themselves prove nothing and don't count.
 *
 * @returns null when none was measured, which is unknown and not 0
 */
export function coverageOfChangedLines(coverage: Coverage, changes: readonly FileChange[]): number | null {
  const findFile = createFinder(coverage);
  let measured = 0;
  let covered = 0;
  for (const { path, lines } of changes) {
    if (isTestFile(path)) continue;
    const hitsOf = findFile(path);
    for (const { type, newLine } of lines) {
      const hits = type === 'added' && newLine !== null ? hitsOf?.get(newLine) : undefined;
      if (hits === undefined) continue;
      measured += 1;
      if (hits > 0) covered += 1;
    }
  }
  return measured === 0 ? null : covered / measured;
}

/** Go writes the path of the module before that of the file; two files that fit are none. */
function createFinder(coverage: Coverage): (path: string) => ReadonlyMap<number, number> | undefined {
  const byName = new Map<string, string[]>();
  for (const written of coverage.keys()) {
    const name = written.slice(written.lastIndexOf('/') + 1);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [written]);
    else known.push(written);
  }
  return (path) => {
    const exact = coverage.get(path);
    if (exact !== undefined || !path.endsWith('.go')) return exact;
    const sameName = byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? [];
    const [only, ...others] = sameName.filter((written) => written.endsWith(`/${path}`));
    return only === undefined || others.length > 0 ? undefined : coverage.get(only);
  };
}
