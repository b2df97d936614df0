import { lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { duration } from './project-frame.ts';

/** Deno, Bun, AVA, uvu, Karma, and marks that many runners share. */
export const scriptRunnersRules = rulesOf(null, 'test_fail', [
  {
    name: 'deno-test',
    cue: ['=> ./', '... failed', '=> file'],
    pattern: /^(?<test>\S.{0,300}?) => (?:\.\/|file:\/\/)(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        lookDown(view, 25, (line) =>
          /^\s{2,6}at /.test(line) && /file:\/\/|\.[jt]sx?:/.test(line) && !/jsr\.io|https:|ext:/.test(line)
            ? readPlace(line)
            : null,
        ),
      ),
    }),
  },
  {
    name: 'bun-test',
    cue: ['(fail)', '✗ '],
    pattern: new RegExp(
      String.raw`^\s{0,20}(?:\(fail\)|✗) (?![Bb]uild |[Cc]ompil|[Ee]rror)(?<test>.{1,300}?)(?: \[\d[\d.]{0,12}m?s\])?$`,
    ),
    // With how long it took; without, it is a row as any runner prints it.
    refine: (groups, view) => (/\(fail\)|\[\d[\d.]{0,12}m?s\]$/.test(view.lines[view.at] ?? '') ? { groups } : null),
  },
  {
    name: 'ava',
    cue: ['✘ ', '✖ [fail]'],
    pattern: /^\s{1,8}[✘✖] \[fail\]: (?:[\w./-]{1,80} › )?(?<test>.{1,300})$/,
    refine: (groups) => ({
      groups: {
        ...groups,
        test: groups['test']?.replace(/ (?:Error|Test).{0,80}$/, (tail) => (/^ Error thrown/.test(tail) ? '' : tail)),
      },
    }),
  },
  {
    name: 'uvu',
    cue: ' fail ',
    pattern: /^\s{1,6}FAIL {1,4}(?:(?<suite>.{1,100}?) {2})?"(?<test>.{1,300})"$/,
  },
  {
    name: 'karma',
    cue: [' failed'],
    pattern:
      /^(?:\d\d \d\d \d{4} .{8,20}: )?(?:Chrome|Firefox|Safari|HeadlessChrome|ChromeHeadless|jsdom|PhantomJS|Edge|WebKit)[\w ]{0,40}[\d.]{0,20} \([^)]{1,40}\) (?<test>.{1,300}) FAILED$/,
  },
  {
    name: 'tape-like',
    cue: ['✗ ', '✘ ', '✕ ', '✖ ', '× ', '✖', '❌ '],
    weight: 58,
    pattern: new RegExp(
      String.raw`^\s{1,20}(?:✗|✘|✖|×|❌|✕) {1,3}(?!\d+ (?:problems?|failed|tests?|error)|[Bb]uild |[Cc]ompil|[Ee]rror)(?<test>\S.{0,299}?)${duration}$`,
    ),
    refine: (groups, view) =>
      /^\s{0,8}(?:╭─|,-)/.test(view.lines[view.at + 1] ?? '') ||
      /^\S{1,200}\.\w{1,5}$|:\d+:\d+|^\w{0,60}(?:Error|Exception)$|^\d{1,4}\) \S{1,40}$|^(?:Error|Build|error|Failed|failed|Could|Cannot|Command|No)\b/.test(
        groups['test'] ?? '',
      )
        ? null
        : { groups },
  },
  {
    name: 'testcafe-none',
    cue: [
      'no tests found',
      'no tests were found',
      'no test files',
      'no specs found',
      'did not find any tests',
      'no tests to run',
      'ran 0 tests',
      'no tests ran',
    ],
    weight: 57,
    pattern:
      /^(?!.{0,200}--passWithNoTests).{0,80}\b(?:[Nn]o tests? (?:were |was )?(?:found|ran|executed|matched)|No (?:specs|test files) found|did not find any tests|No tests to run|Ran 0 tests|NO TESTS RAN)/,
  },
  {
    name: 'coverage',
    cue: ['coverage', 'covered ratio'],
    weight: 57,
    pattern:
      /(?:[Cc]overage (?:for \w{1,20} )?\(?[\d.]{1,8}%?\)? (?:is|does not meet|below|not met|<).{0,120}|FAIL Required test coverage of .{1,80}|[Cc]overage failure: total of \d.{0,60}|[Cc]overage .{0,60}(?:below|under|less than) .{0,60}(?:threshold|minimum|required).{0,40}|[Cc]overage checks have not been met|covered ratio is [\d.]{1,8}, but expected minimum|fail-under|Line coverage \([\d.]{1,6}%\) is below)/,
  },
]);
