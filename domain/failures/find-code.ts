import type { WeighedFinding } from './choose-finding.ts';
import { readPlace, type Place } from './places.ts';

/** Findings close to the first one, all findings, the lines, and the place that was found. */
interface Surroundings {
  pool: readonly WeighedFinding[];
  weighed: readonly WeighedFinding[];
  lines: readonly string[];
  place: Place | null;
}

/** The machine-readable code printed with a finding; null where there is none. */
export function findCode(first: WeighedFinding, known: Surroundings): string | null {
  const { code } = first.groups;
  const line = known.lines[first.at] ?? '';
  // The code of a package manager stands before the number of the system's error that it met.
  if (code !== undefined) return (isSystems(code) ? ownCode.exec(line)?.groups?.['code'] : undefined) ?? bareCode(code);
  return bareCode(codeOfOthers(first, known) ?? codeInText(first, known));
}

// What another finding close to it, or of the same place, names.
function codeOfOthers(first: WeighedFinding, { pool, weighed }: Surroundings): string | null {
  const { file, line } = first.groups;
  const near = pool.find(
    ({ at, groups, isWarning }) =>
      Math.abs(at - first.at) <= 2 && groups['code'] !== undefined && isWarning === first.isWarning,
  );
  const isSamePlace = ({ groups }: WeighedFinding) => groups['file'] === file && groups['line'] === line;
  const hasCode = ({ groups }: WeighedFinding) => groups['code'] !== undefined && groups['test'] === undefined;
  const same = file === undefined ? undefined : weighed.find((one) => hasCode(one) && isSamePlace(one));
  return near?.groups['code'] ?? same?.groups['code'] ?? null;
}

function codeInText(first: WeighedFinding, { lines, place }: Surroundings): string | null {
  const told = printedCode(first.at, lines) ?? codeAtPlace(first, lines);
  return told ?? (first.failureClass === 'lint_error' ? (codeBeside(place, lines) ?? codeOfRows(place, lines)) : null);
}

const ownCode = /^\s{0,4}(?:error:? |Error: |ERROR )?(?<code>(?:ERR|E)_[A-Z][A-Z0-9_]{3,60})\b/;

function isSystems(code: string | undefined): boolean {
  return /^E[A-Z]{3,14}$/.test(code ?? '');
}

/** The code that a package manager prints on a line of its own; null where there is none. */
export function managersCode(lines: readonly string[]): string | null {
  const form = /^\s?(?:\w{1,10} )?(?:error |ERR! )code (?<code>E[A-Z0-9_]{3,40})$/;
  return lines.map((line) => form.exec(line)?.groups?.['code']).find((code) => code !== undefined) ?? null;
}

// `eslint(no-debugger)`: whose rule it is, and the rule. `-Werror,-Wunused`: that it fails, and the option that asked.
function bareCode(code: string | null): string | null {
  const bare = /^[a-z][\w@/-]{1,40}\((?<rule>[\w@/-]{2,80})\)$|^-Werror,(?<option>-W[\w=+-]{1,80})$/.exec(code ?? '');
  return bare?.groups?.['rule'] ?? bare?.groups?.['option'] ?? code;
}

