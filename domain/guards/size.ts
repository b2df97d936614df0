import type { FileChange } from '../text/unified-diff.ts';
import { isLockFile } from './generated-files.ts';
import type { GuardHit } from './guard.ts';

export interface SizeInput {
  changes: readonly FileChange[];
  /** Changed lines are added and removed ones together. */
  limits: { linesMax: number; filesMax: number };
  /** Of the base commit's attributes; see `parseGeneratedAttributes`. */
  isGenerated: (path: string) => boolean;
}

const partsShownMax = 8;

/** Finds a change that is too large to be looked at in one go. Lock files and generated files don't count. */
export function checkSize({ changes, limits, isGenerated }: SizeInput): GuardHit[] {
  const counted = changes.filter(({ path }) => !isLockFile(path) && !isGenerated(path));
  const lines = counted.reduce((total, change) => total + countChangedLines(change), 0);
  if (lines <= limits.linesMax && counted.length <= limits.filesMax) return [];
  const parts = splitProposal(counted);
  const shown = parts.slice(0, partsShownMax);
  if (parts.length > shown.length) shown.push(`and ${parts.length - shown.length} more`);
  const split = parts.length > 1 ? ` It could be split into: ${shown.join('; ')}` : '';
  const message = `The change has ${lines} changed lines in ${counted.length} files, where ${limits.linesMax} lines and ${limits.filesMax} files are allowed.${split}${split === '' ? '' : '.'}`;
  return [{ guard: 'size', path: null, line: null, message }];
}

/** Added and removed lines of a file. */
export function countChangedLines({ lines }: FileChange): number {
  return lines.filter(({ type }) => type !== 'context').length;
}

/**
 * How a change could be split: one part for each top folder below what all its files share, the largest first.
 *
 * @returns for people, such as `src/api: 3 files, 210 lines`
 */
export function splitProposal(changes: readonly FileChange[]): string[] {
  const depth = sharedDepth(changes.map(({ path }) => path.split('/').slice(0, -1)));
  const parts = new Map<string, { files: number; lines: number }>();
  for (const change of changes) {
    const folder = change.path.split('/').slice(0, -1);
    const name = folder.slice(0, depth + 1).join('/') || 'the top folder';
    const { files, lines } = parts.get(name) ?? { files: 0, lines: 0 };
    parts.set(name, { files: files + 1, lines: lines + countChangedLines(change) });
  }
  return [...parts]
    .sort(([nameA, a], [nameB, b]) => b.lines - a.lines || (nameA < nameB ? -1 : 1))
    .map(([name, { files, lines }]) => `${name}: ${files} ${files === 1 ? 'file' : 'files'}, ${lines} lines`);
}

function sharedDepth(folders: readonly string[][]): number {
  const [first = [], ...others] = folders;
  let depth = 0;
  while (depth < first.length && others.every((folder) => folder[depth] === first[depth])) depth += 1;
  return depth;
}
