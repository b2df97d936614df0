import { type Groups, type View, rulesOf } from '../line-rule.ts';
import { fileFromHeading } from '../refine.ts';
import { gnu } from './entry-groups.ts';

/** Stylelint: marks in place of severities, and its form of one line for each entry. */
export const stylelintRules = [
  ...rulesOf('stylelint', 'lint_error', [
    {
      name: 'stylelint-entry',
      cue: ['✖', '×', '⚠'],
      weight: 65,
      pattern:
        /^\s{1,8}(?<line>\d{1,7}):(?<column>\d{1,7})\s{1,8}(?<mark>[✖×⚠])\s{1,4}(?<message>.{1,400}?)(?:\s{2,80}(?<code>[\w@/-]{2,80}))?$/,
      refine: (groups, view) => decideMarked(groups, view),
    },
  ]),
  ...rulesOf(null, 'lint_error', [
    {
      name: 'stylelint-unix',
      cue: ['[error]', '[warning]'],
      weight: 65,
      pattern: new RegExp(
        String.raw`${gnu}: (?<message>.{1,500}?) \((?<code>[\w@./-]{2,80})\) \[(?<severity>error|warning)\]$`,
      ),
    },
  ]),
];

function decideMarked(groups: Groups, view: View) {
  const reading = fileFromHeading(groups, view);
  return reading === null ? null : { ...reading, weight: groups['mark'] === '⚠' ? 42 : 65 };
}
