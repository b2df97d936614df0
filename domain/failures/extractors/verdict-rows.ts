import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { isFindingRow, isNoTest } from './failed-lists.ts';
import { projectPlace } from './project-place.ts';

const failed = '(?:FAIL(?:ED|URE)?|[Ff]ail(?:ed|ure)?|NOT OK|[✗✘✖×⨯❌])';

/** One line for each test, with its verdict before or behind its name; and verdicts that stand below a name. */
export const verdictRowsRules = rulesOf(null, 'test_fail', [
  {
    name: 'verdict-behind',
    cue: [': fail', ' fail', '[fail', '(fail', '.fail', ': ✗', ' ✗', ' ✘', ' ✖', ' ×', ' ⨯', ' ❌', 'not ok'],
    weight: 64,
    pattern: new RegExp(
      String.raw`^\s{0,24}(?:#\d{1,5} |[*•+-] )?(?<test>[\w"'\x60].{0,200}?)(?:: {1,4}| {1,60}(?:[-|–—] )?|\s{0,2}\.{3,80} {0,4})[[(]?${failed}[\])]?!?(?: {1,8}(?:[([].{1,120}|[\d.,]{1,10} ?(?:ms|s)))?$`,
    ),
    refine: (groups, view) => decide(groups, view, passedBehind),
  },
  {
    name: 'verdict-before',
    cue: ['fail', '✗', '✘', '✖', '×', '⨯', '❌', '!!', ' x ', 'not ok'],
    weight: 64,
    pattern: new RegExp(
      String.raw`^\s{0,24}[[(]?\s{0,3}(?:${failed}|!!|x)\s{0,3}[\])]?(?:[!:]| -)?(?: {1,8}|\t)(?<test>[\w"'\x60(].{0,240}?)$`,
    ),
    refine: (groups, view) => decide(groups, view, passedBefore),
  },
  {
    name: 'told-test',
    cue: [
      'test fail',
      'test error',
      'fail test',
      'failed test',
      'failing test',
      'failed spec',
      'failed case',
      'in test',
    ],
    weight: 63,
    pattern:
      /^\s{0,12}(?:[^\w\s]{1,3} )?(?:[Tt]est (?:failed|failure|error)|[Ff]ail(?:ed|ing|ure in)? (?:test|spec|case)|[Ee]rror in test)(?: \d{1,5})?(?: ?[:=-])? {1,3}(?:["'\x60](?<test>[^"'\x60]{2,200})["'\x60]|(?<=[:=-] {1,3})(?<test2>\w.{1,200}?)(?: \(.{1,200}\))?$)/,
    refine: ({ test, test2 }, view) => named(test ?? test2, view),
  },
  {
    name: 'failed-heading',
    cue: 'failed: ',
    weight: 54,
    pattern: /^(?:[^\w\s]{1,3} )?Failed: (?<test>\w.{2,200})$/,
    refine: ({ test }, view) => {
      const place = lookDown(view, 3, projectPlace);
      return place === null || /^\d/.test(test ?? '') ? null : named(test, view);
    },
  },
  {
    name: 'result-field',
    cue: ['result: ', 'status: ', 'outcome: ', 'verdict: '],
    weight: 63,
    pattern:
      /^\s{0,12}(?:[Rr]esult|[Ss]tatus|[Oo]utcome|[Vv]erdict): {1,8}(?:FAIL(?:ED|URE)?|[Ff]ail(?:ed|ure)?|not ok)$/,
    refine: (_groups, view) => {
      const field =
        /^\s{0,12}(?:- )?(?:[Tt]est(?: ?[Cc]ase)?|[Nn]ame|[Cc]ase|[Tt]itle|[Ss]pec): {1,8}["']?(?<name>\w.{1,200}?)["']?$/;
      return named(
        lookUp(view, 4, (line) => field.exec(line)?.groups?.['name'] ?? null),
        view,
      );
    },
  },
  {
    name: 'verdict-alone',
    cue: ['fail', 'not ok'],
    weight: 63,
    pattern: new RegExp(String.raw`^\s{0,12}(?:[-=]{1,3}> )?${failed}[!.]?$`),
    refine: (_groups, view) => {
      const begun =
        /^\s{0,8}(?:TEST|Test|RUN|Run|Running|CASE|Case|Testing)(?: test)?:? (?<name>["'\x60]?\w.{1,200}?)(?:\.{3})?$/;
      return named(
        lookUp(view, 8, (line) => begun.exec(line)?.groups?.['name'] ?? null),
        view,
      );
    },
  },
]);

const passed = '(?:PASS(?:ED)?|[Pp]ass(?:ed)?|OK|[Oo]k|SUCCESS|[Ss]uccess|[✓✔✅√])';
const passedBehind = new RegExp(
  String.raw`^\s{0,24}\S.{0,200}(?:: {1,4}| |\.{3})[[(]?${passed}[\])]?!?(?: {1,8}(?:[([].{1,120}|[\d.,]{1,10} ?(?:ms|s)))?$`,
);
const passedBefore = new RegExp(
  String.raw`^\s{0,24}[[(]?\s{0,3}(?:${passed}|\.\.|v)\s{0,3}[\])]?(?:[!:]| -)?(?: {1,8}|\t)\S`,
);

/** Sums, and what asserts. */
const isSum =
  /^\d{1,7} |^(?:tests?|build|compil\w{1,6}|total|suites?)\b[: ]?\d{0,6}$|:$| \| |^(?:FAIL|ERROR|assert)|\b\d{1,7}\/\d{1,7} tests?\b/i;

// Only beside a row of the same form that passed: else it may be the verdict on anything.
function decide(groups: Groups, view: View, form: RegExp): Reading | null {
  const test = bareName(groups['test'] ?? '');
  if (/\b\d{1,7} (?:failed|failures?|fail)\b/.test(view.lines[view.at] ?? '')) return null;
  if (isFindingRow(test) || isSum.test(test) || /\t[\d.]{1,10}s$/.test(groups['test'] ?? '')) return null;
  const isSibling = (line: string) => (form.test(line) ? true : null);
  if ((lookUp(view, 40, isSibling) ?? lookDown(view, 40, isSibling)) !== true) return null;
  return named(test, view);
}

// Without what was expected, where, and how long it took.
function bareName(name: string): string {
  return name
    .replace(/\t.{0,300}$| {2,80}\d{1,3}%$| ?\.{3,80}$/, '')
    .replace(/ {1,80}[([]?\d[\d.,]{0,10} ?(?:ms|s|sec|µs|m)[)\]]?$/, '')
    .replace(/ {1,4}[([]\S{1,200}:\d{1,7}[)\]]$/, '')
    .replace(/ (?:[—–-]|->|=>) (?:expected|got|assert|should).{0,300}$/i, '')
    .replace(/^["'\x60](?<inner>[^"'\x60]{1,200})["'\x60]$/, '$<inner>');
}

function named(name: string | null | undefined, view: View): Reading | null {
  const test = bareName(name ?? '').trim();
  if (test.length < 2 || isNoTest(test)) return null;
  return { groups: withPlace({ test }, projectPlace(view.lines[view.at] ?? '')) };
}
