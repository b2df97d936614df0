import type { DiffStat } from '../work-orders/work-order.ts';

/** One line of a hunk. Its text has neither the sign in front nor the line break. */
export interface DiffLine {
  type: 'added' | 'removed' | 'context';
  text: string;
  /** Numbers begin at 1; null on the side where the line is not. */
  oldLine: number | null;
  newLine: number | null;
}

/** What a diff does to one file. */
export interface FileChange {
  /** Path after the change; of a deleted file the path that it had. */
  path: string;
  /** Path before the change; null for a file that is new. Differs from `path` when git saw a file move. */
  oldPath: string | null;
  kind: 'added' | 'deleted' | 'modified';
  isBinary: boolean;
  /** Modes as git writes them, such as `100644`; null where the file is not, or where the diff does not say it. */
  oldMode: string | null;
  newMode: string | null;
  lines: DiffLine[];
}

/**
 * Reads the output of `git diff --numstat -z`. Binary files ("-") count as files without lines.
 *
 * @returns the paths in git's order, too; a path may hold a tab
 */
export function parseNumstat(text: string): DiffStat & { paths: string[] } {
  const stat: DiffStat & { paths: string[] } = { files: 0, added: 0, removed: 0, paths: [] };
  for (const row of text.split('\0').filter((entry) => entry !== '')) {
    const [added = '0', removed = '0', ...path] = row.split('\t');
    stat.files += 1;
    stat.added += Number.parseInt(added, 10) || 0;
    stat.removed += Number.parseInt(removed, 10) || 0;
    stat.paths.push(path.join('\t'));
  }
  return stat;
}

/**
 * Reads the output of `git diff` with git's own prefixes `a/` and `b/`. Never throws: what is no diff gives no change.
 * The lengths in a hunk's header decide where it ends, so that a line of a file can't pass for a header.
 */
export function parseUnifiedDiff(text: string): FileChange[] {
  const lines = text.split('\n');
  const changes: FileChange[] = [];
  let at = 0;
  while (at < lines.length) {
    if (!isFileStart(lines[at])) {
      at += 1;
      continue;
    }
    const change = emptyChange(lines[at] ?? '');
    at = readHeaders(lines, at + 1, change);
    while (lines[at]?.startsWith('@@ ') === true) at = readHunk(lines, at, change.lines);
    changes.push(change);
  }
  return changes;
}

function isFileStart(line: string | undefined): boolean {
  return line?.startsWith('diff --git ') === true;
}

function emptyChange(start: string): FileChange {
  const path = sharedPath(start.slice('diff --git '.length));
  return { path, oldPath: path, kind: 'modified', isBinary: false, oldMode: null, newMode: null, lines: [] };
}

// Names without quotes may hold blanks. Only a move has two different ones, and its own headers say which they are.
function sharedPath(names: string): string {
  if (names.startsWith('"')) return withoutPrefix(unquote(names));
  return names.slice(2, 2 + Math.max(0, (names.length - 5) / 2));
}

type HeaderReader = (change: FileChange, value: string) => void;

const headerReaders: readonly (readonly [start: string, read: HeaderReader])[] = [
  ['new file mode ', (change, mode) => Object.assign(change, { kind: 'added', newMode: mode, oldPath: null })],
  ['deleted file mode ', (change, mode) => Object.assign(change, { kind: 'deleted', oldMode: mode })],
  ['old mode ', (change, mode) => (change.oldMode = mode)],
  ['new mode ', (change, mode) => (change.newMode = mode)],
  ['rename from ', (change, path) => (change.oldPath = unquote(path))],
  ['rename to ', (change, path) => (change.path = unquote(path))],
  ['copy to ', (change, path) => Object.assign(change, { kind: 'added', path: unquote(path), oldPath: null })],
  ['Binary files ', (change) => (change.isBinary = true)],
  ['GIT binary patch', (change) => (change.isBinary = true)],
  ['index ', readIndexMode],
  ['--- ', (change, name) => readName(name, (path) => (change.oldPath = path))],
  ['+++ ', (change, name) => readName(name, (path) => (change.path = path))],
];

// The only place of the mode when it stays the same: `index 1234567..89abcde 100644`.
function readIndexMode(change: FileChange, value: string): void {
  const mode = value.split(' ')[1];
  if (mode !== undefined) Object.assign(change, { oldMode: mode, newMode: mode });
}

// Behind a name with blanks git sets a tab; a name that holds one itself is quoted.
function readName(name: string, set: (path: string) => void): void {
  if (name !== '/dev/null') set(withoutPrefix(unquote(name.endsWith('\t') ? name.slice(0, -1) : name)));
}

function readHeaders(lines: readonly string[], from: number, change: FileChange): number {
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('@@ ') || isFileStart(line)) break;
    const reader = headerReaders.find(([start]) => line.startsWith(start));
    reader?.[1](change, line.slice(reader[0].length));
  }
  return at;
}

function withoutPrefix(name: string): string {
  return /^[ab]\//.test(name) ? name.slice(2) : name;
}

const hunkHeader = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

const typeOfSign: Record<string, DiffLine['type']> = { '+': 'added', '-': 'removed' };

/** Where a hunk stands on both sides, and where it ends there. */
interface HunkPlace {
  oldLine: number;
  newLine: number;
  oldEnd: number;
  newEnd: number;
}

function readHunk(lines: readonly string[], from: number, into: DiffLine[]): number {
  const place = readHunkPlace(lines[from] ?? '');
  let at = from + 1;
  while (at < lines.length && (place.oldLine < place.oldEnd || place.newLine < place.newEnd)) {
    const line = lines[at] ?? '';
    // "No newline at end of file" is said about the line before it and belongs to no side.
    if (!line.startsWith('\\')) into.push(readLine(line, place));
    at += 1;
  }
  while (lines[at]?.startsWith('\\') === true) at += 1;
  return at;
}

function readHunkPlace(header: string): HunkPlace {
  const [, oldStart, oldCount = '1', newStart, newCount = '1'] = hunkHeader.exec(header) ?? [];
  if (oldStart === undefined) return { oldLine: 0, newLine: 0, oldEnd: 0, newEnd: 0 };
  const oldLine = Number(oldStart);
  const newLine = Number(newStart);
  return { oldLine, newLine, oldEnd: oldLine + Number(oldCount), newEnd: newLine + Number(newCount) };
}

function readLine(line: string, place: HunkPlace): DiffLine {
  const type = typeOfSign[line[0] ?? ''] ?? 'context';
  const oldLine = type === 'added' ? null : place.oldLine;
  const newLine = type === 'removed' ? null : place.newLine;
  if (oldLine !== null) place.oldLine += 1;
  if (newLine !== null) place.newLine += 1;
  return { type, text: line.slice(1), oldLine, newLine };
}

const escapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/**
 * A name as git writes it: plain, or in quotes with C's escapes, where octal numbers are bytes of UTF-8. What stands
 * behind the closing quote is left out.
 */
export function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const part of name.slice(1).matchAll(/\\([0-7]{3})|\\(.)|([^"\\]{1,1000})|"/gu)) {
    const [whole, octal, escaped, plain] = part;
    if (whole === '"') break;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (escaped !== undefined) bytes.push(escapes[escaped] ?? escaped.charCodeAt(0) & 255);
    else bytes.push(...encoder.encode(plain));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
