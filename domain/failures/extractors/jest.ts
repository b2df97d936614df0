import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { duration } from './project-frame.ts';

/** Jest. */
export const jestRules = rulesOf('jest', 'test_fail', [
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
  {
    name: 'jest-coverage',
    cue: 'threshold',
    weight: 60,
    pattern:
      /(?:Jest: |ERROR: )(?:["\w]{1,60} )?coverage (?:threshold )?(?:for .{1,80}|\(?[\d.]{1,8}%?\)?.{0,80}) (?:not met|does not meet)/i,
  },
]);

const notLoaded =
  /^(?:Test suite failed to run|Console|Validation |Deprecat|Cannot log after|process\.exit|Unhandled|Obsolete)/;

function decideJest(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  if (notLoaded.test(test) || view.lines[view.at + 1]?.trim() !== '') return null;
  return { groups };
}

function decideSuite(groups: Groups, view: View) {
  const file = lookUp(
    view,
    8,
    (line) => /^\s{0,2}FAIL {1,2}(?:\S{1,60} )?(?<file>\S{1,300}\.\w{1,6})/.exec(line)?.groups?.['file'] ?? null,
  );
  const words = lookDown(view, 6, (line) => (/^\s{2,8}[A-Z\S][^\n]{3,}/.test(line) ? line.trim() : null));
  const place = lookDown(view, 40, (line) =>
    /^\s{0,6}●/.test(line)
      ? null
      : /(?:at |> |\()?\S+\.[cm]?[jt]sx?[:(]\d/.test(line) && !line.includes('node_modules')
        ? readPlace(line)
        : null,
  );
  return { groups: { file: file ?? undefined, ...withPlace(groups, place), message: words ?? groups['message'] } };
}
