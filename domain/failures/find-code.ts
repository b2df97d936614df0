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
  if (code !== undefined) return code;
  const near = pool.find(
    ({ at, groups, isWarning }) =>
      Math.abs(at - first.at) <= 2 && groups['code'] !== undefined && isWarning === first.isWarning,
  );
  const isSamePlace = ({ groups }: WeighedFinding) => groups['file'] === file && groups['line'] === line;
  const hasCode = ({ groups }: WeighedFinding) => groups['code'] !== undefined && groups['test'] === undefined;
  const same = file === undefined ? undefined : weighed.find((one) => hasCode(one) && isSamePlace(one));
  return near?.groups['code'] ?? same?.groups['code'] ?? printedCode(first.at, lines);
}

// Each with how many lines before and behind the finding it may stand.
const printedForms: readonly (readonly [before: number, behind: number, form: RegExp])[] = [
  [0, 0, /[\w.)`'"] \[(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6})\]$/],
  [12, 30, /^\s{0,8}[Ee]rror code: (?<code>[A-Z]\d{3,6})$/],
  [0, 2, /^\s{0,8}(?:Error: |error: )?\[(?<code>[A-Z][A-Z0-9]{2,20}_[A-Z0-9_]{2,40})\]/],
  // Node prints an error's code among its fields; runners print it in brackets behind its name.
  [
    0,
    44,
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
