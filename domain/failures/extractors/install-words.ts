import { lookDown, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { packageName as name } from './package-name.ts';

const thing = String.raw`(?:[Pp]ackage|[Mm]odule|[Ll]ibrary|[Ll]ibrarie|[Dd]ependency|[Dd]ependencie|[Gg]em|[Cc]rate|[Pp]lugin|[Ff]ormula|[Rr]ecipe|[Cc]hart|[Ss]hard|[Pp]od|[Pp]ort|[Rr]ock|[Ee]gg|[Ee]xtension|[Cc]ask|[Tt]oolchain|[Rr]ole|[Cc]ollection|[Pp]rovider|[Rr]equirement|[Aa]rtifact)s?`;
const recipe = String.raw`(?:specification|spec|recipe|formula|release|candidate|entry|definition|manifest|podspec|gemspec)s?`;

/** Short sentences of package managers. Outside of an installation they may be about anything. */
export const installWordsRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'install-words',
    cue: [
      'no ',
      'not found',
      'unknown',
      'find ',
      'locate ',
      'resolve ',
      'needed',
      'required',
      'requested',
      'valid version',
      'not exist',
      'in registry',
      'requirement given',
      'valid version',
      'no derivations',
      'is not available',
    ],
    weight: 64,
    pattern: new RegExp(
      String.raw`(?:\b(?:find|locate|resolve|fetch) ${name('package9')} in (?:the )?(?:registry|index|repositor(?:y|ies)|channels?|source)\b|\b(?:[Dd]ouble|[Dd]uplicate|[Cc]onflicting) requirements? (?:given|specified)?:? ?${name('package10')}(?:[<>=!~ ,;(]|$)|\b[Nn]o (?:such )?${thing} ${name('package')} (?:was |is |were )?(?:found|available|exists?)\b|\b${thing} not found: ${name('package2')}(?:[\s,;]|\.?$)|(?:^|[\s:])${name('package3')}: (?:unknown|no such|not a known) ${thing}\b|\b(?:find|locate|resolve|load|fetch) (?:an? |the |any )?${recipe} (?:for|of|named) ${name('package4')}(?:[\s,;:(]|\.?$)|(?:^|[\s*])${name('package5')} (?:is |was )?(?:needed|required|requested|wanted),? (?:but|and) (?:no|not|none|nothing|it)\b|\bvalid version for .{0,40}?["'\x60](?<package6>[A-Za-z][\w@./+-]{0,100})["'\x60]|^(?:[Ee]rror: |ERROR:? )?[Ff]ailed to (?:resolve|find|locate) ${name('package7')}(?:[,:(]|\.?$)|^(?:error|ERROR|Error): {1,2}${name('package8')} (?:does not exist|not found|is not available)\.?$)`,
    ),
    refine: decideName,
  },
  {
    name: 'install-words',
    cue: ['not found', 'not exist', 'not available', 'to a valid version', 'no derivations', 'no packages', ' version'],
    weight: 63,
    pattern: new RegExp(
      `(?:${[
        // `name chart not found in repo`, `name was not found on https://`
        String.raw`(?:^|[\s:])${name('package')}(?: ${thing})? (?:was |is |could )?not (?:be )?found (?:in|on) (?:the |your |any )?(?:\w{1,12} ){0,2}(?:registry|repo(?:sitory)?|index|channels?|website|https?:)`,
        // `└─ name does not exist (perhaps a typo or a missing channel)`
        String.raw`^[\s│├└╰─▶>-]{2,20}${name('package2')} (?:does not exist|was not found|is not available)\b`,
        String.raw`\b[Rr]esolve (?:npm:|jsr:)?${name('package3')}(?:@\S{0,40})? to a (?:valid |known )?version`,
        String.raw`\b${name('package4')} matches no (?:derivations|packages)`,
        String.raw`(?:^|[\s!])${name('package5')} v?\d[\w.-]{0,30} is not available\b`,
        String.raw`\b(?:find|locate|resolve) (?:an? )?${name('package6')} version\b`,
      ].join('|')})`,
    ),
    refine: decideName,
  },
  {
    name: 'install-words',
    cue: ['named:', 'called:', 'packages:', 'package:', 'not available', 'not found:', 'missing:', 'could not be'],
    weight: 60,
    pattern: new RegExp(
      String.raw`(?:\b${thing} (?:named|called)|\b(?:cannot|could not|can't|unable to) (?:find|resolve|locate|install) (?:the following |these |this )?${thing}|\b[Tt]he following ${thing} .{0,80}(?:not|missing|unavailable).{0,60}|\b[Mm]issing ${thing}):$`,
    ),
    refine: (groups, view) => {
      const found = lookDown(view, 3, (line) => listed.exec(line)?.groups?.['name'] ?? null);
      return found === null ? null : { groups: { ...groups, package: found } };
    },
  },
]);

const listed = /^\s{1,12}(?:[-*•] {1,3})?["'\x60]?(?<name>@?[A-Za-z][\w@./+-]{0,100}?)["'\x60]?(?:@|==?|>=| |:|$)/;
const noName =
  /^(?:the|an?|it|this|that|any|all|some|file|page|user|dependencies|package|packages|path|host|version|module|import|command|valid|matching|suitable|compatible|stable|latest|chart|system|provider|not|was|is)$/i;

function decideName(groups: Groups, { lines, at }: View): Reading | null {
  const found = Object.values(groups).find((value) => value !== undefined);
  return found === undefined || noName.test(found)
    ? null
    : { groups: { package: found, message: (lines[at] ?? '').trim() } };
}
