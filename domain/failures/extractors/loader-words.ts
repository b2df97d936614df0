import { lookDown, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { decidePackage } from './general-packages.ts';
import { packageName } from './package-name.ts';

const bare = packageName();
const quoted = String.raw`["'\x60‘“](?<package>@?[A-Za-z][\w@./+-]{0,100})["'\x60’”]`;

/** What loaders of a language or a system print; each with a word that stands in every match. */
const loaders: readonly (readonly [cue: string, pattern: RegExp])[] = [
  // `version \`GLIBC_2.38' not found`
  ["' not found", /\bversion [`'](?<package>[A-Z]{3,12})_[\d.]{1,12}' not found/],
  ['no suitable driver', /\bNo suitable driver found for jdbc:(?<package>\w{2,30})/],
  ['file or assembly', /\bCould not load file or assembly ['"](?<package>[A-Za-z][\w.]{1,100})/],
  // Lisp's systems
  ['component "', /\b(?:Component|System) "(?<package>[\w./+-]{1,80})" not found/],
  ['open load file', /\bCannot open load file: .{0,60}\b[Nn]o such file or directory, (?<package>[\w-]{1,80})/],
  ['library(', /\bsource_sink [`'"]library\((?<package>[\w/]{1,80})\)['"`] does not exist/],
  ['is not a docker command', /\bdocker: ['"](?<package>[\w-]{1,40})['"] is not a docker command/],
  [
    'extension',
    /\b[Tt]he (?:PHP )?(?:extension )?(?<package>[\w-]{2,30}) extension is (?:missing|not (?:loaded|installed|available)|required)/,
  ],
  ['plugin', new RegExp(String.raw`\bfind (?:\w{1,20} ){0,2}plugin (?:matching|named|for) ${quoted}`)],
  ['noclassdeffounderror', /\bNoClassDefFoundError: (?<package>[a-z]\w{0,30}(?:\/\w{1,60}){2,8})$/],
  ['classnotfoundexception', /\bClassNotFoundException: (?<package>[a-z]\w{0,30}(?:\.\w{1,60}){2,8})$/],
];

/** What programs say of a package that they use only when it is there. */
const optional: readonly (readonly [cue: string, pattern: string])[] = [
  ['is required to', String.raw`\b[Tt]he (?:package|module|plugin|library) ${bare} is required to\b`],
  ['peer dependency', String.raw`(?:^|[\s\]])${bare} must be installed as a (?:peer )?dependency`],
  ['peer dependency', String.raw`${quoted} is a (?:peer|required|optional) dependency (?:and|but) `],
  ['not found. ', String.raw`^(?:\[[\w-]{1,30}\] )?(?:Error: )?${bare} not found\. .{0,200}\binstall\b`],
  ['could not find ', String.raw`\b[Cc]ould not find ${quoted}[.,;] .{0,200}\b(?:installed|binary|executable|PATH)\b`],
];

/** How loaders and programs with optional parts say that something to install is not there. */
export const loaderRules = rulesOf(null, 'dependency_missing', [
  ...loaders.map(([cue, pattern]) => ({ name: 'package-not-found', cue, weight: 75, pattern, refine: decideLoader })),
  ...optional.map(([cue, pattern]) => ({
    name: 'package-not-found',
    cue,
    weight: 75,
    pattern: new RegExp(pattern),
    refine: decidePackage,
  })),
]);

// A class that the frames below call by its own package is the program's own.
function decideLoader(groups: Groups, view: View): Reading | null {
  const name = groups['package'] ?? '';
  const [first, second] = name.split(/[./]/);
  const isClass =
    /[A-Z]\w*$/.test(name) && second !== undefined && /ClassNotFound|NoClassDef/.test(view.lines[view.at] ?? '');
  if (!isClass) return { groups };
  const own = `\tat ${first ?? ''}.${second}.`;
  return lookDown(view, 12, (line) => (line.startsWith(own) ? true : null)) === true
    ? null
    : { groups: { package: name.replaceAll('/', '.') } };
}
