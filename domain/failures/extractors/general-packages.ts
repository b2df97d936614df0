import { isWarnedLine } from '../output/warned-line.ts';
import { lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { decideOrigin } from '../refine.ts';
import { askedFor } from './package-words.ts';

/** What can be installed, as tools of all kinds call it. */
const kind = String.raw`(?:[Mm]odules?|[Pp]ackages?|[Ll]ibrar(?:y|ies)|[Dd]ependenc(?:y|ies)|[Pp]lug-?[Ii]ns?|[Gg]ems?|[Cc]rates?|[Rr]equirements?|[Ee]xtensions?|[Pp]roviders?|[Rr]oles?|[Cc]ollections?|[Pp]resets?|[Ff]ormulae?|[Ss]hards?|[Aa]dd-?ons?|[Tt]hemes?|[Dd]rivers?|[Aa]dapters?|[Dd]istributions?|[Aa]rtifacts?|[Rr]ocks?|[Ee]ggs?|[Ii]nterpreters?|[Tt]oolchains?|module/action)`;
/** Programs are not there too, but an unknown one is mostly a word that was mistyped. */
const program = String.raw`(?:[Pp]rograms?|[Ee]xecutables?|[Bb]inar(?:y|ies)|[Cc]ommands?|[Tt]ools?|[Pp]arsers?|[Ff]ormatters?|[Rr]eporters?|[Ii]mports?|[Cc]onfig(?:uration)?s?|[Bb]ackends?)`;
const bare = (group: string) => String.raw`(?<${group}>@?[A-Za-z0-9][\w@./:+-]{0,150})`;
const opened = String.raw`[‘'"\x60“<]`;
const closed = String.raw`[’'"\x60”>]`;
const named = (group: string) => `${opened}?${bare(group)}${closed}?`;
const quoted = (group: string) => `${opened}${bare(group)}${closed}`;
const absent = String.raw`(?:(?:was|is|are|were|could|can|has|have|does|did)(?: not|n['’]t|not) (?:been |be |seem to be |yet )?(?:found|installed|available|resolved|located|exist|satisfied|declared|loaded)|not (?:found|installed|available|resolved|located)|is (?:missing|unresolved|unavailable|required but)|missing\b|unresolved\b)`;
const failed = String.raw`(?:[Cc]annot|[Cc]an['’]t|[Cc]ould ?n[o'’]t|[Cc]ould NOT|[Cc]ouldn['’]t|[Uu]nable to|[Ff]ailed to|[Ff]ailed|[Ee]rror|[Pp]roblem|[Ww]hile|[Ff]ailure)`;
const verb = String.raw`(?:find|locate|resolve|load|import|satisfy|require|loading|importing|resolving|finding|requiring|obtain)`;
const lacking = String.raw`(?:[Uu]nknown|[Uu]nrecogni[sz]ed|[Mm]issing|[Uu]nresolved|[Nn]o such|[Uu]ndeclared|[Uu]nsatisfied|[Uu]nmet|[Dd]uplicated|[Cc]onflicting|[Ii]ncompatible|[Uu]nresolvable)`;

/** How tools that nobody has written rules for say that something to install is not there, or does not fit. */
export const generalPackageRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'package-not-found',
    cue: [
      'not found',
      'not been found',
      'not be ',
      "isn't installed",
      'not installed',
      'not available',
      'not resolved',
      'not yet installed',
      'not exist',
      ' missing',
      'unresolved',
      'unavailable',
      'required but',
      'not satisfied',
      'not declared',
      'not loaded',
      'not located',
    ],
    weight: 73,
    pattern: new RegExp(
      String.raw`(?:\b(?:${kind}|${program})(?: named| called)?:? ${named('package')}(?: \([^()]{1,60}\)| version \S{1,40})? ${absent}|${quoted('package2')} (?:${kind}|${program}) ${absent})`,
    ),
    refine: decidePackage,
  },
  {
    name: 'package-not-found',
    cue: [
      'cannot ',
      "can't ",
      'can’t ',
      'could not ',
      "couldn't ",
      'unable to ',
      'failed to ',
      'error ',
      'failed ',
      'problem ',
      'while ',
    ],
    weight: 73,
    pattern: new RegExp(
      String.raw`\b${failed} (?:${verb}(?: [A-Za-z]{1,12}){0,3} (?:${kind}|${program}|[Uu]nit)|(?:open|read)(?: the)? (?:${kind}|[Uu]nit))(?: file| named| called| for| of)?:? (?:peer )?${named('package')}`,
    ),
    refine: decidePackage,
  },
  {
    name: 'package-not-found',
    cue: [
      'unknown ',
      'unrecognized ',
      'unrecognised ',
      'missing ',
      'unresolved ',
      'no such ',
      'undeclared ',
      'unsatisfied ',
      'unmet ',
      'duplicated ',
      'conflicting ',
      'incompatible ',
      'unresolvable ',
    ],
    weight: 73,
    pattern: new RegExp(
      String.raw`\b${lacking}(?: [a-z]{1,10})?(?: peer)? ${kind}(?: names?| versions?)?(?: for| of| on| found)?:? ${named('package')}`,
    ),
    refine: decidePackage,
  },
  {
    name: 'package-bare',
    cue: [
      'not installed',
      'to be installed',
      'please install',
      'must be installed',
      'needs to be installed',
      'have to install',
      'need to install',
      'you installed',
      'is it installed',
      'not resolve ',
      'not import ',
      'not require ',
      'to resolve ',
      "can't resolve ",
    ],
    weight: 64,
    pattern: new RegExp(
      String.raw`(?:[Pp]lease install (?:the )?${named('package')}(?: \(| package| module| library| first| to\b|$|[.,])|${quoted('package2')}(?: [\w ]{1,30})? (?:is(?: not|n['’]t) installed|(?:must|needs? to|has to) be installed)|(?<![\w@./-])${bare('package3')} is not installed\b|requires? (?:the )?${named('package4')}(?: \w{1,12}){0,3} to be installed|(?:need|have) to install (?:the )?${quoted('package5')}|(?:[Cc]ould not|[Cc]annot|[Cc]an['’]t|[Uu]nable to|[Ff]ailed to) (?:resolve|import|require) ${quoted('package6')})`,
    ),
    refine: decidePackage,
  },
  {
    name: 'package-version',
    cue: [
      'no version',
      'no matching',
      'no release',
      'no candidate',
      'no results',
      'no compatible',
      'version solving failed',
      'conflict',
      'unsatisfiable',
      'unresolved dependenc',
      'could not satisfy',
      'incompatible with',
      'cannot be installed',
      'in any re',
      'in any channel',
      'failed to resolve',
      'not in the registry',
      'does not match any',
      'out of date',
      'out of sync',
      'not up to date',
      'frozen',
      'lockfile',
      'lock file',
    ],
    weight: 62,
    pattern: new RegExp(
      String.raw`(?:\b[Nn]o (?:matching |compatible )?(?:versions?|releases?|candidates?|distributions?|results|packages?) (?:of |for |(?:were |was )?found for |available for |matching |found matching |that match(?:es)? |satisf\w{1,8} |found\b ?)(?:the )?(?:package |requirement |dependency )?(?:${named('package')})?|[Vv]ersion conflict|[Uu]nsatisfiable|[Vv]ersion solving failed|[Cc]onflict(?:ing)? (?:dependencies|requirements?|versions?)(?: (?:for|of|on|in|between))?:? ?(?:${named('package2')})?|[Uu]nresolved dependenc(?:y|ies): ${named('package3')}|[Cc]ould not satisfy dependency ${named('package4')}|(?<![\w@./:+-])${bare('package5')} cannot be installed|in any (?:registry|repository|channel|remote)|[Ff]ailed to resolve (?:dependencies|packages?)\b|\b(?:present|found|missing) (?:in|from) (?:your |the )?lock ?file|\bupdate the lock ?file|(?:\b[Ll]ock ?file|\b[\w.-]{1,40}\.lock)\b.{0,60}(?:out of (?:date|sync)|not up.to.date|does not match|needs to be updated|frozen))`,
    ),
    refine: decideVersion,
  },
  {
    name: 'package-row',
    cue: ['not installed', 'not found'],
    weight: 66,
    pattern: /^\s{2,8}(?:[-*] )?(?<package>[A-Za-z@][\w:.@/-]{1,100}) (?:is )?not (?:installed|found)(?:[.,]|$| \()/,
    refine: (groups, view) => {
      const isList = lookUp(view, 6, (line) =>
        /prerequisit|dependenc|missing|requir|packages?\b|modules?\b/i.test(line) ? true : null,
      );
      return isList === true ? decidePackage(groups, view) : null;
    },
  },
  {
    name: 'package-path',
    cue: [
      'classpath',
      'class path',
      'load path',
      'search path',
      'library path',
      'module path',
      'include path',
      'configure: error',
    ],
    weight: 74,
    pattern:
      /(?:(?:[Cc]ould not|[Cc]annot|[Cc]an['’]t|[Uu]nable to) (?:find|locate|load) (?:\w{1,10} )?["'\x60]?(?<package>[A-Za-z@][\w.:/-]{1,120}?)(?:__init\.class|\.class|\.clj)?["'\x60]?[ ,].{0,160}(?:class ?path|load path|search path|library path|module path|include path)|^configure: error: (?:\w{1,12} ){0,3}?["'\x60]?(?<package2>[\w.+-]{2,80})["'\x60]? (?:is |was )?(?:not found|required|missing|not installed))/,
    refine: decidePackage,
  },
  {
    name: 'class-missing',
    cue: ['class ', 'namespace ', 'type '],
    weight: 73,
    // A name with its package: a class of the project's own has the same first words as its importer.
    pattern:
      /(?:[Uu]nable to|[Cc]ould not|[Cc]annot|[Ff]ailed to) (?:resolve|find|load) (?:class|type|namespace) ["'\x60]?(?<package>[a-z][\w]{0,40}(?:[./\\][\w$]{1,60}){2,8})/,
    refine: decidePackage,
  },
  {
    name: 'package-file',
    cue: [".sty'", ".cls'", ".pxd'", '.sty`', '.cls`', '.pxd"'],
    weight: 84,
    pattern: /["'\x60](?<package>[A-Za-z][\w-]{1,80})\.(?:sty|cls|pxd|ldf)["'\x60] not found/,
    refine: decidePackage,
  },
  {
    name: 'resolution-words',
    cue: ["couldn't find module", 'unrecognized import path', 'missing from your system'],
    weight: 62,
    pattern:
      /(?:[Cc]ouldn't find module or a distribution (?<package>[\w:.-]{1,100})|(?<![^\s:@])(?<package2>[^\s:@]{1,200})@\S{1,60}: unrecognized import path|extension (?<package3>ext-\w{1,40}) .{0,40}missing from your system)/,
    refine: decidePackage,
  },
]);

const noName =
  /^(?:the|tree|graph|versions|requirements|specifiers|command|commands|an?|file|it|its|this|that|these|and|or|not|page|user|item|to|is|are|was|in|on|at|of|for|from|with|by|as|name|version|because|error|found|path|module|package|packages|dependencies|dependency|all|some|any|following|your|you|could|cannot|has|required|used|when|while|if|but|line|provided|project|goal|matching|compatible|frozen-lockfile|named|called|task|target|script|job|session|goal|types?|kinds?|formats?|fields?|propert(?:y|ies)|options?|values?|arguments?|parameters?|attributes?|sections?|entry|keys?|reference|syntax|directive|keyword|\d+)$/i;
/** Rows of linters, source and frames tell of imports without anything having looked for them. */
const toldElsewhere =
  /^\s{0,8}(?:at |SLF4J: |#|\/\/|warn|WARN|\[WARN|info\b|INFO\b|debug\b|DEBUG\b|npm notice)|\bhave newer versions\b|\bdeadline exceeded\b|\b(?:HTTPS?Connection|NameResolution|getaddrinfo|hostname)|^\s{1,8}\d{1,6}:\d{1,6}\s{1,4}(?:error|warning)\b|React Hook\b/;

/** A file of settings is the project's own, whatever stands before its name. */
const settingsFile = /\.(?:json5?|[cm]?[jt]s|ya?ml|toml|ini|cfg|conf|xml)$|^\./;

/** The name that a rule's groups hold; undefined where it is no name. */
export function nameOf(groups: Groups): string | undefined {
  const found = Object.entries(groups).find(([key, value]) => key.startsWith('package') && value !== undefined)?.[1];
  const name = found?.replace(/[.:/@]+$/, '').replace(/\.mod$/, '');
  return name === undefined || noName.test(name) ? undefined : name;
}

/** Behind a word that is no name. */
const namedLater =
  /\b(?:provided by|artifact|named|called) ["'\x60]?(?<package>@?[A-Za-z][\w@./+-]{0,100}(?::[A-Za-z][\w.-]{1,80})?)/;

/** A compiler says so of an import: heavier than what it says of what was to be imported. */
const placedError =
  /^[^\s:(]{1,300}(?::\d{1,7}){1,2}: (?:fatal )?error: |^[^\s:(]{1,300}\(\d{1,7}(?:,\d{1,7})?\): (?:fatal )?error\b/;

/** A thing that is not there: to be installed, or a file of the project; null where the words name none. */
export function decidePackage(groups: Groups, view: View): Reading | null {
  const line = view.lines[view.at] ?? '';
  const name = nameOf(groups) ?? namedLater.exec(line)?.groups?.['package'];
  if (
    name === undefined ||
    toldElsewhere.test(line) ||
    isWarnedLine(line) ||
    (settingsFile.test(name) && /\b[Cc]onfig/.test(line))
  )
    return null;
  const reading = originOfName(name, line, view);
  const isCompiler = placedError.test(line) && reading.failureClass === undefined;
  return isCompiler ? { ...reading, weight: 88 } : reading;
}

function decideVersion(groups: Groups, view: View): Reading | null {
  const line = view.lines[view.at] ?? '';
  if (toldElsewhere.test(line) || /\b(?:merge|git|CONFLICT|rebase)\b/.test(line)) return null;
  const name = nameOf(groups);
  return { groups: { ...askedFor(view), ...(name === undefined ? {} : { package: name }), message: line.trim() } };
}

// A version is no name: `tools 21.0.0 missing`.
function originOfName(name: string, line: string, view: View): Reading {
  const message = line.trim();
  return /^\d[\d.]*$/.test(name) ? { groups: { message } } : decideOrigin({ message, package: name }, view);
}
