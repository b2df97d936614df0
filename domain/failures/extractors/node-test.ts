import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectFrame } from './project-frame.ts';

/** The runner of Node: names with their time, and the details of each failure at the end. */
export const nodeTestRules = rulesOf('node-test', 'test_fail', [
  {
    name: 'node-test',
    cue: '✖ ',
    // The reporter's heading, a linter's sum, and a file that could not even be loaded are no tests.
    pattern:
      /^\s{0,40}✖ (?!failing tests:|\d+ problems? \(|\S+\.[cm]?[jt]sx? \()(?!\. \()(?<test>.{1,300}?) \(\d{1,12}(?:\.\d{1,12})?ms\)(?: # .{0,100})?$/,
    refine: decideNodeTest,
  },
  {
    name: 'node-test-file',
    cue: '✖ ',
    weight: 52,
    pattern: /^✖ (?<file>\S{1,300}\.[cm]?[jt]sx?) \(\d/,
  },
]);

// Below its name the details of the one; the suites around it are listed without any.
function decideNodeTest(groups: Groups, view: View) {
  const next = view.lines[view.at + 1] ?? '';
  const above = /^test at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/.exec(
    view.lines[view.at - 1] ?? '',
  )?.groups;
  if (above !== undefined) {
    if (/^\s+'test failed'|^\s+'\d+ subtests? failed'/.test(next) || /\.[cm]?[jt]sx?$/.test(groups['test'] ?? ''))
      return null;
    const frame = lookDown(view, 40, (line) =>
      /^test at /.test(line)
        ? { file: '', line: null, column: null }
        : /^\s{2,12}at /.test(line)
          ? projectFrame(line)
          : null,
    );
    return {
      groups: frame === null || frame.file === '' ? { ...groups, ...above } : withPlace({ ...groups, ...above }, frame),
      weight: 72,
    };
  }
  return { groups, weight: isTestOfTests(view) ? 72 : 64 };
}

// Without a suite in the sum, what holds failed tests is a test itself, and has failed with them.
function isTestOfTests(view: View): boolean {
  if (!/^\s{2,40}✖ /.test(view.lines[view.at - 1] ?? '') || !/^✖ /.test(view.lines[view.at] ?? '')) return false;
  return lookDown(view, 400, (line) => /^ℹ suites (?<count>\d{1,6})$/.exec(line)?.groups?.['count'] ?? null) === '0';
}
