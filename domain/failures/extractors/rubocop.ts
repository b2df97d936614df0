import { lookUp, rulesOf } from '../line-rule.ts';
import { gnu } from './entry-groups.ts';

/** RuboCop and Standard, in the forms of RuboCop. */
export const rubocopRules = [
  ...rulesOf('rubocop', 'lint_error', [
    {
      name: 'rubocop',
      cue: [': c: ', ': w: ', ': e: ', ': f: '],
      weight: 66,
      pattern: new RegExp(
        String.raw`${gnu}: (?<level>[CWEFRI]): (?:\[[\w -]{1,20}\] )?(?<code>[A-Z]\w{1,40}\/[\w/]{1,80}): ?(?<message>.{0,400})`,
      ),
    },
    {
      name: 'standardrb',
      cue: ['.rb:'],
      weight: 58,
      pattern:
        /^\s{2,4}(?<file>[^\s:]{1,300}\.rb):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<code>[A-Z]\w{1,40}\/\w{1,80}): (?<message>.{1,300})/,
    },
  ]),
  ...rulesOf(null, 'lint_error', [
    {
      name: 'rubocop-simple',
      cue: ['c: ', 'w: ', 'e: ', 'f: '],
      weight: 66,
      pattern:
        /^[CWEFR]: {1,4}(?<line>\d{1,7}): {1,4}(?<column>\d{1,7}): (?:\[[\w -]{1,20}\] )?(?<code>[A-Z]\w{1,40}\/[\w/]{1,80}): (?<message>.{1,300})/,
      refine: (groups, view) => ({
        groups: {
          ...groups,
          file:
            lookUp(view, 200, (line) => /^== (?<file>\S.{0,300}) ==$/.exec(line)?.groups?.['file'] ?? null) ??
            undefined,
        },
      }),
    },
  ]),
];
