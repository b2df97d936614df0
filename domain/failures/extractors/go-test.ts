import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** go test, gotestsum, Ginkgo. */
export const goTestRules = rulesOf('go test', 'test_fail', [
  {
    name: 'go-test',
    cue: '--- fail:',
    pattern: /^\s{0,40}--- FAIL: (?<test>\S{1,300})/,
    refine: decideGoTest,
  },
  { name: 'gotestsum', cue: '=== fail:', weight: 69, pattern: /^=== FAIL: (?:\S{1,200} )(?<test>\S{1,300}) \(\d/ },
  {
    name: 'ginkgo',
    cue: ['[fail]', '[panic!]', '[timeout]'],
    pattern:
      /^(?:Summarizing .{0,40})?\s{0,4}• ?\[FAIL(?:ED)?\] (?<test>.{1,300})|^\s{0,4}\[(?:FAIL|Fail|Panic!|Timeout)\] (?<test2>.{1,300})$/,
    refine: (groups) => ({ groups: { ...groups, test: groups['test'] ?? groups['test2'] } }),
  },
  { name: 'go-package-failed', cue: 'fail', weight: 52, pattern: /^FAIL\t(?<message>\S{1,300})(?:\t[\d.]{1,12}s)?$/ },
]);

/** The end of what is told of a test. */
const noPlace = { file: '', line: null, column: null };

function decideGoTest(groups: Groups, view: View) {
  const panic = lookDown(view, 60, (line) => (/^\s{1,8}\/\S{1,300}\.go:\d/.test(line) ? readPlace(line) : null));
  const isPanic = lookDown(view, 3, (line) => (/^panic: /.test(line) ? true : null));
  const isOwn = isPanic === true && panic !== null && isProjectFile(panic.file);
  const chosen = isOwn
    ? panic
    : (placeToldBelow(view) ?? placeWhereRun(groups['test'] ?? '', view) ?? placeToldAbove(view));
  return { groups: chosen === null || chosen.file === '' ? groups : withPlace(groups, chosen) };
}

function placeToldBelow(view: View) {
  const place = lookDown(view, 40, (line) => {
    if (/^\s{0,40}--- |^(?:FAIL|ok|PASS|=== RUN)\b/.test(line)) return noPlace;
    return /^\s{4,}(?:Error Trace:\s{1,8})?\S{1,200}\.go:\d/.test(line) ? readPlace(line) : null;
  });
  return place === null || place.file === '' ? null : place;
}

// A test that only holds others has no place of its own.
function placeToldAbove(view: View) {
  if (/^\s+--- (?:FAIL|PASS):/.test(view.lines[view.at + 1] ?? '')) return null;
  return lookUp(view, 25, (line) => {
    if (/^(?:--- |ok |PASS)/.test(line)) return noPlace;
    return /^\s{4,}\S{1,200}_test\.go:\d/.test(line) ? readPlace(line) : null;
  });
}

// With -v, what a test printed stands where it ran; its last words are about the failure.
function placeWhereRun(test: string, { lines }: View) {
  const run = lines.findIndex((line) => line.startsWith('=== RUN') && line.endsWith(` ${test}`));
  if (run === -1) return null;
  const end = lines.slice(run + 1, run + 400).findIndex((line) => !/^\s{4,}/.test(line));
  const told = lines.slice(run + 1, run + 1 + Math.max(0, end));
  const last = told.findLast((line) => /^\s{4,}\S{1,200}_test\.go:\d/.test(line));
  return last === undefined ? null : readPlace(last);
}
