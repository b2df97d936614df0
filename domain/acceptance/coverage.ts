import type { FileChange } from '../text/unified-diff.ts';

/** For each file, as the tool wrote its path, how often each measured line ran. */
export type Coverage = ReadonlyMap<string, ReadonlyMap<number, number>>;

type WritableCoverage = Map<string, Map<number, number>>;

const linesOfBlockMax = 10_000;

/** Reads lcov, as most tools write it. Lines that are not understood are left out. */
export function parseLcov(text: string): Coverage {
  const coverage: WritableCoverage = new Map();
  let path: string | null = null;
  for (const line of text.split('\n')) {
    if (line.startsWith('SF:')) path = normalise(line.slice(3).trim());
    else if (line.startsWith('end_of_record')) path = null;
    const [, number, hits] = /^DA:(\d{1,9}),(\d{1,15})/.exec(line) ?? [];
    if (path !== null && number !== undefined) count(coverage, { path, line: Number(number), hits: Number(hits) });
  }
  return coverage;
}

/** Reads the profile that `go test -coverprofile` writes. */
export function parseGoCoverProfile(text: string): Coverage {
  const coverage: WritableCoverage = new Map();
  for (const row of text.split('\n')) {
    const [, path, from, to, hits] =
      /^(.{1,1000}):(\d{1,9})\.\d{1,9},(\d{1,9})\.\d{1,9} \d{1,9} (\d{1,15})$/.exec(row) ?? [];
    if (path === undefined) continue;
    const end = Math.min(Number(to), Number(from) + linesOfBlockMax);
    for (let line = Number(from); line <= end; line += 1) count(coverage, { path, line, hits: Number(hits) });
  }
  return coverage;
}

function normalise(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '');
}

// A line that belongs to several blocks ran when one of them did.
function count(coverage: WritableCoverage, { path, line, hits }: { path: string; line: number; hits: number }): void {
  const lines = coverage.get(path) ?? new Map<number, number>();
  lines.set(line, Math.max(hits, lines.get(line) ?? 0));
  coverage.set(path, lines);
}

/**
 * The share of added lines that tests run through, from 0 to 1. Only lines that the tool measured count: it says nothing
 * about comments, nor about files that no test loaded.
 *
 * @returns null when none was measured, which is unknown and not 0
 */
export function coverageOfChangedLines(coverage: Coverage, changes: readonly FileChange[]): number | null {
  const findFile = createFinder(coverage);
  let measured = 0;
  let covered = 0;
  for (const { path, lines } of changes) {
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

/** Tools write absolute paths, and Go the path of the module before that of the file; two that fit are none. */
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
    if (exact !== undefined) return exact;
    const sameName = byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? [];
    const [only, ...others] = sameName.filter((written) => written.endsWith(`/${path}`));
    return only === undefined || others.length > 0 ? undefined : coverage.get(only);
  };
}
