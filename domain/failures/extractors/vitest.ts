import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Vitest. */
export const vitestRules = rulesOf('vitest', 'test_fail', [
  {
    name: 'vitest',
    cue: ' fail ',
    // With blanks: Go writes a tab between FAIL and the package.
    pattern:
      /^ {0,4}(?:FAIL|❯|×) {1,4}(?:\|?[\w@./ -]{1,60}\|? )?(?<file>[^\s>]{1,300}\.\w{1,6})(?:\[\w{1,20}\])? > (?<test>\S.{0,399})$/,
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
  {
    name: 'vitest-none',
    cue: ['no test files found', 'no tests found', 'no test suite found'],
    weight: 60,
    pattern: /(?:No test files found|No tests found|No test suite found)/,
  },
]);

function decideVitest(groups: Groups, view: View) {
  if (!/^ {0,4}FAIL /.test(view.lines[view.at] ?? '')) return null;
  const place = lookDown(view, 60, (line) =>
    /^ FAIL /.test(line)
      ? { file: '', line: null, column: null }
      : /^ {0,2}❯ (?:\S{1,120} )?\S+:\d+:\d+$/.test(line) && !line.includes('node_modules')
        ? readPlace(line)
        : null,
  );
  const { file: _suite, ...rest } = groups;
  return { groups: place === null || place.file === '' ? groups : withPlace(rest, place) };
}

function decideVitestSuite(groups: Groups, view: View) {
  const words = lookDown(view, 3, (line) => (line.trim() === '' ? null : line.trim()));
  const place = lookDown(view, 14, (line) =>
    /❯ \S+:\d+:\d+|^\s{0,4}(?:File: )?\S+:\d+:\d+/.test(line) && !line.includes('node_modules')
      ? readPlace(line)
      : null,
  );
  return { groups: { ...withPlace(groups, place), message: words ?? undefined } };
}
