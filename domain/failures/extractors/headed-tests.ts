import { rulesOf, standsNear, type Groups, type Reading, type View } from '../line-rule.ts';
import type { Place } from '../places.ts';
import { withPlace } from '../refine.ts';
import { isNoTest } from './failed-lists.ts';
import { projectPlace } from './project-place.ts';
import { cleanTestName, hasCauseBelow, isNamedTest } from './test-names.ts';

const failed = String.raw`(?:FAIL(?:ED|URE)?|[Ff]ail(?:ed|ure)?|ERROR|[Ee]rror(?:ed)?|NOT OK|N?KO|[✗✘✖×❌✕])`;
const passed = String.raw`(?:PASS(?:ED)?|[Pp]ass(?:ed)?|OK|[Oo]k|SUCCESS|[Ss]uccess|[✓✔✅√])`;
const edge = '[|│┃║]';

/** Tests that are named in a heading, in a row of a table, or in the sum. */
export const headedTestRules = rulesOf(null, 'test_fail', [
  {
    name: 'barred-name',
    cue: ['== ', '-- ', '── ', '━━ ', '** '],
    weight: 64,
    // Between bars, with or without a number, and below it why. Only what says of itself that it is a test.
    pattern:
      /^\s{0,4}[-=*─━]{2,120} ?(?:#?\d{1,5}[.:)]? {1,3})?(?:[Tt]est(?: [Cc]ase)?: )?(?<test>\w[^=─━]{2,240}?) ?[-=*─━]{2,160}$/,
    refine: (groups, view) => {
      const told = groups['test'] ?? '';
      const test = isOfFile.test(told) || isNamedTest(told) || saysTest(view) ? cleanTestName(told) : null;
      const isBar = (line: string) => /^\s{0,4}[-=*─━]{4,}/.test(line);
      if (test === null || isHeading.test(told) || !hasCauseBelow(view, 14, isBar)) return null;
      return { groups: withPlace({ test }, placeBelow(view)) };
    },
  },
  {
    name: 'error-behind',
    cue: ['error: ', 'exception: ', 'failure: '],
    weight: 64,
    // What a test threw stands where others have that they passed.
    pattern:
      /^\s{0,24}(?<test>\w[^:]{0,200}(?:::?\w[^:\s]{0,100}){0,3}): (?<message>(?:\w{1,40}\.){0,6}\w{0,40}(?:Error|Exception|Failure): .{0,300})$/,
    refine: (groups, view) => {
      const hasRun = standsNear(view, { up: 20, down: 20 }, (line) => passedBehind.test(line));
      const test = hasRun ? cleanTestName(groups['test'] ?? '') : null;
      return test === null ? null : { groups: { ...groups, test } };
    },
  },
  {
    name: 'test-table',
    cue: ['fail', 'error', 'not ok', 'ko ', '✗', '✘', '✖', '×', '❌', '✕'],
    weight: 63,
    pattern: new RegExp(
      String.raw`^\s{0,4}${edge}\s{0,8}(?:\d{1,6} {0,8}${edge} {1,8})?(?<test>[\w"'][^|│┃║]{1,200}?) {1,80}${edge} {1,40}(?:[^|│┃║]{1,40}${edge} {1,40})?${failed}(?: {1,40}${edge}|$)`,
    ),
    refine: decideTable,
  },
  {
    name: 'failed-sum',
    cue: ['failed: ', 'tests: ', '): ', 'specs: ', 'scenarios: '],
    weight: 60,
    pattern:
      /^\s{0,8}(?:[^\w\s]{1,3} )?(?:[1-9]\d{0,5} (?:tests?|specs?|scenarios?) failed|(?:Failed|Failing|Unsuccessful|Broken|FAILED) (?:tests?|specs?|scenarios?)(?: \(\d{1,6}\))?|FAILED \(\d{1,6}\)): (?<tests>[A-Za-z].{1,400})$/,
    refine: ({ tests }) => {
      const names = (tests ?? '').split(/, /).map((name) => cleanTestName(name.replace(/[.;]$/, '')));
      const known = names.filter((name) => name !== null);
      return known.length === 0 || known.length < names.length ? null : { groups: { test: known.join('\n') } };
    },
  },
]);

/** A file and what is in it: `cart.py:CartTest.test_empty`, `cart.lua::adds`. */
const isOfFile = /^[\w@./-]{1,200}\.\w{1,8}::?[A-Za-z][\w.:> -]{1,200}$/;
/** Headings of a report. */
const isHeading =
  /\b(?:session|summary|failures?|errors?|starts?|output|report|results?|stdout|stderr|captured|traceback|warnings?|info|coverage)\b|^(?:FAIL|ERROR|PASS|OK)/i;
const passedBehind = new RegExp(String.raw`^\s{0,24}\w.{0,200}: ${passed}(?: |$)`);
const passedRow = new RegExp(String.raw`^\s{0,4}${edge}.{1,200}${edge} {1,40}${passed}(?: {1,40}${edge}|$)`);
const columns =
  /\b(?:[Tt]ests?|[Cc]ases?|[Ss]pecs?|[Ss]cenarios?)\b.{0,80}[|│┃║].{0,80}\b(?:[Rr]esult|[Ss]tatus|[Oo]utcome|[Vv]erdict)\b/;

function saysTest({ lines, at }: View): boolean {
  return /^\s{0,4}[-=*─━]{2,} ?(?:#?\d{1,5}[.:)]? {1,3})?[Tt]est(?: [Cc]ase)?: /.test(lines[at] ?? '');
}

// Beside a row of one that passed, or below the names of the columns.
function decideTable(groups: Groups, view: View): Reading | null {
  const told = groups['test'] ?? '';
  if (isNoTest(told) || /^(?:status|result|total|sum)\b/i.test(told)) return null;
  const isKnown = standsNear(view, { up: 40, down: 40 }, (line) => passedRow.test(line) || columns.test(line));
  const test = isKnown ? cleanTestName(told) : null;
  return test === null ? null : { groups: { test } };
}

// Of the frames of Python the innermost; other places are looked for as everywhere.
function placeBelow({ lines, at }: View): Place | null {
  const below = lines.slice(at + 1, at + 30);
  const end = below.findIndex((line) => /^\s{0,4}[-=*─━]{4,}\s?(?:\w|#)/.test(line));
  const frames = below.slice(0, end === -1 ? undefined : end).filter((line) => /^\s{2,12}File "/.test(line));
  return frames.map(projectPlace).findLast((place) => place !== null) ?? null;
}
