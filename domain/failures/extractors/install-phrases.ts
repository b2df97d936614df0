import { rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { packageName, versionStart as version } from './package-name.ts';

const name = packageName();
const start = String.raw`^\s{0,8}(?:[-*•✗✘✖×❌⨯!] {0,2})?(?:\[?(?:[Ee]rror|ERROR|[Ff]atal|FATAL)\]?:? )?`;
const tool = String.raw`(?:tools?|programs?|commands?|binar(?:y|ies)|executables?|dependenc(?:y|ies)|packages?|modules?|prerequisites?)`;
const later = String.raw`(?:or (?:later|newer|higher|above|greater)|and (?:later|above|up)|\+)`;

/** How checks of what is installed put it, without a verdict on anything else; each with a word that stands in every match. */
const phrases: readonly (readonly [cue: string, pattern: string])[] = [
  // `semver 7.8.6 does not satisfy ^6.3.0`, `node v24 does not meet the requirement`
  [' not ', String.raw`${start}${name}(?:@| )${version} (?:does not|doesn['’]t) (?:satisfy|match|meet|fulfil)`],
  ['wanted', String.raw`${start}${name}: wanted:? ${version}`],
  // `missing: lodash@^5.0.0, required by shop@1.0.0`
  ['missing: ', String.raw`${start}missing: ${name}@`],
  ['unmet ', String.raw`\bUNMET (?:PEER |OPTIONAL )?DEPENDENCY ${name}(?:@|\s|$)`],
  // `This project needs Node.js >= 22. You are running v18.`
  ['need', String.raw`\bneeds? (?:an? |the )?${name} ?(?:versions? )?${version}`],
  ['require', String.raw`\brequires? (?:an? |the )?${name} ?(?:versions? )?${version}`],
  // `Java 21 or later required`
  ['required', String.raw`${start}${name} (?:versions? )?${version} ${later}(?: is| are)? required`],
  // `git version 2.30 found, but 2.40 or later is needed`
  [', but ', String.raw`${start}${name} (?:version )?${version} (?:is |was )?(?:found|installed|detected), but `],
  ['expected version', String.raw`${start}${name}: expected version ${version}`],
  ['is it installed', String.raw`\b(?:find|locate|run|execute) ${name}[.,] [Ii]s it installed`],
  ['required ', String.raw`\b[Mm]issing required ${tool}:? ${name}(?:[\s,;]|\.?$)`],
  ['unable to execute', String.raw`\bunable to execute ${name}: No such file`],
  ['be installed', String.raw`${start}(?:The )?${name} (?:must|should|needs to|has to) be installed`],
  [
    'not in ',
    String.raw`${start}${name} is not in (?:this|the|any|your) (?:\w{1,12} )?(?:registry|index|repositor|channel)`,
  ],
  ['resolve ', String.raw`${start}(?:[Cc]ould not|[Cc]annot|[Cc]an['’]t|[Uu]nable to) resolve ${name}(?:[\s,;(]|\.?$)`],
  [
    'versions of',
    String.raw`\b[Nn]o (?:candidate|matching|compatible|suitable|available) versions? (?:of|for) ${name}(?:[\s,;(]|\.?$)`,
  ],
  ['(required', String.raw`${start}${name}: not found \(required`],
  [
    'not installed',
    String.raw`${start}${name} is (?:listed|declared|specified|required) .{1,80}\b(?:but|and) (?:is )?not installed`,
  ],
  [
    'no such file',
    String.raw`\bfatal error: (?<package>[A-Za-z][\w.+-]{1,60})\/[\w./+-]{1,100}\.h\w{0,2}: No such file`,
  ],
  ['depends on', String.raw`\bdepends on ${name}(?:[<>=!~^]=?|@| ?\() ?\S{1,20} (?:and|but|while)\b`],
];

/** What says that what is installed, or the lock, is not what the manifest asks for; nothing is named. */
const stale =
  /\b(?:[Dd]ependenc(?:y|ies)|[Mm]odules|[Pp]ackages|[Rr]equirements|[Ll]ock ?file|[Ss]hrinkwrap(?: file)?|[\w.-]{0,30}lock\.(?:json|ya?ml)) (?:is |are |has |have )?(?:been )?(?:out of (?:sync|date)|out-of-(?:sync|date)|not (?:up[- ]to[- ]date|in sync|installed|satisfied|met)|outdated|stale|missing)\b|\b[Ll]ock ?file does not\b/;

/** Checks of what is installed. Outside of an installation their words may be about anything. */
export const installPhraseRules = rulesOf(null, 'dependency_missing', [
  ...phrases.map(([cue, pattern]) => ({
    name: 'install-words',
    cue,
    weight: 65,
    pattern: new RegExp(pattern),
    refine: decideName,
  })),
  {
    name: 'install-words',
    cue: [
      'out of ',
      'out-of-',
      'not up',
      'outdated',
      'stale',
      'missing',
      'not in sync',
      'not installed',
      'not satisfied',
      'does not',
      'not met',
    ],
    weight: 58,
    pattern: stale,
  },
]);

const noName =
  /^(?:the|an?|it|this|that|any|all|some|file|page|user|path|host|version|versions|command|import|at least|least|to|not|was|is|you|your|project|package|packages|dependencies|dependency|installed|found|expected|got|current|argument|option|value|key|string)$/i;

function decideName(groups: Groups, { lines, at }: View): Reading | null {
  const found = groups['package'] ?? '';
  const isName = found !== '' && !noName.test(found) && !/^https?:|\.(?:json|ya?ml|toml)$/.test(found);
  return isName ? { groups: { package: found, message: (lines[at] ?? '').trim() } } : null;
}
