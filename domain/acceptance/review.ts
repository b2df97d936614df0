import type { DiffLine, FileChange } from '../text/unified-diff.ts';

/** What a reviewing model said of one criterion. */
export interface ReviewVerdict {
  /** From 1, in the order in which they were asked. */
  criterion: number;
  met: 'yes' | 'no' | 'unclear';
  /** A line of the change as `path:line`; empty where it named none. */
  evidence: string;
}

/** A change as a reviewer sees it. */
export interface ShownChange {
  files: { path: string; text: string }[];
  /** Whether some of it is not shown. */
  isCut: boolean;
  /** Every shown line that is there after the change, as `path:line`. */
  places: ReadonlySet<string>;
}

/** What a review comes to for one criterion: the place that shows it, or why it counts for nothing. */
export type ReviewFinding = { isMet: true; evidence: string } | { isMet: false; reason: string };

const charactersMax = 60_000;
const lineCharactersMax = 500;

/** A change with the number of each line before it, up to a length that a model reads well. */
export function showChange(changes: readonly FileChange[]): ShownChange {
  const shown = { files: [] as ShownChange['files'], isCut: false, places: new Set<string>() };
  let left = charactersMax;
  for (const { path, lines, isBinary } of changes) {
    const rows: string[] = [];
    for (const line of isBinary ? [] : lines) {
      const row = showLine(line);
      left -= row.length + 1;
      if (left < 0) break;
      rows.push(row);
      if (line.newLine !== null) shown.places.add(`${path}:${line.newLine}`);
    }
    if (rows.length > 0) shown.files.push({ path, text: rows.join('\n') });
    if (left < 0) return { ...shown, isCut: true };
  }
  return shown;
}

const signs: Record<DiffLine['type'], string> = { added: '+', removed: '-', context: ' ' };

function showLine({ type, text, newLine }: DiffLine): string {
  return `${newLine === null ? '' : newLine} ${signs[type]} ${text.slice(0, lineCharactersMax)}`;
}

/**
 * What a review says of one criterion. A yes without a line of the change counts for nothing, and neither do two
 * verdicts that contradict each other.
 */
export function findingOf(
  verdicts: readonly ReviewVerdict[],
  { criterion, change }: { criterion: number; change: ShownChange },
): ReviewFinding {
  const own = verdicts.filter((verdict) => verdict.criterion === criterion);
  const [first] = own;
  if (first === undefined) return { isMet: false, reason: 'says nothing of it' };
  if (own.some(({ met }) => met !== first.met)) return { isMet: false, reason: 'contradicts itself' };
  if (first.met === 'unclear') return { isMet: false, reason: 'can not tell whether it is met' };
  if (first.met === 'no') return { isMet: false, reason: 'says that it is not met' };
  const named = own.map(({ evidence }) => evidence.replaceAll('`', '').trim().replace(/^\.\//, ''));
  const evidence = named.find((place) => change.places.has(place));
  if (evidence !== undefined) return { isMet: true, evidence };
  return { isMet: false, reason: 'names no line of the change that shows it' };
}
