import { type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Playwright. */
export const playwrightRules = rulesOf('playwright', 'test_fail', [
  {
    name: 'playwright',
    cue: ['› '],
    weight: 72,
    pattern:
      /^\s{1,8}(?:\d{1,4}\) |✘ {1,3}\d{1,4} )?(?:\[(?<project>[\w -]{1,40})\] › )?(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) › (?<test>.{1,400}?)(?: ─{2,200}| \(\d[\d.]{0,10}m?s\))?$/,
    refine: (groups, view) => (isSkippedOrPassed(view) ? null : { groups: withPlace(groups, playwrightPlace(view)) }),
  },
]);

function isSkippedOrPassed(view: View): boolean {
  return (
    /^\s{1,8}(?:✓|ok|-)/.test(view.lines[view.at] ?? '') ||
    lookUp(view, 400, (line) =>
      /^\s{2}\d{1,5} (?:flaky|skipped)$/.test(line) ? true : /^\s{2}\d{1,5} failed$/.test(line) ? false : null,
    ) === true
  );
}

function playwrightPlace(view: View) {
  return lookDown(view, 60, (line) =>
    /^\s{2,10}at .{1,200}:\d+:\d+\)?$/.test(line) && !line.includes('node_modules') ? readPlace(line) : null,
  );
}
