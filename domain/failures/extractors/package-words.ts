import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { firstOf } from './commands.ts';
import { plainPackageName as name } from './package-name.ts';
import { projectPlace } from './project-place.ts';

const version = String.raw`["'\x60]?(?:(?:>=|<=|==|~>|~=|!=|[<>^~=]) ?)?v?\d[\w.*+-]{0,30}["'\x60]?`;
const present = String.raw`(?:running|current(?:ly)?|installed|found|you have|have|using|detected|but|got|is|was)`;

/** Sentences about a version that is not the one that is needed, a sum that does not fit, and a command that was not found. */
export const packageWordsRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'version-required',
    cue: [
      'is required',
      'are required',
      'requires ',
      'required by',
      'different compiler',
      'this version of',
      'your version of',
    ],
    weight: 80,
    pattern: new RegExp(
      String.raw`(?:(?<![\w.-])${name('package')} (?:versions? )?${version}(?: or (?:higher|newer|later|greater|above|better)| and (?:higher|above|up|later)|\+)? (?:is|are) required|\brequires? (?:an? )?${name('package2')}(?: compiler| runtime)?(?: versions?)? ?${version}(?: or (?:higher|newer|later|greater|above))?\b.{0,60}?\b${present}\b.{0,60}?\d|\b[Rr]equires (?:a )?(?:different|newer|other|older) (?<package3>compiler|[A-Z]\w{1,30}) version\b|\bis (?:not compatible|incompatible) with (?:this|your|the (?:current|installed)) version of ${name('package4')}(?:[ .,(]|$))`,
    ),
    refine: (groups, view) => {
      const line = view.lines[view.at] ?? '';
      const manifest =
        /^(?:[\w-]{1,20}: )?(?<file>[\w./-]{1,200}\.(?:mod|toml|json|ya?ml|xml|lock|txt)):? requires/.exec(line);
      const known: Groups = firstOf({ ...groups, ...manifest?.groups }, view).groups;
      if (isAside(line)) return null;
      return { groups: known['file'] === undefined ? withPlace(known, placeNear(view)) : known };
    },
  },
  {
    name: 'package-offline',
    cue: ['offline', 'lookup disabled', 'network access is disabled', 'network is disabled'],
    weight: 82,
    pattern: new RegExp(
      String.raw`(?:lookup disabled by|\b(?:[Oo]ffline|--offline)\b.{0,100}\b(?:not (?:found|available|cached|been)|no cached|missing|disabled|unavailable|cannot)|\b(?:not (?:found|available|cached)|no cached|missing|cannot (?:find|fetch|access|download))\b.{0,100}\b[Oo]ffline\b)`,
    ),
    refine: (groups, view) => {
      const told = (line: string) =>
        /\b(?:[Dd]ownloading|[Ff]etching|[Rr]esolving|artifact|package) ["'\x60]?(?<name>@?[A-Za-z][\w@./:-]{1,120})/.exec(
          line,
        )?.groups?.['name'] ?? null;
      const own = told(view.lines[view.at] ?? '') ?? lookUp(view, 3, told) ?? undefined;
      return { groups: { ...withPlace(groups, placeNear(view)), package: own } };
    },
  },
  {
    name: 'package-sum',
    cue: [
      'mismatch',
      'not match',
      'integrity',
      'checksum',
      'verification failed',
      'expected hash',
      'wrong ',
      'incorrect ',
      'unexpected ',
    ],
    weight: 66,
    pattern:
      /\b(?:[Cc]hecksum|[Hh]ash(?:es)?|HASHES|[Ii]ntegrity|[Dd]igest|sha\d{1,3}(?:sum)?)\b.{0,60}?(?:\bmismatch|\b(?:did|does|do) (?:not|NOT) match|\bverification failed|\bcheck failed)|\b(?:[Ww]rong|[Ii]ncorrect|[Uu]nexpected) (?:\w{1,8} )?(?:[Cc]hecksum|hash|digest)\b|\bDependency verification failed\b|\b(?:[Ff]ile|[Aa]rchive) does not have the expected (?:hash|checksum)\b|\bDO NOT MATCH THE HASHES\b/,
    refine: (groups, view) => {
      // The sum of a step that a database has taken already.
      if (/\bmigration\b/i.test(view.lines[view.at] ?? '')) return null;
      const read = (line: string) => nameIn(sumOf.exec(line)?.groups);
      const own = view.lines[view.at] ?? '';
      const known = {
        ...groups,
        package: archiveOf(own) ?? read(own) ?? lookDown(view, 3, read) ?? lookUp(view, 2, archiveOf) ?? undefined,
      };
      // In a manifest the sum stands beside what it is of.
      return /^\S{1,300}:\d{1,7}:\d{1,7}: error: (?:hash|checksum)/.test(own)
        ? { groups: withPlace(known, readPlace(own)), weight: 82 }
        : { groups: known };
    },
  },
  {
    name: 'lock-stale',
    cue: ['.lock', 'lock file', 'lockfile'],
    weight: 68,
    pattern:
      /(?:\b(?:changed|modified|newer|different|differs?)\b.{0,60}\b(?:since|than|from)\b.{0,40}(?:\.lock|[Ll]ock ?file)\b|(?:\.lock|[Ll]ock ?file)\b.{0,160}?\b(?:was last generated|(?:is|was) (?:out of (?:date|sync)|outdated|stale|not up[- ]to[- ]date)|(?:needs?|has|have) to be (?:updated|regenerated|refreshed)|because --(?:locked|frozen)|(?:does not|doesn['’]t) (?:match|satisfy|correspond|agree)|is (?:missing|inconsistent)))/,
    refine: (groups, view) =>
      isAside(view.lines[view.at] ?? '')
        ? null
        : { groups: { ...groups, package: lookDown(view, 8, notInLock) ?? undefined } },
  },
  {
    name: 'package-version',
    cue: [
      'a version ',
      'any version',
      'versions for',
      'version for',
      'version of',
      'versions of',
      'version that',
      'no version',
    ],
    weight: 66,
    pattern: new RegExp(
      String.raw`\b[Pp]ackage ${name('package2')} has no (?:\w{1,12} )?versions?\b|\b(?:select|find|resolve|locate|determine|retrieve|fetch) (?:an? |any )?(?:\w{1,12} )?versions? (?:of|for|matching|that (?:satisf\w{1,4}|match\w{0,2}))(?: the)?(?: requirement| package| dependency)? ${name('package')}(?:$|[\s"'\x60,;:=<>^~(])`,
    ),
    refine: (groups, view) => (isAside(view.lines[view.at] ?? '') ? null : firstOf(groups)),
  },
  {
    name: 'package-without-code',
    cue: ['no code for'],
    weight: 72,
    pattern: new RegExp(String.raw`\b[Nn]o code for (?:module|package|library) [(]?${name('package')}(?:[)\s]|$)`),
  },
  {
    name: 'command-status',
    cue: ['127'],
    weight: 88,
    pattern:
      /\b(?:status|code)\b.{0,12}?\(?\b127\)?[^\w]{1,6}(?<package>[A-Za-z][\w.+-]{1,60})(?=[\s\]"'\x60.]|$)|(?:^|["'\x60> ])(?<package2>[A-Za-z][\w.+-]{1,60})(?: [^"'\x60:]{0,100})?["'\x60]? (?:exited|failed|returned|terminated)(?: with)? (?:exit )?(?:code|status) 127\b/,
    refine: (groups, view) => {
      const reading = firstOf(groups, view);
      return /^(?:exit|with|error|command|script|at|in)$/i.test(reading.groups['package'] ?? '')
        ? null
        : { groups: withPlace(reading.groups, placeNear(view)) };
    },
  },
]);

function placeNear(view: View) {
  return projectPlace(view.lines[view.at] ?? '') ?? lookUp(view, 2, projectPlace) ?? lookDown(view, 2, projectPlace);
}

const sumOf =
  /\bOn artifact \S{1,200} \((?<name2>[\w.-]{1,100}:[\w.-]{1,100}):|(?:verif\w{1,8}|for|of|package|downloading|crate|gem|archive)?:? ?["'\x60]?(?<![\w./:-])(?<name>@?[A-Za-z][\w./-]{1,100})(?:@|==|-(?=\d)| v?(?=\d))v?\d[\w.]{0,30}/;

function nameIn(found: Groups | undefined): string | null {
  return found?.['name'] ?? found?.['name2'] ?? null;
}

/** `name-<commit>.tar.gz`, also in the store of a package manager */
function archiveOf(line: string): string | null {
  return (
    /(?:(?<![\w./-])|\/[a-z\d]{32}-)(?<name>[A-Za-z][\w.-]{1,80}?)-(?:[\da-f]{7,40}|\d[\w.-]{0,40})\.(?:tar|tgz|zip)\b/.exec(
      line,
    )?.groups?.['name'] ?? null
  );
}

function isAside(line: string): boolean {
  return /^\s{0,4}(?:npm (?:notice|warn)|warn|WARN|info\b|INFO\b|hint:|help:|note:|#|\/\/)|\bmerge\b|\bgit\b/.test(
    line,
  );
}

const lockReason =
  /\bdependenc(?:y|ies) (?:was|were) (?:added|removed|changed): (?<name>@?[\w./-]{1,100})|\(\{"(?<name2>@?[\w./-]{1,100})":/;

/** Below it the first that the lock does not hold as it is asked for. */
function notInLock(line: string): string | null {
  const found = lockReason.exec(line)?.groups;
  return found?.['name'] ?? found?.['name2'] ?? null;
}

/** A name with its version, on a line that says what is asked for. */
export function askedFor(view: View): Groups {
  const read = (line: string) => requirement.exec(line)?.groups?.['name'] ?? null;
  return { package: read(view.lines[view.at] ?? '') ?? lookDown(view, 6, read) ?? undefined };
}

const requirement =
  /(?<![\w./:@-])(?<name>[A-Za-z][\w.-]{0,80})(?:\[[\w,-]{1,60}\])? ?(?:===?|>=|<=|~=|~>|!=|\^)\s?v?\d/;
