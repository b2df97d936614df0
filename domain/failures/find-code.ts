import type { WeighedFinding } from './choose-finding.ts';
import { placedForms, printedForms } from './code-forms.ts';
import { advisoryOf, codeToken } from './code-tokens.ts';
import { readPlace, type Place } from './places.ts';
import { providerCode } from './provider-code.ts';

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

const machines: ReadonlySet<string> = new Set(['orchestration_error', 'timeout', 'dependency_missing']);
/** `net::ERR_NAME`, `Errno::ENAME`, `(NAME_OF_IT)`, `NAME_OF_IT: words`; a setting of the environment is none. */
const machineForm =
  /\b(?:net|Errno)::(?<code>[A-Z][A-Z_]{4,40})\b|(?:^|[\s([])(?<code2>[A-Z]{2,12}(?:_[A-Z\d]{2,20}){1,6})(?:[:)\]] |[)\]]?$)/;
const setting = /(?:TOKEN|KEY|URL|URI|HOST|PORT|PASSWORD|USER|PATH|HOME|SECRET|ID|NAME|DIR|FILE)$/;

function machineWord(line: string): string | null {
  const groups = machineForm.exec(line.slice(0, 600))?.groups;
  const code = groups?.['code'] ?? groups?.['code2'];
  return code === undefined || setting.test(code) ? null : code;
}

const isCloudError = /\bAn error occurred \(\w{4,60}\) when calling\b/;

function isOfProvider({ subReason, failureClass, at }: WeighedFinding, lines: readonly string[]): boolean {
  const isCloud = failureClass === 'orchestration_error' && isCloudError.test(lines[at] ?? '');
  return isCloud || subReason === 'provider';
}

function codeInText(first: WeighedFinding, { lines, place }: Surroundings): string | null {
  if (isOfProvider(first, lines)) return providerCode(lines, first.at) ?? printedCode(first.at, lines);
  const told = printedCode(first.at, lines) ?? codeAtPlace(first, lines);
  if (machines.has(first.failureClass)) return told ?? machineWord(lines[first.at] ?? '');
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

const coded: ReadonlySet<string> = new Set(['lint_error', 'compile_error', 'contract_violation']);

/** The name of a rule on a line that tells of a finding; null where it has none. */
export function codeOn(line: string): string | null {
  for (const form of placedForms) {
    const code = form.exec(line.slice(0, 600))?.groups?.['code'];
    if (code !== undefined && !/[a-z](?:Error|Exception)$/.test(code)) return code;
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
  return place === null ? (codeOn(lines[rowWithCode(lines.slice(0, rowsMax))] ?? '') ?? advisoryOf(lines)) : null;
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
  return (
    beside.find((code) => code !== null) ??
    codeToken(lines[at] ?? '') ??
    headingCode.exec(lines[at - 1] ?? '')?.groups?.['code'] ??
    tokenAbove(lines, at) ??
    null
  );
}

// A heading with the name, and the place alone below it.
function tokenAbove(lines: readonly string[], at: number): string | null {
  const isBare = /^\s{0,8}(?:-->|at |in |╭─\[|┌─)?\s{0,4}\S{1,300}:\d{1,7}/.test(lines[at] ?? '');
  return isBare ? codeToken(lines[at - 1] ?? '') : null;
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
  const told = own.map(codeOn).find((code) => code !== null);
  return told ?? codeToken(lines[at] ?? '') ?? tokenAbove(lines, at);
}
