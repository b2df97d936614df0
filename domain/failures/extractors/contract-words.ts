import { rulesOf } from '../line-rule.ts';

const file = String.raw`["'\x60](?<file>[\w@./-]{1,200}\.(?:json|ya?ml|graphqls?|proto|avsc|xsd|wsdl|raml))["'\x60]`;
const document = String.raw`(?:spec(?:ification)?|schema|contract|provider|version|api|interface|baseline|release)`;

/** Sentences of comparisons and of checks of published entries that nobody has written rules for. */
export const contractWordRules = rulesOf(null, 'contract_violation', [
  {
    name: 'files-incompatible',
    cue: ['not compatible with', 'incompatible with'],
    weight: 86,
    // One description against another: `mock "a.json" is not compatible with spec "b.json"`.
    pattern: new RegExp(`${file} (?:is|are) (?:not compatible|incompatible) with\\b.{0,40}\\b${document}\\b`, 'i'),
  },
  {
    name: 'record-differs',
    cue: ['check failed for', 'api has changed', 'public api'],
    weight: 86,
    pattern: /\bAPI check failed for\b|\b[Pp]ublic API (?:has )?(?:changed|differs)\b/,
  },
  {
    name: 'entry-missing',
    cue: ['path', 'entry', 'field', 'point'],
    weight: 82,
    // What a package publishes: its types, its modules, its programs.
    pattern:
      /^\s{0,8}(?:[-*•✗✘✖×❌] )?["'\x60]?(?:pkg\.)?(?:types|typings|main|module|browser|exports|bin|entry)["'\x60]? (?:path|entry(?: point)?|field|file|point) .{0,120}\b(?:does not exist|doesn['’]t exist|(?:is|was) (?:missing|not found)|points? to (?:a )?(?:missing|nonexistent|non-existent))\b(?:.{0,40}(?<file>package\.json))?/,
  },
]);
