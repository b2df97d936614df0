import { indentOf, lookDown, lookUp, rulesOf, standsNear, type Groups, type Reading, type View } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { isFindingRow, isStepInside, isSuiteRow } from './failed-lists.ts';
import { projectPlace } from './project-place.ts';
import { cleanTestName, isCause } from './test-names.ts';

const failed = '(?:FAIL(?:ED|URE)?|[Ff]ail(?:ed|ure)?|NOT OK|N?KO|NOK|[✗✘✖×⨯❌✕☒]|🔴|💥|🚫|⛔)';

/** One line for each test, with its verdict before or behind its name; and verdicts that stand below a name. */
export const verdictRowsRules = rulesOf(null, 'test_fail', [
  {
    name: 'verdict-behind',
    cue: [
      ': fail',
      ' fail',
      '[fail',
      '(fail',
      '.fail',
      ': error',
      '[ error',
      '[error',
      ': ✗',
      ' ✗',
      ' ✘',
      ' ✖',
      ' ×',
      ' ⨯',
      ' ❌',
      'not ok',
      ': ko',
      ' ko',
      '[ko',
      '(ko',
      ' nok',
      ' ✕',
    ],
    weight: 64,
    pattern: new RegExp(
      String.raw`^\s{0,64}(?:#\d{1,5} |[*•+-] |\.{3} |\*\* |[-=]{3,6} |%{1,3} ?|\(\d{1,5}\/\d{1,5}\) |\[\d{1,5}\/\d{1,5}\] )?(?<test>[\w"'\x60/].{0,200}?)(?:: {1,4}| {1,60}(?:(?:[-|–—]|[-=]>|→) )?|\s{0,2}\.{3,80} {0,40})(?:[[(]?(?:${failed}|(?<=\.{3} {0,40})not ok)[\])]?|[[(] {0,6}(?:FAIL(?:ED)?|ERROR|Failed|failed)(?: - \d{1,5})? {0,6}[\])]|(?<=: {1,4})ERROR)!?(?: {1,20}(?:[([].{1,120}|(?:in \d{1,5} out of \d{1,5} )?(?:in |after )?[\d.,]{1,10} ?(?:ms|s|sec)|[\d. ]{3,80}\*\*|[.FEI])| - [A-Z]\S.{1,200})?(?:: \S.{1,200} \([\d.]{1,10} ?m?s\))?$`,
    ),
    refine: (groups, view) => decide(groups, view, passedBehind),
  },
  {
    name: 'verdict-before',
    cue: [
      'fail',
      ...['✗', '✘', '✖', '×', '⨯', '❌', '✕', '☒', '🔴', '💥', '🚫', '⛔'],
      ...['!!', ' x ', '(x) ', '[x] ', 'not ok', 'ko ', 'ko]', 'ko:', 'nok ', 'error:', 'crash'],
    ],
    weight: 64,
    pattern: new RegExp(
      String.raw`^(?:\[(?:info|error|INFO|ERROR)\] )?\s{0,24}(?:[-=]{2,3}> |[-*•+] (?=[[(]))?(?:\(\d{1,5}\/\d{1,5}\) |\d{1,6} {2,4})?(?:\[[A-Z]{3,12}\] )?[[(]?\s{0,3}(?:${failed}|!!|[xX]|ERROR(?=[:\])])|CRASH(?:ED)?)\s{0,3}[\])]?(?:[!:]| -)?(?: {1,8}|\t(?:\|\|\t)?)(?:\d{1,5} [—–#-] )?(?<test>[\w"'\x60(].{0,240}?)$`,
    ),
    refine: (groups, view) => decide(groups, view, passedBefore),
  },
  {
    name: 'verdict-arrow',
    cue: ['->  failed', '-> failed', '->  broken', '-> broken', '=> failed'],
    weight: 64,
    pattern:
      /^\s{0,8}(?<test>\w\S{0,200}) {1,4}[-=]> {1,4}(?:failed|broken): (?<message>.{1,300}?)(?: {1,4}\[[\d.]{1,10}s\])?$/,
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
    name: 'verdict-told',
    cue: [' failed : ', ' error : '],
    weight: 64,
    // The board, what ran on it, and why it failed.
    pattern:
      /^\s{0,8}[\w./-]{2,60} {2,40}(?<test>[\w-]{1,100}(?:\/[\w.-]{1,100}){1,12}) {2,40}(?:FAILED|ERROR) : (?<message>.{1,200})$/,
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

const passed = '(?:PASS(?:ED)?|[Pp]ass(?:ed)?|OK|[Oo]k|SUCCESS|[Ss]uccess|[✓✔✅√☑]|🟢|🆗)';
const passedBehind = new RegExp(
  String.raw`^\s{0,64}\S.{0,200}(?:: {1,4}| |\.{3})[[(]? {0,6}${passed} {0,6}[\])]?!?(?: {1,20}(?:[([].{1,120}|(?:in |after )?[\d.,]{1,10} ?(?:ms|s|sec)|[\d. ]{3,80}\*\*|[.FEI]))?$`,
);
const passedBefore = new RegExp(
  String.raw`^(?:\[info\] )?\s{0,24}(?:[-*•+] (?=[[(]))?[[(]?\s{0,3}(?:${passed}|\.\.|v|\+)\s{0,3}[\])]?(?:[!:]| -)?(?: {1,8}|\t(?:\|\|\t)?)\S`,
);

/** Sums, and what asserts. */
const isSum =
  /^(?:at|in|on|to|is)$|^\w{1,20}: \d{1,7}$|^\d{1,7}(?: |\/\d)|\b(?:failed|failures?):? \d|\b(?:failed|passed) of \d|\bExecuted \d|SUMMARY$|^(?:Broken|Errored) »|\b\d{1,6} (?:honored|broken|errored)\b|^(?:failed|passed|errors?|skipped|final status|status)\b.{0,20}$|^(?:tests?|build|compil\w{1,6}|total|suites?)\b[: ]?\d{0,6}$|:$| \| |^(?:FAIL|ERROR|assert)|\b\d{1,7}\/\d{1,7} tests?\b/i;

const isAssertion =
  /^[Ee]xpect(?:ed)? |^\d{1,4}\) |\b(?:was|were) not (?:equal|true|the same)\b| ≠ |^[A-Z]\w{1,40}(?:Error|Exception)$/;

// What was asserted, with the mark that other runners give to a name: the name is the line above it, further out.
function namedAbove(view: View): Reading | null {
  const depth = indentOf(view.lines[view.at] ?? '');
  const above = lookUp(view, 6, (line) => (line.trim() !== '' && indentOf(line) < depth ? line : null));
  return above === null || /:$/.test(above) ? null : named(above.replace(/^\s{0,40}(?:[-–•>*] )?/, ''), view);
}

// Only beside a row of the same form that passed: else it may be the verdict on anything.
function decide(groups: Groups, view: View, form: RegExp): Reading | null {
  const told = groups['test'] ?? '';
  const test = cleanTestName(told) ?? '';
  if (test === '' || isNoRow(told, test, view)) return null;
  if (isAssertion.test(test)) return namedAbove(view);
  const hasSibling = standsNear(view, { up: 40, down: 40 }, (line) => form.test(line));
  return hasSibling || isQuoted(told, view) || isSummedUp(view) || isToldBehind(view) || isToldBelow(view)
    ? named(test, view)
    : null;
}

/** Files that are a test each. */
const testScript = /\.(?:t|bats|txtar|phpt|cram|hurl|rakutest|tst)$/;

// A sum, the row of a linter, a suite above its tests.
function isNoRow(told: string, test: string, view: View): boolean {
  if (
    // What a test says that should happen.
    /\b(?:should|will|must|to|can|may|not)$/.test(told) ||
    isSum.test(told) ||
    isSum.test(test) ||
    (isFindingRow(test) && !testScript.test(test)) ||
    /\t[\d.]{1,10}s$/.test(told)
  )
    return true;
  return (
    isSuiteRow(view) ||
    isStepInside(test, view) ||
    /\b\d{1,7} (?:failed|failures?|fail)\b/.test(view.lines[view.at] ?? '')
  );
}

/** `run "name"... fail`: what ran has a name of its own. */
function isQuoted(told: string, { lines, at }: View): boolean {
  return /^\w{1,12} ["'].{1,200}["']$/.test(told) && /["']\.{3} ?\w{4,7}$/.test(lines[at] ?? '');
}

const sumBelow =
  /\b(?:tests?|specs?|specifications?|examples?|scenarios?|cases?|checks?)\b.{0,60}\b[1-9]\d{0,5} (?:failed|failures?)\b/i;

/** A verdict in brackets and capitals, and further down a runner's sum. */
function isSummedUp(view: View): boolean {
  const isBracketed = /[[(]FAIL(?:ED)?[\])]$/.test(view.lines[view.at] ?? '');
  return isBracketed && lookDown(view, 400, (line) => (sumBelow.test(line) ? true : null)) === true;
}

function isToldBehind({ lines, at }: View): boolean {
  const own = lines[at] ?? '';
  return /(?: -|:) FAIL(?:ED)?[ :-]{1,4}(?=[A-Z])/.test(own) && isCause(own);
}

// A verdict in capitals, and below it, further in, what was expected or where.
function isToldBelow({ lines, at }: View): boolean {
  const own = lines[at] ?? '';
  if (
    !/\bFAIL(?:ED)?\b|[([]X[)\]]|^\s{0,8}x |^\s{0,4}\d{1,6} {2,4}[✗✘✖×]/.test(own) ||
    /\b(?:task|build|compil\w{1,6}|link\w{0,3}|job|step)\b/i.test(own)
  )
    return false;
  if (/^[=*]{3,6} .{1,200} FAILED$/.test(own)) return true;
  const below = lines.slice(at + 1, at + 4);
  return below.some(
    (line, index) => isCause(line) && below.slice(0, index + 1).every((one) => indentOf(one) > indentOf(own)),
  );
}

function named(name: string | null | undefined, view: View): Reading | null {
  const test = cleanTestName(name ?? '');
  if (test === null) return null;
  const script = testScript.test(test) ? { file: test } : {};
  return { groups: withPlace({ ...script, test }, projectPlace(view.lines[view.at] ?? '')) };
}
