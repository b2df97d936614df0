import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';

/** dart test and flutter test. */
export const dartTestRules = rulesOf('dart', 'test_fail', [
  {
    name: 'dart-test',
    cue: '[e]',
    pattern: /^\d\d:\d\d \+\d{1,6}(?: ~\d{1,6})? -\d{1,6}: (?:(?<suite>\S{1,300}\.dart): )?(?<test>.{1,300}?) \[E\]$/,
    refine: decideDart,
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
