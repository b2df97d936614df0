import { indentOf, lookDown, lookUp, rulesOf, standsNear } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';
import { cleanTestName } from './test-names.ts';

/** Tests that are named above what they expected, as a heading or at the start of a line that goes on. */
export const testBlocksRules = rulesOf(null, 'test_fail', [
  {
    name: 'name-heading',
    cue: [' > ', ' › ', ' » ', ' / ', '::'],
    weight: 63,
    pattern: /^(?:[✗✘✖×●] )?(?<test>\w[^>›»{}=;|]{0,100}(?: [>›»/] |::)[^{}=;|]{1,200}?):?$/,
    refine: (groups, view) => {
      const isAssertion = (line: string) => (assertion.test(line) ? true : null);
      const own = view.lines[view.at] ?? '';
      const isMarked = /^[✗✘✖×●]/.test(own);
      const frame = (line: string) => (isMarked || /^\s{2,12}at /.test(line) ? projectPlace(line) : null);
      const place = lookDown(view, 8, frame);
      const isHeading = own.endsWith(':') || lookDown(view, 5, isAssertion) === true;
      return place === null || !isHeading ? null : { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'scenario-block',
    cue: ['scenario', 'example:', 'spec:', 'test:'],
    weight: 62,
    pattern: /^\s{0,12}(?:Scenario(?: Outline)?|Example|Spec|Test): (?<test>\S.{0,200}?)(?:\s{1,40}# \S{1,300})?$/,
    refine: (groups, view) => {
      const found = lookDown(view, 60, (line) => {
        if (/^\s{0,12}(?:Scenario|Example|Spec|Test|Feature)\b.{0,20}: /.test(line)) return false;
        return /^\s{4,}(?:Traceback \(most recent|AssertionError|ASSERT FAILED|Assertion Failed)|^\s{2,}(?:[✗✘✖×] )?(?:Given|When|Then|And|But) .{1,200} \.{3} ?(?:failed|FAILED)/.test(
          line,
        )
          ? true
          : null;
      });
      return found === true ? { groups } : null;
    },
  },
  {
    name: 'failed-below-name',
    cue: ['fail', 'FAIL'],
    weight: 67,
    // The name was written before the test ran; what the test printed follows it on the same line.
    pattern: /^(?:FAIL(?:ED|URE)?|ERROR)(?: \(\w{1,80}\))?$/,
    refine: (_groups, view) => {
      const begun = lookUp(
        view,
        12,
        (line) => /^\d{1,6}\/\d{1,6} (?<test>\S.{0,200}?)\.{3}/.exec(line)?.groups?.['test'] ?? null,
      );
      const place = lookDown(view, 20, projectPlace);
      return begun === null ? null : { groups: withPlace({ test: begun }, place) };
    },
  },
  {
    name: 'failed-place',
    cue: ['fail: ', 'failed: ', 'fail '],
    weight: 66,
    pattern:
      /^\s{0,8}(?:FAIL|FAILED|Failed)(?::| -)? (?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,7}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: (?<message>\S.{2,400})$/,
    // Where the file is a script of steps, it is the test.
    refine: (groups) => {
      const name = /^[\w.:/]{2,200}$/.exec(groups['message'] ?? '')?.[0];
      return { groups: { ...groups, test: name ?? (groups['file'] ?? '').split('/').at(-1) } };
    },
  },
  {
    name: 'timed-row',
    cue: [' fail', ' timeout', ' error', '*fail'],
    weight: 64,
    // A name, a verdict in capitals or between stars, and how long it took or what it ended with.
    pattern:
      /^(?:\[(?:info|error|INFO|ERROR)\] )?\s{0,8}(?:\[?\d{1,5}\/\d{1,5}\]? |[-*+] )?(?:Test ?#\d{1,6}: )?(?<test>[\w"'/].{0,200}?)(?: {1,80}(?:FAIL|FAILED|TIMEOUT|ERROR)(?: {1,40}| in )\d{1,7}[.,]\d{1,6} ?m?s\b|(?: {1,60}|\s{0,2}\.{2,80}\s{0,3})\*{1,3} ?(?:FAILED|[Ff]ailed|FAIL|TIMEOUT|[Tt]imeout|Exception: \w{1,20})(?: ?\*{1,3}|\s).{0,120}| ?\.{3,80} ?\*{1,3} ?[Ff]ailed ?\*{1,3}$)/,
    refine: (groups, view) => {
      // A target of Bazel holds many tests.
      const test = groups['test']?.startsWith('//') === true ? null : cleanTestName(groups['test'] ?? '');
      const place = lookDown(view, 4, (line) =>
        /^\s{0,8}(?:at |in |\(|\S.{0,200}\()/.test(line) ? readPlace(line) : null,
      );
      return test === null ? null : { groups: withPlace({ ...groups, test }, place) };
    },
  },
  {
    name: 'dash-row',
    cue: ['- ', '– ', '• ', '! '],
    weight: 63,
    pattern: /^\s{0,12}(?:\d{1,5} {1,4})?[-–•!] (?<test>\w.{1,200})$/,
    // Below it, further in, the verdict: a word in brackets, a mark, what was expected.
    refine: ({ test }, view) => {
      const own = indentOf(view.lines[view.at] ?? '');
      const next = lookDown(view, 2, (line) => (line.trim() === '' ? null : line)) ?? '';
      const isVerdict =
        /^\s{1,24}(?:→ [✗✘✖×] |\[(?:Failed|FAILED|failed)\]|[✗✘✖×] |expected\b.{1,200}\b(?:but|got)\b|- .{1,100} fail(?:ed)?$)/.test(
          next,
        );
      const isError = /^! /.test(view.lines[view.at] ?? '') && /^\w{0,40}(?:Error|Failure)\b/.test(next);
      const name =
        isError || (isVerdict && (indentOf(next) > own || /^\s{1,24}→/.test(next))) ? cleanTestName(test ?? '') : null;
      return name === null ? null : { groups: withPlace({ test: name }, projectPlace(next)) };
    },
  },
  {
    name: 'dash-cause',
    cue: ['expected', 'assert', ' got '],
    weight: 63,
    // A name, and behind it what was expected; the rows of the tests that passed have another mark.
    pattern: /^\s{0,12}[-!✗✘✖×] (?<test>\w[^:]{1,200}): (?<message>(?=.{0,200}\b(?:expected|got|assert)).{3,300})$/,
    refine: ({ test, message }, view) => {
      const place = projectPlace(view.lines[view.at] ?? '');
      const hasRun = standsNear(view, { up: 20, down: 20 }, (line) => /^\s{0,12}[+✓✔√] \S/.test(line));
      const name = place !== null || hasRun ? cleanTestName(test ?? '') : null;
      return name === null ? null : { groups: withPlace({ test: name, message }, place) };
    },
  },
  {
    name: 'ruled-name',
    cue: ['test'],
    weight: 66,
    // Between a double and a single line, above its traceback.
    pattern: /^(?:[\w.]{1,200} )?(?<test>\w[\w.]{2,200})$/,
    refine: ({ test }, view) => {
      const [above = '', below = '', next = ''] = [
        view.lines[view.at - 1],
        view.lines[view.at + 1],
        view.lines[view.at + 2],
      ];
      const isRuled = /^={20,}$/.test(above) && /^-{20,}$/.test(below) && /^Traceback|^\s{1,8}at /.test(next);
      const frame = (line: string) => (/^ {2,4}File "/.test(line) ? projectPlace(line) : null);
      return isRuled ? { groups: withPlace({ test }, lookDown(view, 30, frame)) } : null;
    },
  },
  {
    name: 'differing-file',
    cue: ['ran '],
    weight: 62,
    // Tests that are texts with their output: each is told as the difference to what came out.
    pattern: /^# Ran \d{1,6} tests?, .{0,60}\b[1-9]\d{0,5} failed\b/,
    refine: (_groups, view) => {
      const form = /^\+\+\+ (?<file>\S{1,300})\.(?:err|out|actual|rej)$/;
      const files = view.lines.slice(0, view.at).flatMap((line) => form.exec(line)?.groups?.['file'] ?? []);
      return files.length === 0 ? null : { groups: { test: files.join('\n'), file: files[0] } };
    },
  },
  {
    name: 'placed-in',
    cue: ['failed example', 'failed expectation', 'failed assertion'],
    weight: 64,
    pattern: /^\s{0,8}Failed (?:example|expectation|assertion):$/,
    refine: (_groups, view) => {
      const above = view.lines[view.at - 1] ?? '';
      const test = / in (?<test>[\w.]{2,200})$/.exec(above)?.groups?.['test'];
      const place = readPlace(above);
      return test === undefined && place === null ? null : { groups: withPlace({ test }, place) };
    },
  },
]);

const assertion = /\b(?:should|expected|[Ee]xpect|received|actual|assert\w{0,12}|equal|Error)\b/;