// Each with how many lines before and behind the finding it may stand.
const printedForms: readonly (readonly [before: number, behind: number, form: RegExp])[] = [
  [0, 0, /[\w.)`'"] \[(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6})\]$/],
  [12, 30, /^\s{0,8}[Ee]rror code: (?<code>[A-Z]\d{3,6})$/],
  [0, 2, /^\s{4,12}\S.{1,300} \((?<code>report[A-Z]\w{3,60})\)$/],
  [3, 3, /^\s?(?:\w{1,10} )?(?:error )?code (?<code>E[A-Z0-9_]{3,40})$/],
  [0, 0, /^\s{0,4}(?:error:? |Error: )?(?<code>(?:ERR|E)_[A-Z][A-Z0-9_]{3,60})\b/],
  [0, 2, /^\s{0,8}(?:Error: |error: )?\[(?<code>[A-Z][A-Z0-9]{2,20}_[A-Z0-9_]{2,40})\]/],
  [0, 12, /^\s{2,40}"code": "(?<code>[a-z]\w{1,40}(?:[.-]\w{1,40}){1,6})",?$/],
  [0, 2, /^\s{0,8}(?:\[\w{1,12}\] )?[\w./-]{1,100} \[(?<code>E[A-Z]{4,14})\]$/],
  [0, 5, /^\s{2,20}🪪 {1,4}(?<code>[\w.-]{3,80})$/u],
  [0, 44, /^\s{0,20}[Cc]ode:? {1,8}(?<code>(?:ERR|E)_[A-Z_]{3,60})$/],
  [0, 1, /^\s{0,4}(?<code>E[A-Z]{4,14})$/],
  [
    0,
    4,
    /^\s{0,12}Error: (?:connect|listen|bind|getaddrinfo|open|read|write|spawn|mkdir|unlink) (?<code>E[A-Z]{4,14})\b/,
  ],
  // Node prints an error's code among its fields; runners print it in brackets behind its name.
  [
    0,
    90,
    /^\s{0,20}code: '(?<code>(?!ERR_TEST_FAILURE)[A-Z][A-Z0-9_]{2,60})',?$|\b\w{0,40}Error \[(?<code2>ERR_[A-Z_]{3,60})\]/,
  ],
];

function printedCode(at: number, lines: readonly string[]): string | null {
  for (const [before, behind, form] of printedForms) {
    for (const line of lines.slice(Math.max(0, at - before), at + behind + 1)) {
      const groups = form.exec(line)?.groups;
      const code = groups?.['code'] ?? groups?.['code2'];
      if (code !== undefined) return code;
    }
  }
  return null;
}

const coded: ReadonlySet<string> = new Set(['lint_error', 'compile_error']);

/** Where linters and compilers have the name of a rule on the line of a place, or on the indented one below it. */
const placedForms: readonly RegExp[] = [
  /^\s{0,8}(?:[✖×✗] )?\S{1,300}:\d{1,7}(?::\d{1,7})?:?(?: -)? (?:[A-Z]: |(?:error|warning|info|style)[: ] ?)?(?<code>[a-z][a-z\d]{1,30}(?:[-/_][a-z\d]{1,30}){1,6}|[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}): /,
  /^\s{0,4}\[(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}|[a-z]{2,30}(?:[-/_][a-z]{2,30}){1,6})\] \S{1,300}:\d/,
  /^\s{0,4}\[?(?:error|ERROR|warning|WARN(?:ING)?)\]?:? (?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6})(?:: | \S{1,300}:\d)/,
  /^\s{0,8}\S{1,300}[:@]\d{1,7}(?::\d{1,7})?:?\s(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{0,30}){1,8}|[a-z]{2,30}(?:[A-Z][a-z]{1,30}){1,6}):\s/,
  /^\s{0,8}\S{1,300}:\d{1,7}:\d{1,7} .{1,300}\| {1,4}(?<code>[a-z]{2,30}(?:-[a-z\d]{1,30}){1,6}) {0,80}\|/,
  /[.\w)'"\x60]\s{1,8}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){2,6})$/,
  /^\s{0,8}\S{1,300}:\d{1,7}:\d{1,7}: (?!error|warning|info|note|style|fatal|convention|refactor|hint|suggestion|message|syntax)(?<code>[a-z]{4,30}(?:[_.][a-z]{2,30}){0,6}): [A-Z'"]/,
  /^\s{0,8}\S{1,300}:\d{1,7} {2,40}(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}) {2,40}[A-Z]/,
  /\b(?:ERROR|WARNING|[Ee]rror|[Ww]arning) - \[(?<code>[A-Z][A-Z\d]{1,20}(?:_[A-Z\d]{1,30}){1,6})\] /,
  /\((?:check|rule|code|id|rule ?id): ?(?<code>[\w./-]{2,80})[),]/i,
  /^\s{0,4}\[(?<code>(?!UTF|CWE|CVE|ISO|RFC|SHA|HTTP)[A-Z]{1,6}\d{2,5})\] /,
  /^\s{0,8}\S{1,300}:\d{1,7}(?::\d{1,7})?:? \[[A-Z]\]:? (?<code>[A-Z][\w/]{2,80}): /,
  /%(?:Warning|Error)-(?<code>[A-Z][A-Z\d_]{2,40}): /,
  /^\s{0,8}(?:\(fix\) )?(?<code>[A-Z][A-Za-z\d]{1,40}(?:\.[A-Z][A-Za-z\d]{1,40}){1,4}): [A-Z`'"]/,
  /^\s{1,8}\[\d{1,6}(?:, ?\d{1,6}){0,8}\]:(?<code>[A-Z][A-Za-z]{2,60}): /,
  /[\w.)'"\x60] \((?<code>[a-z]{2,30}(?:_[a-z\d]{1,30}){1,6})\)$/,
  /^\s{0,8}\d{1,6}:\d{1,6}\t.{1,400}\t(?<code>[a-z][\w-]{2,60})$/,
  /^\s{0,4}[EWFI]: [\w./+-]{1,200}(?: [a-z]{2,12})?: (?<code>[a-z]{2,40}(?:-[a-z\d]{1,40}){1,8})(?: |$)/,
  /\((?<code>[A-Z][a-z]{1,30}(?:[A-Z][a-z]{1,30}){1,8})\)$/,
  /^\s{0,4}[✖✗×✘] {1,3}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6}) - /,
  /\| {1,4}(?<code>[A-Z]{2,4}\d{2,4}) {1,4}\|/,
  /\S {2,40}(?<code>[A-Z][a-z]{2,30}(?:[A-Z][a-z]{1,30}){1,6})$/,
  /^\s{0,4}\[(?<code>\w{2,60}::\w{2,60})\] /,
  /[\w.)'"\x60] \[(?<code>[a-z]{2,30}(?:[-/][a-z]{2,30}){1,6})\]$/,
  /\bby (?:the )?(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6}) rule\b/,
  /\bIssue: \[(?<code>[A-Z]{1,4}\d{2,5})\b/,
  /(?:^|: |\s{2})(?:[A-Z]: )?(?:\[[A-Z]\w{0,20}\] )?(?<code>[A-Z]\w{1,40}(?:\/[A-Z]\w{1,60}){1,2}): /,
  /(?:^\s{0,12}|: |\s)\(?(?<code>(?!UTF|CWE|CVE|ISO|RFC|SHA|HTTP)[A-Z]{1,6}\d{3,5})\)?(?:\[\w{1,20}\])?(?:[: ]|$)/,
  /\b(?<code>[A-Z]{2,6}(?:_[A-Z\d]{2,12}){1,4}_\d{1,4})\b/,
  /\((?<code>[a-z]{2,30}(?:-[a-z]{1,30}){1,6})\)(?: at \S|$)/,
  /\b(?:error|warning|info) (?<code>[a-z]{2,30}(?:-[a-z]{1,30}){1,6}|[a-z][\w-]{1,40}\/[\w-]{2,60}):? /,
  /\b[Ww]arning: \[(?<code>[\w-]{3,60})\]/,
  /^\S{1,300}:\d{1,7} (?<code>\w{2,20}(?:\/\w{2,60}){1,3}) /,
  /\s(?:error|warning)\[(?<code>[\w:-]{2,60})\]/,
];

