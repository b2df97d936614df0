import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** GoogleTest, Catch2, doctest, Boost, CTest, Unity, Meson, Bazel and others of C and C++. */
export const cppTestsRules = rulesOf('gtest', 'test_fail', [
  {
    name: 'gtest',
    cue: '[  failed  ]',
    pattern: /^\[ {2}FAILED {2}\] (?<test>[\w./]{1,300}?)(?:, where .{0,200})?(?: \(\d{1,9} ms\))?$/,
    refine: decideGtest,
  },
  {
    name: 'catch2',
    cue: ['failed:'],
    pattern: /^(?<file>[^\s:(]{1,300})[:(](?<line>\d{1,7})\)?: FAILED:/,
    refine: decideCatch,
  },
  {
    name: 'doctest-cpp',
    cue: 'test case:',
    pattern: /^TEST CASE: {1,4}(?<test>.{1,300})$/,
    refine: (groups, view) => {
      const place =
        lookDown(view, 6, (line) => (/: (?:FATAL )?ERROR: /.test(line) ? readPlace(line) : null)) ??
        lookUp(view, 2, readPlace);
      return { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'ctest',
    cue: ['(failed)', '(timeout)', '(segfault)', '(subprocess aborted)', '(not run)', '***exception', '***failed'],
    weight: 67,
    pattern:
      /^\s{1,12}\d{1,6} - (?<test>.{1,200}?) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted|Not Run|OTHER_FAULT|ILLEGAL|NUMERICAL|ABORTED|BAD_COMMAND)\)/,
  },
  {
    name: 'ctest-row',
    cue: ['***exception', '***failed', '***timeout'],
    weight: 66,
    pattern:
      /^\s{0,4}\d{1,6}\/\d{1,6} Test {1,4}#\d{1,6}: (?<test>\S.{0,200}?) \.{2,200}\s{0,4}[A-Z][\w ]{2,30}\*{3}(?:Exception|Failed|Timeout)/,
  },
  {
    name: 'boost-error',
    cue: ['error in "'],
    pattern:
      /^(?<file>[^\s:(][^:(]{0,300})\((?<line>\d{1,7})\): (?:fatal )?error in "(?<test>[^"]{1,200})": (?<message>.{1,400})/,
    refine: (groups) =>
      groups['file'] === 'unknown location' ? { groups: { ...groups, file: undefined, line: undefined } } : { groups },
  },
  {
    name: 'bazel-target',
    cue: [' failed in '],
    weight: 66,
    pattern: /^(?<test>\/\/\S{1,200})\s{1,120}FAILED in /,
  },
  {
    name: 'lit-row',
    cue: [' :: '],
    weight: 66,
    pattern: /^\s{2}(?<test>[\w-]{1,60} :: [\w./+-]{1,300})$/,
    refine: (groups, view) =>
      lookDown(view, 40, (line) =>
        /^\s{2}(?:Failed|Unexpectedly Passed) {2,40}: {1,12}[1-9]/.test(line) ? true : null,
      ) === true
        ? { groups }
        : null,
  },
  {
    name: 'automake',
    cue: 'fail: ',
    weight: 60,
    pattern: /^(?:FAIL|XPASS): (?<test>[\w./-]{1,200}?)(?: \(exit .{1,40}\))?$/,
  },
  {
    name: 'qtest',
    cue: 'fail!',
    pattern: /^FAIL! {1,3}: (?<test>[\w:()[\] ,"]{1,200}?)(?:\([^)]{0,60}\))? (?<message>.{1,300})/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        lookDown(view, 4, (line) => (/Loc: \[/.test(line) ? readPlace(line.replace(/.*\[/, '')) : null)),
      ),
    }),
  },
]);

function decideGtest(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  if (/^\d+ tests?$/.test(test) || !/[.]/.test(test)) return null;
  const place = lookUp(view, 60, (line) =>
    /^\[ RUN /.test(line)
      ? { file: '', line: null, column: null }
      : /(?::\d{1,7}: Failure|\(\d{1,7}\): error)/.test(line)
        ? readPlace(line)
        : null,
  );
  return { groups: place === null || place.file === '' ? groups : withPlace(groups, place) };
}

function isRuler(line: string | undefined): boolean {
  return /^-{20,}$/.test(line ?? '');
}

// The name of the case stands in a box of lines above.
function decideCatch(groups: Groups, view: View) {
  for (let at = view.at - 1; at >= Math.max(0, view.at - 14); at -= 1) {
    if (!isRuler(view.lines[at])) continue;
    // Sections stand further in, below the name of their case.
    const top = [at - 2, at - 3, at - 4, at - 5].find((one) => isRuler(view.lines[one]));
    const name = top === undefined ? undefined : view.lines[top + 1]?.trim();
    if (name !== undefined) return { groups: { ...groups, test: name } };
  }
  return { groups, weight: 66 };
}
