import { rulesOf } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** What validators say of data that do not fit their schema. In a step of linters it is a finding, in one that compiles an error of the text. */
export const dataWordRules = rulesOf(null, 'unknown', [
  {
    name: 'data-mismatch',
    cue: [
      'not allowed',
      'not valid',
      'is invalid',
      'incomplete',
      'not expected',
      'schema',
      'must have required',
      'must be',
      'additional propert',
    ],
    weight: 84,
    pattern:
      /\b(?:(?:[Ee]lement|[Aa]ttribute) ["'{][^"']{1,120}["'}]:? (?:is )?(?:not (?:allowed|expected)|incomplete|invalid|missing)|(?:is )?not valid (?:against|according to|under|for)\b.{0,60}\bschema|(?:does not|doesn['’]t|do not|did not) (?:match|conform to|validate against|satisfy|fit) (?:the |its |any )?(?:\w{1,20} )?schema\b|\bmust have required property\b|\bmust NOT have additional properties\b|[Aa]dditional propert(?:y|ies) .{0,80}(?:not allowed|are not allowed))/,
    // Only a place makes it heavier than what others say of the file.
    refine: (groups, view) => {
      const place = projectPlace(view.lines[view.at] ?? '');
      return place === null ? null : { groups: withPlace({ ...groups, message: view.lines[view.at] }, place) };
    },
  },
]);
