import { lookDown, rulesOf, type Groups, type View } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

const file = String.raw`["'\x60](?<file>[\w@./-]{1,200}\.(?:json|ya?ml|graphqls?|proto|avsc|xsd|wsdl|raml))["'\x60]`;
const document = String.raw`(?:spec(?:ification)?|schema|contract|provider|version|api|interface|baseline|release)`;

type Phrase = readonly [cue: string, pattern: RegExp];

/** What says of a new version that it does not fit the old one: each with a word that stands in every match. */
const incompatiblePhrases: readonly Phrase[] = [
  // `new world is not semver-compatible with the previous world`
  [
    'compatible',
    /\b_?(?:not|no longer)_?(?: to be)? (?:semver-|(?:backwards?|forwards?|binary|source|ABI|API)[ -])compatible\b/,
  ],
  [
    'compatible',
    /\b(?:ABI|API|[Ii]nterface|[Cc]ontract|[Pp]rotocol)\b.{0,60}\b(?:is|are) (?:not compatible|incompatible)\b/,
  ],
  // A layout of what is stored already
  [
    'incompatible',
    /\b(?:[Ll]ayout|[Ss]chema|[Ff]ormat) (?:is|are) incompatible(?:$| with (?:an? |the )?(?:earlier|previous|older|existing|deployed|last)\b)/,
  ],
  ['compatibility', /\b(?:[Bb]roke|[Bb]reaks?|[Bb]roken|[Bb]reaking) (?:\w{1,12} )?compatibility\b/],
  [
    'was ',
    /::(?:[Pp]ublic object|[Pp]arameter|[Aa]ttribute value|[Rr]eturn type|[Bb]ase class) was (?:removed|changed|now required)/,
  ],
  // `should really be a MAJOR change`, compared with what was published
  ['major change', /\bbe a MAJOR change\b|\b[Bb]aseline mismatch for\b.{1,200}\bMAJOR change\b/],
  ['breaking change ', /^\S{1,300}:\d{1,7}: breaking change \w/],
  ['change the api', /\btried to change the API from what has been previously (?:released|approved)\b/],
  ['upgrade safety', /\bfailed upgrade safety validation\b/],
  ['version is too low', /^New Version is too low!/],
  ['mismatch', /\b[AB][BP]I spec mismatch\b/],
  ['api surface', /\bapi surface area should be compatible with\b/],
  [
    'breaking the build',
    /\bBreaking the build because there is at least one (?:\w{1,12} ){0,2}(?:class|method|incompatib)/,
  ],
  ['(incompatible)', /^\s{0,12}\(INCOMPATIBLE\) \S/],
  [
    'compatibility check',
    /\b[Cc]ompatibility check\b.{0,100}\bfound [1-9]\d{0,4} (?:potential )?(?:problem|issue|incompatib)/,
  ],
  ['incompatible', /\b[Ii]ncompatible (?:result |parameter )?(?:type|signature) change\b/],
  [
    'breaking change',
    /\b(?:[Dd]etected|[Cc]ontains|[Ii]ntroduces|[Mm]akes) (?:a |the following |[1-9]\d{0,3} )?breaking changes?\b/,
  ],
  ['change breaks', /\b(?:schema|API|interface|contract) changes? breaks?\b/],
  ['declared', /\bis (?:not )?part of the declared (?:public )?API\b/],
  [
    'api changes',
    /\bAPI changes (?:I see )?are (?:MAJOR|major|breaking)\b|\b[Vv]ersion change does not match (?:the )?API changes\b/,
  ],
  ['current api', /\bmissing from the current API\b/],
  [
    'was removed from',
    /\b(?:[Oo]peration|[Ee]ndpoint|[Ss]hape|[Mm]ember|[Ee]num value) .{1,100} was removed from (?:the )?(?:service|schema|interface|API)\b/,
  ],
];

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
    cue: ['check failed for', 'api has changed', 'public api', 'with api declarations'],
    weight: 86,
    pattern:
      /\bAPI check failed for\b|\b[Ff](?:older|ile) with API declarations\b.{0,300}\bdoes not exist\b|\b[Pp]ublic API (?:has )?(?:changed|differs)\b/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        ...lookDown(view, 2, (line) => /^\s{0,8}--- (?<file>\S{1,300}\.api)$/.exec(line)?.groups ?? null),
      },
    }),
  },
  ...incompatiblePhrases.map(([cue, pattern]) => ({
    name: 'told-incompatible',
    cue,
    weight: 90,
    pattern,
    // A warning of it, or that there is nothing of it.
    refine: (groups: Groups, view: View) =>
      /\b(?:warn(?:ing)?|deprecated|no|(?<![\d.])0|without)\b.{0,40}\b(?:breaking|incompatible|compatible)/i.test(
        view.lines[view.at] ?? '',
      )
        ? null
        : { groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) },
  })),
  {
    name: 'entry-missing',
    cue: ['path', 'entry', 'field', 'point'],
    weight: 82,
    // What a package publishes: its types, its modules, its programs.
    pattern:
      /^\s{0,8}(?:[-*•✗✘✖×❌] )?["'\x60]?(?:pkg\.)?(?:types|typings|main|module|browser|exports|bin|entry)["'\x60]? (?:path|entry(?: point)?|field|file|point) .{0,120}\b(?:does not exist|doesn['’]t exist|(?:is|was) (?:missing|not found)|points? to (?:a )?(?:missing|nonexistent|non-existent))\b(?:.{0,40}(?<file>package\.json))?/,
  },
]);
