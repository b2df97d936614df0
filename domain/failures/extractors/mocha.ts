import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectFrame } from './project-frame.ts';

/** Mocha, Jasmine, Cypress, Cucumber: a numbered list of failures behind their sum. */
export const mochaRules = rulesOf('mocha', 'test_fail', [
  {
    name: 'mocha',
    cue: [') '],
    weight: 69,
    pattern: /^\s{0,6}(?<number>\d{1,4})\) (?<test>\S.{0,299}?)$/,
    refine: decideNumbered,
  },
  { name: 'mocha-sum', cue: 'failing', weight: 60, pattern: /^\s{1,4}(?<message>[1-9]\d{0,5} failing)$/ },
]);

// `1) suite`, then the tests' names below it, further in, up to the one that ends with a colon.
function decideNumbered(groups: Groups, view: View) {
  const isDetails = lookUp(view, 3_000, (line) =>
    /^\s{0,6}(?:\d{1,6} failing|Failures?:|There (?:was|were) \d{1,6} (?:failure|error)s?:?)\s{0,4}$/.test(line)
      ? true
      : null,
  );
  if (isDetails === null) return null;
  const scenario = /^Scenario(?: Outline)?: (?<test>.{1,250}?)(?: # .{1,200})?$/.exec(groups['test'] ?? '')?.groups;
  if (scenario !== undefined)
    return {
      groups: {
        ...groups,
        ...withPlace(
          scenario,
          lookDown(view, 30, (line) => (/^\s{6,}at /.test(line) ? projectFrame(line) : null)),
        ),
      },
      weight: 72,
    };
  const first = groups['test'] ?? '';
  if (first.endsWith(':') && !/^(?:Failure|Error):$/.test(first))
    return { groups: { ...groups, test: first.slice(0, -1) } };
  const names = [first];
  for (let at = view.at + 1; at < view.at + 8; at += 1) {
    const line = view.lines[at] ?? '';
    if (!/^\s{6,}\S/.test(line)) break;
    names.push(line.trim());
    if (line.endsWith(':')) return { groups: { ...groups, test: names.join(' ').slice(0, -1) } };
  }
  return { groups: { ...groups, test: first }, weight: 60 };
}
