import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** RSpec, minitest, test-unit. */
export const rubyTestsRules = [
  ...rulesOf('rspec', 'test_fail', [
    {
      name: 'rspec',
      cue: ['rspec ', 'crystal spec ', 'shellspec ', "rspec '"],
      weight: 71,
      pattern:
        /^(?:rspec|crystal spec|shellspec) '?(?<file>\.{0,2}\/?[^\s:'[]{1,300})(?::(?<line>\d{1,7})|\[[\d:,]{1,20}\])'? +# (?:\d{1,4}\) )?(?<test>.{1,300}?)(?: FAILED)?$/,
      refine: decideRspec,
    },
    {
      name: 'rspec-load',
      is: 'compile_error',
      cue: ['error occurred outside of examples', 'an error occurred while loading'],
      weight: 83,
      pattern: /^An error occurred while loading (?<file>\S{1,300})/,
      refine: (groups, view) => ({
        groups: {
          ...withPlace(
            groups,
            lookDown(view, 30, (line) => (/^# \S{1,300}:\d/.test(line) ? projectPlace(line) : null)),
          ),
          message:
            lookDown(view, 12, (line) =>
              /^\s{0,2}[A-Z]\w{1,60}(?:Error|Exception)?:$/.test(line) ? line.trim() : null,
            ) ?? undefined,
        },
      }),
    },
  ]),
  ...rulesOf('minitest', 'test_fail', [
    {
      name: 'minitest',
      cue: [') failure:', ') error:', 'failure:', 'error:'],
      pattern:
        /^\s{0,4}(?:\d{1,4}\) )?(?:Failure|Error):\s{0,2}(?<test>[\w:]{1,200}[#(][\w?!. '"-]{1,200}\)?)?(?: \[(?<file>[^\s:\]]{1,300}):(?<line>\d{1,7})\])?:?$/,
      refine: decideMinitest,
    },
    {
      name: 'test-unit',
      cue: ['failure: ', 'error: '],
      pattern: /^(?:Failure|Error): (?<test>test\w{0,10}[\w: -]{1,200}\([\w:]{1,100}\))/,
      refine: (groups, view) => ({
        groups: withPlace(
          groups,
          lookDown(view, 6, (line) => (/^\S{1,300}\.rb:\d/.test(line) ? projectPlace(line) : null)),
        ),
      }),
    },
  ]),
];

// The block of details above gives the line of the assertion; this list gives that of the example.
function decideRspec(groups: Groups, view: View) {
  const name = (groups['test'] ?? '').slice(0, 60);
  const from = view.lines.findIndex((line) => /^\s{1,6}\d{1,4}\) /.test(line) && line.includes(name));
  const stack =
    from === -1
      ? null
      : lookDown({ ...view, at: from }, 40, (line) =>
          /^\s{1,6}\d{1,4}\) /.test(line)
            ? { file: '', line: null, column: null }
            : /^\s{3,9}# (?:\.\/)?\S{1,200}:\d/.test(line)
              ? projectPlace(line.trim().slice(2))
              : null,
        );
  return { groups: stack === null || stack.file === '' ? groups : withPlace(groups, stack) };
}

function decideMinitest(groups: Groups, view: View) {
  if (groups['test'] !== undefined && groups['file'] !== undefined) return { groups };
  const next = view.lines[view.at + 1] ?? '';
  const below = /^(?<test>[\w:]{1,200}#[\w?!. '"-]{1,200}?)(?: \[(?<file>[^\s:\]]{1,300}):(?<line>\d{1,7})\])?:?$/.exec(
    next,
  )?.groups;
  const test = groups['test'] ?? below?.['test'];
  if (test === undefined) return null;
  const place = lookDown(view, 12, (line) => (/^\s{2,10}\S{1,300}\.rb:\d/.test(line) ? projectPlace(line) : null));
  const known: Groups = { ...groups, ...below, test };
  return { groups: known['file'] === undefined ? withPlace(known, place) : known };
}
