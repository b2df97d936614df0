import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';

/** dart test and flutter test. */
export const dartTestRules = rulesOf('dart', 'test_fail', [
  {
    name: 'dart-test',
    cue: '[e]',
    pattern: /^\d\d:\d\d \+\d{1,6}(?: ~\d{1,6})? -\d{1,6}: (?:(?<suite>\S{1,300}\.dart): )?(?<test>.{1,300}?) \[E\]$/,
    refine: decideDart,
  },
  {
    name: 'flutter-exception',
    cue: 'caught by flutter test framework',
    weight: 66,
    pattern: /^\s{0,4}═{1,8}╡ EXCEPTION CAUGHT BY FLUTTER TEST FRAMEWORK ╞/,
    refine: decideException,
  },
]);

function decideDart(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  const isLoading = /^loading \S{1,300}$/.test(test);
  const place = lookDown(
    view,
    14,
    (line) =>
      /^\s{2,8}(?!package:(?:matcher|test_api|flutter_test|stack_trace)|dart:)(?<file>\S{1,300}\.dart) (?<line>\d{1,7}):(?<column>\d{1,7})\s/.exec(
        line,
      )?.groups ?? null,
  );
  if (isLoading)
    return { groups: { ...groups, test: undefined, file: test.slice(8) }, failureClass: 'compile_error' as const };
  return { groups: { ...groups, file: groups['suite'], ...place } };
}

/** A frame of the project; packages have addresses of their own. */
const ownFrame = /\((?:file:\/\/)?(?<file>\/[^\s():]{1,300}\.dart):(?<line>\d{1,7}):(?<column>\d{1,7})\)/;

// The name stands behind the exception, or in the line of progress above it.
function decideException(_groups: Groups, view: View) {
  const block = view.lines.slice(view.at, view.at + 60);
  const heading = block.indexOf('The test description was:');
  const test = heading === -1 ? lookUp(view, 3, nameOfProgress) : block[heading + 1]?.trim();
  const frame = lookDown(view, 60, (line) => ownFrame.exec(line)?.groups ?? null);
  return test === null || test === undefined ? null : { groups: { ...frame, test } };
}

function nameOfProgress(line: string): string | null {
  const progress = /^\d\d:\d\d \+\d{1,6}(?: ~\d{1,6})?(?: -\d{1,6})?: (?<test>.{1,300}?)\s{0,200}$/;
  return progress.exec(line)?.groups?.['test'] ?? null;
}
