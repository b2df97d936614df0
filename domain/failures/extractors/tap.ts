import { type Groups, type View, type Reading, indentOf, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace, type Place } from '../places.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** The Test Anything Protocol, Perl, Bats. */
export const tapRules = rulesOf('tap', 'test_fail', [
  {
    name: 'tap',
    cue: 'not ok',
    pattern:
      /^\s{0,80}not ok\b(?: \d{1,9})?(?: -)? ?(?<test>.{0,300}?)(?: # time ?= ?[\d.]{1,20}m?s)?(?: in \d{1,9}(?:ms|sec))?(?: \{)?$/,
    refine: decideTap,
  },
  {
    name: 'perl-test',
    cue: 'failed test',
    pattern:
      /^(?:\(\s{1,3}DIAG\s{1,3}\)\s{1,3}job\s{1,4}\d{1,5}|\s{0,20}#)\s{1,20}Failed (?:TODO )?test (?:\d{1,6} )?'?(?<test>.{0,300}?)'?(?: ?at (?<file>\S{1,300}) line (?<line>\d{1,7})\.?)?$/,
    weight: 71,
    refine: (groups, view) => ({
      groups: groups['file'] === undefined ? withPlace(groups, lookDown(view, 2, readPlace)) : groups,
    }),
  },
  {
    name: 'prove',
    cue: ['dubious', 'failed tests:', 'failed test:', 'parse errors:', 'result: fail'],
    weight: 57,
    pattern: /^(?<file>\S{1,200}\.t) \.{2,}.{0,40}(?:Dubious|Failed)|^\s{0,8}(?:--> {1,3})?Result: FAIL(?:ED)?\b/,
    refine: (groups, view) => {
      const died = / at (?<file>\S{1,300}\.(?:t|pm|pl)) line (?<line>\d{1,7})\.$/;
      const told = groups['file'] === undefined ? lookUp(view, 60, (line) => (died.test(line) ? line : null)) : null;
      return { groups: told === null ? groups : { ...groups, ...died.exec(told)?.groups, message: told.trim() } };
    },
  },
  {
    name: 'bats',
    cue: ['✗ '],
    weight: 70,
    pattern: /^ ✗ (?:\d{1,4} )?(?<test>.{1,300}?)(?: \[\d{1,9}\])?$/,
    refine: (groups, view) => {
      const place =
        lookDown(view, 3, (line) => (/\bin test file/.test(line) ? readPlace(line) : null)) ??
        lookDown(view, 3, (line) => (/from function/.test(line) ? readPlace(line) : null));
      return place === null ? null : { groups: withPlace(groups, place) };
    },
  },
]);

const todo = /# (?:TODO|SKIP)\b/i;

function decideTap(groups: Groups, view: View): Reading | null {
  const line = view.lines[view.at] ?? '';
  const test = (groups['test'] ?? '').trim().replace(/ - (?:ERROR|FATAL):.{1,300}$/, '');
  if (todo.test(line) || holdsFailures(view, test)) return null;
  const known: Groups = { ...groups, test: joinHeading(test, view) };
  const stack = lookDownAt(view, 30, /^\s{1,80}stack: /);
  const asserted = lookDown(view, 12, assertedAt) ?? noPlace;
  const framed = () => lookDown({ ...view, at: stack ?? view.at }, 30, readFrame) ?? noPlace;
  const place = asserted.file === '' ? framed() : asserted;
  if (isNotLoaded(view, test)) return { groups: withPlace({}, place), failureClass: 'compile_error', weight: 82 };
  const told = place.file === '' ? lookDown(view, 20, readDetails) : place;
  return { groups: told === null || told.file === '' ? known : withPlace(known, told) };
}

// QUnit reports a file that it cannot load as a test of its own, Bats one that the shell cannot parse.
function isNotLoaded(view: View, test: string): boolean {
  const isTold = () => lookDown(view, 6, (line) => (/Failed to load/.test(line) ? true : null));
  const isSyntax = () => lookDown(view, 3, (line) => (/: line \d{1,7}: syntax error\b/.test(line) ? true : null));
  return (test === 'global failure' && isTold() === true) || isSyntax() === true;
}

/** The line of a test's details that a form finds; null when they end before it. */
function lookDownAt({ lines, at }: View, reach: number, form: RegExp): number | null {
  for (let below = at + 1; below <= at + reach && below < lines.length; below += 1) {
    const line = lines[below] ?? '';
    if (form.test(line)) return below;
    if (/^\s{0,80}(?:\.{3}|not ok\b|ok\b)/.test(line)) return null;
  }
  return null;
}

// A subtest that only holds a failing one is not counted beside it.
function holdsFailures(view: View, test: string): boolean {
  const read = (below: string) => {
    if (/^\s{0,80}\.{3}$/.test(below)) return false;
    return /failureType: '?subtestsFailed|subtests? failed/.test(below) ? true : null;
  };
  if (lookDown(view, 12, read) === true) return true;
  const isBlock =
    /\{$/.test(view.lines[view.at] ?? '') && /^\s{1,80}\d{1,6}\.\.\d{1,6}$/.test(view.lines[view.at + 1] ?? '');
  const inner = view.lines[view.at - 1] ?? '';
  const isFile = /\.m?[jt]sx?$|\.t$/.test(test) && /^\s{4,}(?:\d{1,5}\.\.\d{1,5}|# )/.test(inner);
  return isBlock || (isFile && indentOf(inner) > indentOf(view.lines[view.at] ?? ''));
}

const heading =
  /^\s{0,8}# (?!Subtest\b|Start of|End of|random seed|(?:tests?|pass|fail|ok|skip|todo|time|asserts|not ok|Looks|Failed)\b)(?<name>\S.{0,200})$/;

// Where comments divide the assertions, the comment is the name of the test, and what was asserted a part of it.
function joinHeading(test: string, view: View): string | undefined {
  const above = lookUp(view, 60, (line) => {
    if (/^TAP version|^\s{0,80}# Subtest/.test(line)) return '';
    // A sum is no heading.
    return /^\s{0,80}# (?:failed|passed) \d/.test(line) ? null : (heading.exec(line)?.groups?.['name'] ?? null);
  });
  const isSame = above === test || above === null || above === '';
  const outer = isSame ? subtestAround(test, view) : above;
  const joined = outer === null || outer === test ? test : `${outer} > ${test}`;
  return joined === '' ? undefined : joined;
}

// What was asserted in a test stands further in than the name of the test; a file is no test.
function subtestAround(test: string, view: View): string | null {
  const depth = indentOf(view.lines[view.at] ?? '');
  // What has a heading of its own is a test.
  const isOwn = (line: string) => (line.trim() === `# Subtest: ${test}` && indentOf(line) === depth ? true : null);
  if (lookUp(view, 60, isOwn) === true) return null;
  const around = lookUp(view, 200, (line) => {
    const name = /^\s{0,80}# Subtest: (?<name>\S.{0,200})$/.exec(line)?.groups?.['name'];
    return name !== undefined && indentOf(line) < depth ? name : null;
  });
  return around === null || /\.[cm]?[jt]sx?$|\.t$/.test(around) ? null : around;
}

/** The end of what is told of a test. */
const noPlace: Place = { file: '', line: null, column: null };
const frameLine = /^\s{4,60}(?:at )?\S.{0,200}\(?(?:file:\/\/)?\S{1,300}:\d+:\d+\)?$/;

function readFrame(below: string): Place | null {
  if (/^\s{0,80}(?:\.{3}|not ok\b|ok\b)/.test(below)) return noPlace;
  return frameLine.test(below) && !below.includes('location:') ? projectPlace(below) : null;
}

// `at: Test.<anonymous> (f:l:c)`
function assertedAt(below: string): Place | null {
  if (/^\s{0,80}(?:\.{3}|ok\b|not ok\b)/.test(below)) return noPlace;
  return /^\s{2,80}at: \S.{0,200}\(\S{1,300}:\d{1,7}:\d{1,7}\)$/.test(below) ? projectPlace(below) : null;
}

function readDetails(below: string): Place | null {
  if (/^\s{0,80}(?:\.{3}|ok\b|not ok\b)/.test(below)) return noPlace;
  const told = /Failure message: (?<file>[^\s:]{1,300}):(?<line>\d{1,7}): /.exec(below)?.groups;
  if (told !== undefined) return { file: told['file'] ?? '', line: Number(told['line']), column: null };
  return /^\s{0,80}(?:at: |location: |#?\s{1,8}at |file: |# \(in test file)/.test(below) ? readPlace(below) : null;
}
