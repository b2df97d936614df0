import { rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';

const setting = String.raw`["'\x60]?[A-Z][A-Z\d]{1,40}(?:_[A-Z\d]{1,40}){1,8}["'\x60]?`;
const variable = String.raw`\b[Ee]nv(?:ironment)?(?: ?-?[Vv]ar(?:iable)?s?)?:? `;
const unset = String.raw`(?:(?:is |are |was |were )?(?:undefined|empty|unset|missing|required|Required|not (?:set|defined|found|provided|given|present|configured))|(?:must|should|has to|needs to|to) (?:not )?be\b)`;

/** Settings of the environment that a program needs and that are not there: nothing to edit, nothing to install. */
export const environmentRules = rulesOf(null, 'unknown', [
  {
    name: 'environment',
    cue: ['env'],
    weight: 67,
    pattern: new RegExp(
      `(?:${[
        `${variable}${setting}:? ${unset}`,
        String.raw`\b[Ii]nvalid environment(?: variables?)?\b`,
        String.raw`\bnot (?:present|set|defined|found) in (?:the |your )?environment\b`,
        String.raw`\b(?:env|environment) file \S{0,80} ?(?:was |is )?(?:not found|missing|does not exist)`,
        String.raw`\b[Mm]issing (?:env(?:ironment)?(?: var(?:iable)?s?)?)\b`,
        String.raw`\benvironment:? missing\b`,
        String.raw`\bas envvar\b`,
      ].join('|')})`,
    ),
  },
  {
    name: 'environment',
    cue: [
      'undefined',
      'empty',
      'required',
      'not set',
      'not defined',
      'must be',
      'should be',
      'to be set',
      'missing',
      'not provided',
    ],
    weight: 66,
    // The name of a setting alone; with a place it is a constant of a program.
    pattern: new RegExp(`(?:(?:^|\\s)${setting}:? ${unset}|\\b[Mm]issing:? ${setting}(?:$|[,.;]))`),
    refine: (groups, view) => (readPlace(view.lines[view.at] ?? '') === null ? { groups } : null),
  },
]);
