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
    cue: '[fail]',
    pattern:
      /^(?:Summarizing .{0,40})?\s{0,4}• ?\[FAIL(?:ED)?\] (?<test>.{1,300})|^\s{0,4}\[FAIL\] (?<test2>.{1,300})$/,
    refine: (groups) => ({ groups: { ...groups, test: groups['test'] ?? groups['test2'] } }),
  },
  { name: 'go-package-failed', cue: 'fail', weight: 52, pattern: /^FAIL\t(?<message>\S{1,300})(?:\t[\d.]{1,12}s)?$/ },
]);

function decideGoTest(groups: Groups, view: View) {
  const read = (line: string) => {
    if (/^\s{0,40}--- |^(?:FAIL|ok|PASS|=== RUN)\b/.test(line)) return { file: '', line: null, column: null };
    return /^\s{4,}(?:Error Trace:\s{1,8})?\S{1,200}\.go:\d/.test(line) ? readPlace(line) : null;
  };
  const below = lookDown(view, 40, read);
  const isParent = /^\s+--- FAIL:/.test(view.lines[view.at + 1] ?? '');
  const place =
    below === null || below.file === ''
      ? isParent
        ? null
        : lookUp(view, 25, (line) =>
            /^(?:--- |ok |PASS)/.test(line)
              ? { file: '', line: null, column: null }
              : /^\s{4,}\S{1,200}_test\.go:\d/.test(line)
                ? readPlace(line)
                : null,
          )
      : below;
  const panic = lookDown(view, 60, (line) => (/^\s{1,8}\/\S{1,300}\.go:\d/.test(line) ? readPlace(line) : null));
  const isPanic = lookDown(view, 3, (line) => (/^panic: /.test(line) ? true : null));
  const chosen = isPanic === true && panic !== null && isProjectFile(panic.file) ? panic : place;
  return { groups: chosen === null || chosen.file === '' ? groups : withPlace(groups, chosen) };
}