/** The name of a rule on a line that tells of a finding; null where it has none. */
export function codeOn(line: string): string | null {
  for (const form of placedForms) {
    const code = form.exec(line.slice(0, 600))?.groups?.['code'];
    if (code !== undefined) return code;
  }
  return null;
}

/** A rule that is named at all is named early; each line is held against every form. */
const rowsMax = 2_000;

function codeOnFirst(lines: readonly string[]): string | null {
  for (const line of lines) {
    const code = codeOn(line);
    if (code !== null) return code;
  }
  return null;
}

// Where a sum decided, the rule stands beside the place that was found.
function codeBeside(place: Place | null, lines: readonly string[]): string | null {
  if (place === null) return null;
  if (place.line === null) return codeOnFirst(lines.slice(0, rowsMax).filter((line) => line.includes(place.file)));
  const at = lines.findIndex((line) => {
    const found = line.includes(String(place.line)) ? readPlace(line) : null;
    return found !== null && found.file === place.file && found.line === place.line;
  });
  return at === -1 ? null : codeNear(lines, at);
}

// Findings that name no place name their rule.
function codeOfRows(place: Place | null, lines: readonly string[]): string | null {
  return place === null ? codeOn(lines[rowWithCode(lines.slice(0, rowsMax))] ?? '') : null;
}

/** The number of the first line that names a rule and is no warning; of a warning where all are; -9 where none does. */
export function rowWithCode(lines: readonly string[]): number {
  const rows = lines.flatMap((line, at) => (codeOn(line) === null ? [] : [at]));
  return rows.find((at) => !/^\s{0,4}(?:W:|[Ww]arn|WARN)/.test(lines[at] ?? '')) ?? rows[0] ?? -9;
}

/** What stands above a place as its heading: a rule and words. */
const headingCode =
  /^(?:\(\w{2,10}\) )?(?<code>(?!error|warning|note|info|fatal|failed|usage|file|line|in |at )[a-z][\w-]{2,40}(?:\[[\w-]{2,60}\])?): [A-Z]/;

/** The name of a rule on a line that names a place, or beside it, nearest first; null where there is none. */
export function codeNear(lines: readonly string[], at: number): string | null {
  const beside = [0, -1, 1, -2, 2].map((offset) => codeOn(lines[at + offset] ?? ''));
  return beside.find((code) => code !== null) ?? headingCode.exec(lines[at - 1] ?? '')?.groups?.['code'] ?? null;
}

function codeAtPlace({ failureClass, groups, at }: WeighedFinding, lines: readonly string[]): string | null {
  if (!coded.has(failureClass)) return null;
  const { file, line } = groups;
  const isPlace = (one: string) => file !== undefined && one.includes(`${file}:${line ?? ''}`);
  const from = Math.max(0, at - 6);
  const near = lines
    .slice(from, at + 3)
    .filter((one, index) => from + index === at || isPlace(one) || /^\s|^>> /.test(one));
  const own = [lines[at] ?? '', ...lines.slice(at + 1, at + 2).filter((one) => /^\s{2,}[A-Z]/.test(one)), ...near];
  return own.map(codeOn).find((code) => code !== null) ?? null;
}
