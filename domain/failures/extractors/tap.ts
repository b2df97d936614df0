import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** The Test Anything Protocol, Perl, Bats. */
export const tapRules = rulesOf('tap', 'test_fail', [
  {
    name: 'tap',
    cue: 'not ok',
    pattern:
      /^\s{0,80}not ok\b(?: \d{1,9})?(?: -)? ?(?<test>.{0,300}?)(?: # time=[\d.]{1,20}m?s)?(?: in \d{1,9}(?:ms|sec))?(?: \{)?$/,
    refine: decideTap,
  },
  {
    name: 'perl-test',
    cue: 'failed test',
    pattern:
      /^\s{0,20}#\s{1,20}Failed (?:TODO )?test (?:\d{1,6} )?'?(?<test>.{0,300}?)'?(?: ?at (?<file>\S{1,300}) line (?<line>\d{1,7})\.?)?$/,
    weight: 71,
    refine: (groups, view) => ({
      groups: groups['file'] === undefined ? withPlace(groups, lookDown(view, 2, readPlace)) : groups,
    }),
  },
  {
    name: 'prove',
    cue: ['dubious', 'failed tests:', 'failed test:', 'parse errors:'],
    weight: 57,
    pattern: /^(?<file>\S{1,200}\.t) \.{2,}.{0,40}(?:Dubious|Failed)|^Result: FAIL$/,
  },
  {
    name: 'bats',
    cue: ['✗ '],
    weight: 70,
    pattern: /^ ✗ (?:\d{1,4} )?(?<test>.{1,300}?)(?: \[\d{1,9}\])?$/,
    refine: (groups, view) => {
      const place = lookDown(view, 3, (line) => (/\(in test file|from function/.test(line) ? readPlace(line) : null));
      return place === null ? null : { groups: withPlace(groups, place) };
    },
  },
]);

// A subtest that only holds a failing one is not counted beside it.
function decideTap(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (todo.test(line)) return null;
  const test = (groups['test'] ?? '').trim();
  const indent = line.length - line.trimStart().length;
  const isParent = lookDown(view, 12, (below) =>
    /^\s{0,80}\.{3}$/.test(below) ? false : /failureType: '?subtestsFailed|subtests? failed/.test(below) ? true : null,
  );
  if (isParent === true) return null;
  const inner = view.lines[view.at - 1] ?? '';
  if (
    /^\s{4,}(?:\d{1,5}\.\.\d{1,5}|# )/.test(inner) &&
    inner.length - inner.trimStart().length > indent &&
    /\.m?[jt]sx?$|\.t$/.test(test)
  )
    return null;
  const details = (below: string) => {
    if (/^\s{0,80}(?:\.{3}|ok\b|not ok\b)/.test(below)) return { file: '', line: null, column: null };
    const told = /Failure message: (?<file>[^\s:]{1,300}):(?<line>\d{1,7}): /.exec(below)?.groups;
    if (told !== undefined) return { file: told['file'] ?? '', line: Number(told['line']), column: null };
    return /^\s{0,80}(?:at: |location: |#?\s{1,8}at |file: |# \(in test file)/.test(below) ? readPlace(below) : null;
  };
  const stack = lookDown(view, 30, (below) =>
    /^\s{0,80}(?:\.{3}|not ok\b|ok\b)/.test(below)
      ? { file: '', line: null, column: null }
      : /^\s{4,60}(?:at )?\S.{0,200}\(?(?:file:\/\/)?\S{1,300}:\d+:\d+\)?$/.test(below) && !/location:/.test(below)
        ? projectPlace(below)
        : null,
  );
  const place = stack === null || stack.file === '' ? lookDown(view, 20, details) : stack;
  const groupsNow: Groups = { ...groups, test: test === '' ? undefined : test };
  return { groups: place === null || place.file === '' ? groupsNow : withPlace(groupsNow, place) };
}
