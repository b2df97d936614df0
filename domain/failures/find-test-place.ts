import type { WeighedFinding } from './choose-finding.ts';
import { projectPlace } from './extractors/project-place.ts';
import { isProjectFile, type Place } from './places.ts';

const firstName = ({ groups }: WeighedFinding): string => (groups['test'] ?? '').split('\n')[0]?.trim() ?? '';

/** Where a test begins, as runners print it beside its name; where it failed stands elsewhere. */
const definition = /^\s{0,4}(?:test at |location: )|=> \S{1,300}:\d{1,7}(?::\d{1,7})?$/;

/** The first place below a line that is no beginning of a test; a beginning where nothing else is there. */
export function placeBelowLine(
  { from, to }: { from: number; to: number },
  lines: readonly string[],
  isSeen: (at: number) => boolean,
): Place | null {
  let begin: Place | null = null;
  for (let at = from + 1; at <= to && at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const place = isSeen(at) ? projectPlace(line) : null;
    if (place === null) continue;
    if (!definition.test(line)) return place;
    begin ??= place;
  }
  return begin;
}

/** The place below a name that stands again further down: many runners list names first, and tell the details there. */
export function placeBelowName(finding: WeighedFinding, lines: readonly string[]): Place | null {
  const name = firstName(finding);
  if (name === '') return null;
  for (let at = finding.at + 1; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (!line.endsWith(name) && !line.startsWith(name)) continue;
    const place = firstPlace(lines, at, at + 20);
    if (place !== null) return place;
  }
  return null;
}

const barred = /^\s{0,8}[-=_─━═#*]{3,200} {0,2}(?<words>\S.{0,300}?) {0,2}[-=_─━═#*]{3,200}$/;

/** The place below the name between two bars, which heads the details of a test wherever its name was listed. */
export function placeBelowBars(finding: WeighedFinding, lines: readonly string[]): Place | null {
  const name = firstName(finding);
  const last = name.split(/::| > | › |(?<=\w)\.(?=\w)/).at(-1) ?? name;
  if (last.length < 3) return null;
  const ends = [name, last, `.${last}`, `::${last}`];
  for (const [at, line] of lines.entries()) {
    const words = barred.exec(line)?.groups?.['words']?.replace(/ (?:stdout|stderr)$/, '') ?? '';
    const isOwn = ends.some((end, rank) => (rank < 2 ? words === end : words.endsWith(end)));
    const place = isOwn ? firstPlace(lines, at + 1, at + 40) : null;
    if (place !== null) return place;
  }
  return null;
}

function firstPlace(lines: readonly string[], from: number, to: number): Place | null {
  for (const line of lines.slice(from, to)) {
    const place = projectPlace(line);
    if (place !== null) return place;
  }
  return null;
}

/** What a runner tells above the row of a test, up to the row before it: the place of an assertion. */
export function placeToldAbove({ at, groups }: WeighedFinding, lines: readonly string[]): Place | null {
  const isRow = groups['test'] !== undefined && !/^\s{2,}\S/.test(lines[at + 1] ?? '');
  if (!isRow) return null;
  for (let above = at - 1; above >= Math.max(0, at - 6); above -= 1) {
    const line = lines[above] ?? '';
    if (/\b(?:PASS|FAIL|OK)(?:ED)?\b/.test(line) || line.trim() === '') return null;
    const place = /\b[Aa]ssert\w{0,8}\b|\b[Ff]ail(?:ure|ed)\b|\b[Ee]xpected\b/.test(line) ? projectPlace(line) : null;
    if (place !== null) return place;
  }
  return null;
}

/** The file that the name of a test begins with. */
export function fileOfName(finding: WeighedFinding): Place | null {
  const file = /^(?:\d{1,5}-)?(?<file>[\w@./-]{1,300}\.[a-z]{1,5})(?:::?(?=[A-Za-z])| [>›»] )/.exec(firstName(finding))
    ?.groups?.['file'];
  return file === undefined || !isProjectFile(file) ? null : { file, line: null, column: null };
}

/** The file that a runner names where a test gave up without a frame: in brackets, or as the heading of its tests. */
export function testFile(at: number, lines: readonly string[]): Place | null {
  const told = lines
    .slice(at, at + 4)
    .map((line) => /\((?<file>[\w@./-]{1,300}\.[a-z]\w{0,7})\)$/.exec(line)?.groups?.['file']);
  const above = lines
    .slice(Math.max(0, at - 60), at)
    .map(
      (line) => /^(?:FAIL |RUN |Running )?\s?(?<file>[\w@./-]{1,300}\.[A-Za-z]{1,4}):?$/.exec(line)?.groups?.['file'],
    );
  const file = told.find((one) => one !== undefined) ?? above.findLast((one) => one !== undefined);
  return file === undefined || !isProjectFile(file) ? null : { file, line: null, column: null };
}
