import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

const duration = String.raw`(?: {1,2}[([]?\d[\d.,]{0,15} ?(?:ms|s|m|µs)[)\]]?)?`;
const notLoaded = /^(?:Test suite failed to run|Console|Validation |Deprecat|Cannot log after|process\.exit|Unhandled|Obsolete)/;

/** Jest, Vitest, Mocha, node:test, AVA, Playwright, Cypress, Deno, Bun and their kin. */
export const scriptTestRules = [
  ...rulesOf('node-test', 'test_fail', [
    {
      name: 'node-test',
      cue: '✖ ',
      // The reporter's heading, a linter's sum, and a file that could not even be loaded are no tests.
      pattern: /^\s{0,40}✖ (?!failing tests:|\d+ problems? \(|\S+\.[cm]?[jt]sx? \()(?<test>.{1,300}?) \(\d{1,12}(?:\.\d{1,12})?ms\)(?: # .{0,100})?$/,
      refine: decideNodeTest,
    },
    {
      name: 'node-test-file',
      cue: '✖ ',
      weight: 52,
      pattern: /^✖ (?<file>\S{1,300}\.[cm]?[jt]sx?) \(\d/,
    },
  ]),
  ...rulesOf('jest', 'test_fail', [
    {
      name: 'jest',
      cue: '● ',
      pattern: /^\s{2}● (?<test>.{1,400}?)$/,
      refine: decideJest,
    },
    {
      name: 'jest-suite',
      is: 'compile_error',
      cue: 'test suite failed to run',
      weight: 83,
      pattern: /^\s{1,4}● (?<message>Test suite failed to run)/,
      refine: decideSuite,
    },
    {
      name: 'jest-mark',
      cue: '✕ ',
      weight: 68,
      pattern: new RegExp(String.raw`^\s{2,20}✕ (?<test>.{1,300}?)${duration}$`),
    },
    { name: 'jest-coverage', cue: 'threshold', weight: 60, pattern: /(?:Jest: |ERROR: )(?:["\w]{1,60} )?coverage (?:threshold )?(?:for .{1,80}|\(?[\d.]{1,8}%?\)?.{0,80}) (?:not met|does not meet)/i },
  ]),
  ...rulesOf('vitest', 'test_fail', [
    {
      name: 'vitest',
      cue: ' fail ',
      // With blanks: Go writes a tab between FAIL and the package.
      pattern: /^ {0,4}(?:FAIL|❯|×) {1,4}(?:\|?[\w@./ -]{1,60}\|? )?(?<file>[^\s>]{1,300}\.\w{1,6})(?:\[\w{1,20}\])? > (?<test>\S.{0,399})$/,
      refine: decideVitest,
    },
    {
      name: 'vitest-suite',
      is: 'compile_error',
      cue: ' fail ',
      weight: 83,
      pattern: /^ {0,4}FAIL {1,4}(?:\|?[\w@./ -]{1,60}\|? )?(?<file>[^\s>]{1,300}\.\w{1,6}) \[ .{1,300} \]$/,
      refine: decideVitestSuite,
    },
    {
      name: 'vitest-unhandled',
      cue: ['unhandled rejection', 'unhandled error', 'uncaught exception'],
      weight: 66,
      pattern: /^[⎯ ]{1,60}(?<message>Unhandled (?:Rejection|Errors?)|Uncaught Exception)[⎯ ]{1,200}$/,
    },
    { name: 'vitest-none', cue: ['no test files found', 'no tests found', 'no test suite found'], weight: 60, pattern: /(?:No test files found|No tests found|No test suite found)/ },
  ]),
  ...rulesOf('mocha', 'test_fail', [
    {
      name: 'mocha',
      cue: [') '],
      weight: 69,
      pattern: /^\s{0,6}(?<number>\d{1,4})\) (?<test>\S.{0,299}?)$/,
      refine: decideNumbered,
    },
    { name: 'mocha-sum', cue: 'failing', weight: 60, pattern: /^\s{1,4}(?<message>[1-9]\d{0,5} failing)$/ },
  ]),
  ...rulesOf('playwright', 'test_fail', [
    {
      name: 'playwright',
      cue: ['› '],
      weight: 72,
      pattern: /^\s{1,8}(?:\d{1,4}\) |✘ {1,3}\d{1,4} )?(?:\[(?<project>[\w -]{1,40})\] › )?(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) › (?<test>.{1,400}?)(?: ─{2,200}| \(\d[\d.]{0,10}m?s\))?$/,
      refine: (groups, view) => (isSkippedOrPassed(view) ? null : { groups: withPlace(groups, playwrightPlace(view)) }),
    },
  ]),
  ...rulesOf(null, 'test_fail', [
    {
      name: 'deno-test',
      cue: ['=> ./', '... failed', '=> file'],
      pattern: /^(?<test>\S.{0,300}?) => (?:\.\/|file:\/\/)(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/,
      refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 25, (line) => (/^\s{2,6}at /.test(line) && /file:\/\/|\.[jt]sx?:/.test(line) && !/jsr\.io|https:|ext:/.test(line) ? readPlace(line) : null))) }),
    },
    {
      name: 'bun-test',
      cue: ['(fail)', '✗ '],
      pattern: new RegExp(String.raw`^\s{0,20}(?:\(fail\)|✗) (?![Bb]uild |[Cc]ompil|[Ee]rror)(?<test>.{1,300}?)(?: \[\d[\d.]{0,12}m?s\])?$`),
      refine: (groups, view) => (/^✗ /.test(view.lines[view.at] ?? '') && !/\[\d/.test(view.lines[view.at] ?? '') ? { groups, weight: 50 } : { groups }),
    },
    {
      name: 'ava',
      cue: ['✘ ', '✖ [fail]'],
      pattern: /^\s{1,8}[✘✖] \[fail\]: (?:[\w./-]{1,80} › )?(?<test>.{1,300})$/,
      refine: (groups) => ({ groups: { ...groups, test: groups['test']?.replace(/ (?:Error|Test).{0,80}$/, (tail) => (/^ Error thrown/.test(tail) ? '' : tail)) } }),
    },
    {
      name: 'uvu',
      cue: ' fail ',
      pattern: /^\s{1,6}FAIL {1,4}(?:(?<suite>.{1,100}?) {2})?"(?<test>.{1,300})"$/,
    },
    {
      name: 'karma',
      cue: [' failed'],
      pattern: /^(?:\d\d \d\d \d{4} .{8,20}: )?(?:Chrome|Firefox|Safari|HeadlessChrome|ChromeHeadless|jsdom|PhantomJS|Edge|WebKit)[\w ]{0,40}[\d.]{0,20} \([^)]{1,40}\) (?<test>.{1,300}) FAILED$/,
    },
    {
      name: 'tape-like',
      cue: ['✗ ', '✘ ', '✕ ', '✖ ', '× ', '✖', '❌ '],
      weight: 58,
      pattern: new RegExp(String.raw`^\s{1,20}(?:✗|✘|✖|×|❌|✕) {1,3}(?!\d+ (?:problems?|failed|tests?|error)|[Bb]uild |[Cc]ompil|[Ee]rror)(?<test>\S.{0,299}?)${duration}$`),
      refine: (groups, view) => (/^\s{0,8}(?:╭─|,-)/.test(view.lines[view.at + 1] ?? '') || /^\S{1,200}\.\w{1,5}$|:\d+:\d+|^(?:Error|Build|error|Failed|failed|Could|Cannot|Command|No)\b/.test(groups['test'] ?? '') ? null : { groups }),
    },
    {
      name: 'testcafe-none',
      cue: ['no tests found', 'no tests were found', 'no test files', 'no specs found', 'did not find any tests', 'no tests to run', 'ran 0 tests', 'no tests ran'],
      weight: 57,
      pattern: /^(?!.{0,200}--passWithNoTests).{0,80}\b(?:[Nn]o tests? (?:were |was )?(?:found|ran|executed|matched)|No (?:specs|test files) found|did not find any tests|No tests to run|Ran 0 tests|NO TESTS RAN)/,
    },
    {
      name: 'coverage',
      cue: 'coverage',
      weight: 57,
      pattern: /(?:[Cc]overage (?:for \w{1,20} )?\(?[\d.]{1,8}%?\)? (?:is|does not meet|below|not met|<).{0,120}|FAIL Required test coverage of .{1,80}|[Cc]overage failure: total of \d.{0,60}|[Cc]overage .{0,60}(?:below|under|less than) .{0,60}(?:threshold|minimum|required).{0,40}|fail-under|Line coverage \([\d.]{1,6}%\) is below)/,
    },
  ]),
];

function projectFrame(line: string) {
  const place = readPlace(line.replace(/file:\/\//, ''));
  return place !== null && isProjectFile(place.file) ? place : null;
}

// Below its name the details of the one; the suites around it are listed without any.
function decideNodeTest(groups: Groups, view: View) {
  const next = view.lines[view.at + 1] ?? '';
  const above = /^test at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/.exec(view.lines[view.at - 1] ?? '')?.groups;
  if (above !== undefined) {
    if (/^\s+'test failed'|^\s+'\d+ subtests? failed'/.test(next) || /\.[cm]?[jt]sx?$/.test(groups['test'] ?? '')) return null;
    const frame = lookDown(view, 40, (line) => (/^test at /.test(line) ? { file: '', line: null, column: null } : /^\s{2,12}at /.test(line) ? projectFrame(line) : null));
    return { groups: frame === null || frame.file === '' ? { ...groups, ...above } : withPlace({ ...groups, ...above }, frame), weight: 72 };
  }
  return { groups, weight: 64 };
}

function decideJest(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  if (notLoaded.test(test) || view.lines[view.at + 1]?.trim() !== '') return null;
  return { groups };
}

function decideSuite(groups: Groups, view: View) {
  const file = lookUp(view, 8, (line) => /^\s{0,2}FAIL {1,2}(?:\S{1,60} )?(?<file>\S{1,300}\.\w{1,6})/.exec(line)?.groups?.['file'] ?? null);
  const words = lookDown(view, 6, (line) => (/^\s{2,8}[A-Z\S][^\n]{3,}/.test(line) ? line.trim() : null));
  const place = lookDown(view, 40, (line) => (/^\s{0,6}●/.test(line) ? null : /(?:at |> |\()?\S+\.[cm]?[jt]sx?[:(]\d/.test(line) && !line.includes('node_modules') ? readPlace(line) : null));
  return { groups: { file: file ?? undefined, ...withPlace(groups, place), message: words ?? groups['message'] } };
}

function decideVitest(groups: Groups, view: View) {
  if (!/^ {0,4}FAIL /.test(view.lines[view.at] ?? '')) return null;
  const place = lookDown(view, 60, (line) => (/^ FAIL /.test(line) ? { file: '', line: null, column: null } : /^ {0,2}❯ (?:\S{1,120} )?\S+:\d+:\d+$/.test(line) && !line.includes('node_modules') ? readPlace(line) : null));
  const { file: _suite, ...rest } = groups;
  return { groups: place === null || place.file === '' ? groups : withPlace(rest, place) };
}

function decideVitestSuite(groups: Groups, view: View) {
  const words = lookDown(view, 3, (line) => (line.trim() === '' ? null : line.trim()));
  const place = lookDown(view, 14, (line) => (/❯ \S+:\d+:\d+|^\s{0,4}(?:File: )?\S+:\d+:\d+/.test(line) && !line.includes('node_modules') ? readPlace(line) : null));
  return { groups: { ...withPlace(groups, place), message: words ?? undefined } };
}

// `1) suite`, then the tests' names below it, further in, up to the one that ends with a colon.
function decideNumbered(groups: Groups, view: View) {
  const isDetails = lookUp(view, 3_000, (line) => (/^\s{0,6}(?:\d{1,6} failing|Failures?:|There (?:was|were) \d{1,6} (?:failure|error)s?:?)\s{0,4}$/.test(line) ? true : null));
  if (isDetails === null) return null;
  const first = groups['test'] ?? '';
  if (first.endsWith(':') && !/^(?:Failure|Error):$/.test(first)) return { groups: { ...groups, test: first.slice(0, -1) } };
  const names = [first];
  for (let at = view.at + 1; at < view.at + 8; at += 1) {
    const line = view.lines[at] ?? '';
    if (!/^\s{6,}\S/.test(line)) break;
    names.push(line.trim());
    if (line.endsWith(':')) return { groups: { ...groups, test: names.join(' ').slice(0, -1) } };
  }
  return { groups: { ...groups, test: first }, weight: 60 };
}

function isSkippedOrPassed(view: View): boolean {
  return /^\s{1,8}(?:✓|ok|-)/.test(view.lines[view.at] ?? '') || lookUp(view, 400, (line) => (/^\s{2}\d{1,5} (?:flaky|skipped)$/.test(line) ? true : /^\s{2}\d{1,5} failed$/.test(line) ? false : null)) === true;
}

function playwrightPlace(view: View) {
  return lookDown(view, 60, (line) => (/^\s{2,10}at .{1,200}:\d+:\d+\)?$/.test(line) && !line.includes('node_modules') ? readPlace(line) : null));
}
