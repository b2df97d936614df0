import { rulesOf, type Groups, type View } from '../line-rule.ts';

const target = String.raw`(?:recipe|task|target|script|session|goal|job|action|workflow|pipeline|sub-?command|profile)`;
const named = String.raw`["'\x60]\S{1,80}["'\x60]`;
const unable = String.raw`(?:[Cc]annot|[Cc]ould not|[Cc]an['’]t|[Uu]nable to|[Ff]ailed to)`;

/** What is asked for and was never defined, each with words of which one stands in every match. */
const phrases: readonly (readonly [cues: readonly string[], pattern: string])[] = [
  [['find configuration for'], String.raw`\b[Cc]annot find configuration for (?:task|target)\b`],
  [
    ['find ', 'resolve ', 'locate '],
    String.raw`\b${unable} (?:find|resolve|locate) (?:a |any |the (?:following )?)?(?:${target}|alias)s? ["'\x60]?(?!for\b|file\b)[\w:@-]`,
  ],
  [['there is no '], String.raw`\b[Tt]here is no (?:such )?${target}\b`],
  [['alias '], String.raw`\b[Aa]lias ${named} .{0,60}\b(?:empty|not (?:defined|found)|unknown)\b`],
  [['phase '], String.raw`\b[Uu]nknown (?:lifecycle )?phase ["'\x60]`],
  [
    ['named', 'called', 'match'],
    String.raw`\b[Nn]o (?:such )?(?:${target}|pipeline|rule)s? (?:named|called|match\w{0,4})\b`,
  ],
  [['matched'], String.raw`\b[Nn]o projects? matched\b`],
  [['recogni'], String.raw`\b(?:[Dd]id not|[Dd]oes not|[Cc]annot) recogni[sz]e (?:the )?(?:target|task|command)\b`],
  [
    ['is not defined', 'does not exist'],
    String.raw`\b(?:[Cc]ommand|[Rr]ule|[Tt]arget) ${named} (?:is not defined|does not exist)`,
  ],
  [['no such command in'], String.raw`\bno such command in \S`],
  [['found', 'matched'], String.raw`\b[Nn]o (?:targets?|tasks?|scripts?) (?:were )?(?:found|matched)\b`],
  [['not found: '], String.raw`\b(?:[Ss]cript|[Ss]essions?|[Tt]ask|[Tt]arget|[Gg]oal)s? not found: `],
  [['does not exist'], String.raw`\b(?:[Tt]ask|[Tt]arget) [\w:@./-]{2,80} does not exist\b`],
  [
    ['does not ', 'doesn'],
    String.raw`\b(?:does not|doesn['’]t) (?:contain|have|define|declare) (?:an? )?(?:recipe|task|target|script|session|job)\b`,
  ],
  // `Buildfile: build.xml does not exist!`
  [
    ['does not exist'],
    String.raw`^\s{0,4}(?:[Bb]uild ?file|[Mm]anifest|[Pp]roject file|[Bb]uild script): \S{1,200} does not exist\b`,
  ],
  // `File 'dist/a-1.9.0.jar' for the old version does not exist`
  [
    ['does not exist', 'not found', 'is missing'],
    String.raw`\b(?:[Ff]iles?|[Aa]rchives?) ${named} (?:for|of) the (?:old|new|previous|current|base(?:line)?) version (?:does not exist|was not found|is missing)`,
  ],
  [['not found'], String.raw`^\s{0,2}(?:[=>*-]{1,5} )?[Cc]ommand [\w:-]{2,40} not found$`],
  [['not found in project'], String.raw`\bTask with path ${named} not found in project\b`],
  [['point to an existing'], String.raw`\b[Pp]ath ${named} does not point to an existing file\b`],
  [['missing '], String.raw`\b[Mm]issing (?:task|target|recipe) ${named}`],
  [['never defined'], String.raw`\b[Tt]ask never defined\b`],
  [
    ['unknown ', 'unrecogni', 'no such ', 'undefined '],
    String.raw`\b(?:[Uu]nknown|[Uu]nrecogni[sz]ed|[Nn]o such|[Uu]ndefined) (?:recipe|task|target|script|session|environment|goal)s?\b`,
  ],
  [
    ['not found', 'not defined', 'not known', 'does not exist', 'unknown'],
    String.raw`\b(?:[Rr]ecipe|[Tt]ask|[Tt]arget|[Ss]cript|[Ss]ession) ${named} (?:is )?(?:not (?:found|defined|known)|does not exist|unknown)`,
  ],
];

/** Steps that were started wrongly: nothing is wrong with what they would have looked at. */
export const targetRules = rulesOf(
  null,
  'unknown',
  phrases.map(([cue, pattern]) => ({
    name: 'target-missing',
    cue,
    weight: 66,
    pattern: new RegExp(pattern),
    refine: (groups: Groups, { lines, at }: View) => ({
      groups,
      ...(/^warning/i.test(lines[at] ?? '') ? { weight: 45 } : {}),
    }),
  })),
);
