import type { WeighedFinding } from './choose-finding.ts';

/** Findings close to the first one, all findings, and the lines. */
interface Surroundings {
  pool: readonly WeighedFinding[];
  weighed: readonly WeighedFinding[];
  lines: readonly string[];
}

/** The machine-readable code printed with a finding; null where there is none. */
export function findCode(first: WeighedFinding, { pool, weighed, lines }: Surroundings): string | null {
  const { file, line, code } = first.groups;
  if (code !== undefined) return bareCode(code);
  const near = pool.find(
    ({ at, groups, isWarning }) =>
      Math.abs(at - first.at) <= 2 && groups['code'] !== undefined && isWarning === first.isWarning,
  );
  const isSamePlace = ({ groups }: WeighedFinding) => groups['file'] === file && groups['line'] === line;
  const hasCode = ({ groups }: WeighedFinding) => groups['code'] !== undefined && groups['test'] === undefined;
  const same = file === undefined ? undefined : weighed.find((one) => hasCode(one) && isSamePlace(one));
  return bareCode(
    near?.groups['code'] ?? same?.groups['code'] ?? printedCode(first.at, lines) ?? codeAtPlace(first, lines),
  );
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
  /^\s{0,8}\S{1,300}[:@]\d{1,7}:\d{1,7}:? (?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{0,30}){1,8}): /,
  /[.\w)'"\x60]\s{1,8}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){2,6})$/,
  /^\s{0,8}\S{1,300}:\d{1,7}:\d{1,7}: (?!error|warning|info|note|style|fatal|convention|refactor|hint|suggestion|message|syntax)(?<code>[a-z]{4,30}(?:[_.][a-z]{2,30}){0,6}): [A-Z'"]/,
  /^\s{0,8}\S{1,300}:\d{1,7} {2,40}(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}) {2,40}[A-Z]/,
  /\b(?:ERROR|WARNING|[Ee]rror|[Ww]arning) - \[(?<code>[A-Z][A-Z\d]{1,20}(?:_[A-Z\d]{1,30}){1,6})\] /,
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
