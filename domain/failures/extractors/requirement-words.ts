import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { decidePackage } from './general-packages.ts';
import { plainPackageName, versionStart as version } from './package-name.ts';
import { projectPlace } from './project-place.ts';

const name = plainPackageName();
const mark = String.raw`^\s{0,8}(?:[-*•✗✘✖×❌⨯!] ?)?`;

type Phrase = readonly [cue: string, pattern: RegExp];

/** What a check of the installed versions says of one of them: each with a word that stands in every match. */
const versionPhrases: readonly Phrase[] = [
  // `semver: installed: 7.8.6, expected: ^6.3.0`
  [
    'expected',
    new RegExp(`${mark}${name}(?:@\\S{1,40})?: (?:installed|found|got|have|current)\\b.{1,60}\\bexpected:? ${version}`),
  ],
  // `node: expected >=22, got 18.19.0`
  [
    'expected',
    new RegExp(`${mark}${name}: (?:expected|wanted|required):? ${version}.{0,60}\\b(?:got|found|installed|have|is)\\b`),
  ],
  // `Wanted node version >= 26 (>=26.0.0)`
  ['version', new RegExp(`^(?:[Ww]anted|[Ee]xpected|[Rr]equired):? ${name} version:? ${version}`)],
  // `lodash@^5.0.0 is required by shop but 4.17.21 is installed`
  ['required by', new RegExp(`${mark}${name}(?:@| )${version} is required by\\b.{1,80}\\bbut\\b`)],
  // `shop-ui requires react@^19, but the host provides 18.3.1`
  ['requires ', new RegExp(`\\brequires (?:a |the )?(?:peer )?${name}(?:@| )${version}.{0,12}\\bbut\\b.{0,60}\\d`)],
  ['has requirement', new RegExp(`\\bhas requirement ${name} ?${version}.{0,80}\\bbut you have\\b`)],
  // `lodash: Invalid version, expected a ^5.0.0`
  [
    'version',
    new RegExp(`${mark}${name}: (?:[Ii]nvalid|[Ww]rong|[Uu]nsupported|[Ii]ncompatible|[Uu]nexpected) version\\b`),
  ],
  // `node version is incorrect! Expected 22.x but was 24.21.0.`
  [
    'version',
    new RegExp(
      `${mark}(?:[Yy]our |[Tt]he |[Ii]nstalled |[Cc]urrent )?${name} version (?:\\S{1,30} )?(?:is |was |does )?(?:incorrect|wrong|invalid|unsupported|incompatible|too (?:old|new|low)|not (?:supported|compatible|match|satisf))`,
    ),
  ],
  // `should be formatted using tool version "1.2", but the installed version is "1.3"`
  [
    'the installed version is',
    new RegExp(
      `(?<![\\w./-])${name} version ["'\\x60]?${version}["'\\x60]?,? (?:but|and|while) the installed version is\\b`,
    ),
  ],
  // `your tool (1.2) and library (3.4) versions are incompatible`
  [
    'versions are incompatible',
    /(?<![\w./-])(?<package>[A-Za-z][\w.-]{1,60}) \(\d[\w.]{0,20}\) and [A-Za-z][\w.-]{1,60} \(\d[\w.]{0,20}\) versions are incompatible\b/,
  ],
  // `Unsupported Node.js version: 24.1.0. Expected >=26`
  [
    'version',
    new RegExp(`\\b(?:[Uu]nsupported|[Ii]ncompatible|[Ii]nvalid|[Ww]rong|[Ii]ncorrect|[Oo]utdated) ${name} version\\b`),
  ],
  // `react-native@0.70.0 - expected version: 0.72.6`
  ['expected', new RegExp(`${mark}${name}@${version} - expected(?: version)?:? ${version}`)],
  // `Detected JDK version 17.0.9 is not in the allowed range`
  ['allowed range', new RegExp(`\\b[Dd]etected ${name} .{1,200}\\bnot in the allowed range`)],
  // `Dependency convergence error for com.google.guava:guava:jar:31.0`
  ['error for ', /\b(?:[Cc]onvergence|[Cc]onflict|[Vv]ersion) error for (?<package>[\w.-]{1,80}(?::[\w.-]{1,80})?)/],
  // `- \`kemal (~> 99.0)\` required by \`shard.yml\``
  ['required by', new RegExp(`${mark}\\x60${name} \\(${version}\\)\\x60 required by `)],
];

/** What says of a thing that is needed that it is not there. */
const absentPhrases: readonly Phrase[] = [
  // `left-pad   😟  MISSING!      Not installed.`
  ['missing', new RegExp(`^\\s{0,4}${name} {2,40}\\S{0,4} {0,4}(?:MISSING\\b|[Nn]ot installed\\b)`)],
  [
    'not available on',
    new RegExp(
      `\\b(?:command|program|tool|executable) ${name} is not available on (?:this|the|your) (?:system|machine|host|PATH)`,
    ),
  ],
  ['undefined variable', /^\s{0,8}error: undefined variable ["'](?<package>[\w.-]{2,60})["']$/],
  ['not installed', new RegExp(`${mark}${name}(?:@\\S{1,40})?: (?:is )?not installed[.!]?$`)],
  ['which is not installed', new RegExp(`\\brequires ${name}(?: \\S{1,40})?, which is not installed`)],
  ['is not installed', new RegExp(`^${name} is (?:required|needed) by .{1,120}\\bbut is not installed`)],
  ["couldn't import", new RegExp(`\\b[Cc]ouldn['’]t import ${name}\\.(?: |$)`)],
  ['needs to be in', new RegExp(`["'\\x60]?${name} executable (?:needs to|must) be (?:in|on) (?:the |your )?PATH`)],
  ['not found ', /\b[Pp]ackage not found:? ["'\x60](?<package>@?[A-Za-z][\w@./+-]{0,100})["'\x60]/],
  [
    'registry',
    new RegExp(
      `\\b(?:could not|cannot|couldn['’]t|can['’]t|unable to) find ${name} in the (?:\\w{1,12} ){0,2}registry\\b`,
    ),
  ],
  ['while looking for', /^error: while looking for (?<package>[\w.+-]{1,80}):$/],
  // `the following external binaries need to be installed: rpmbuild`
  [
    'to be installed',
    /\b(?:binaries|programs|tools|executables|libraries|packages) (?:need|have|must|are required)(?: to)? be installed: (?<package>@?[A-Za-z][\w.+@/-]{1,60})/,
  ],
  ['nothing provides', /\bNothing (?:PROVIDES|provides) ["'\x60]?(?<package>[A-Za-z][\w.+-]{1,80})/],
  ['but no version is', /(?<![^\s*])(?<package>[a-z][\w-]{1,60}) needed, but no version is\b/],
  ['plugin not found', /^\s{0,4}(?:[Ee]rror: )?[Pp]lugin not found\b/],
  [
    'not installed',
    /^(?:error|ERROR|Error|fatal): (?<package>[A-Za-z][\w.+-]{1,60})(?:[/@]\S{1,40})? (?:is )?not installed[.!]?$/,
  ],
  // `Broken dependency: BGRABitmapPack (>=11.5)`
  ['broken dependency', /\b[Bb]roken dependency:? (?<package>[A-Za-z][\w.+-]{1,60})/],
  // `Platform 'esp32:esp32' not found: platform not installed`
  [
    'not installed',
    /\b(?:[Pp]latform|[Tt]oolchain|[Ss][Dd][Kk]|[Rr]untime|[Ii]nterpreter|[Bb]rowser|[Tt]arget)s? ["'\x60]?(?<package>[A-Za-z][\w.:+-]{1,60})["'\x60]?(?: not found:.{1,30}| is)? not installed\b/,
  ],
  // `Chrome installation not found`
  ['installation not found', /(?<![\w.-])(?<package>[A-Z][\w.+-]{1,40}) installation not found\b/],
  // `Cannot find autoconf. Please check your autoconf installation`
  ['please check your', /\b[Cc]annot find (?<package>[a-z][\w+-]{1,40})\. Please check your\b.{1,40}\binstallation\b/],
  ['interpreter', /\b[Cc]ouldn['’]t find any (?<package>[a-z][\w.+-]{1,40}) interpreters?\b/],
  // `Because a depends on b ... version solving has failed.`
  ['depends on', /^Because (?:every version of )?(?<package>[a-z][\w.-]{1,80}) (?:[<>=!~^]=? ?\d.{0,60} )?depends on /],
  [
    'the requested package',
    /\bThe requested package (?<whole>[\w.-]{1,60}\/[\w.-]{1,60})\b.{0,80}\b(?:exists as|could not be found)\b/,
  ],
  ['versions for pod', /\bcompatible versions for pod "(?<package>[\w.+/-]{1,80})"/],
  ['requires: ', /^\s{8,24}Requires: (?<package>[A-Za-z][\w.+-]{1,60})(?: [<>=]|$)/],
  ['currently not installed', /\bThe program ['"](?<package>[\w.+-]{1,60})['"] is currently not installed\b/],
  ['invalid active developer path', /^(?<package>xcrun): error: invalid active developer path\b/],
  ['only supports', /\bThis version of (?<package>[A-Z]\w{2,40}) only supports \w{2,40} version \d/],
  [
    'from stack configuration',
    /^\s{2,12}(?<package>[A-Za-z][\w-]{0,60}?)-\d[\d.]{0,20} from stack configuration does not match\b/,
  ],
  [
    'header',
    /\b(?:[Cc]an['’]t|[Cc]annot|[Cc]ould not) find (?:the )?["'\x60]?(?<package>[\w./+-]{1,80}\.h)\b['"]? header\b/,
  ],
  ['header file for', /\b[Cc]ould not find header file for (?<package>[A-Za-z][\w.+-]{1,40})/],
  ['not in lockfile', /\bRequirement ['"](?<package>[\w.+-]{1,60})\/.{1,60}['"] not in lockfile\b/],
  ['version conflict', /\b[Vv]ersion conflict on (?<package>[\w.+-]{2,60})\b/],
  ['version conflict', /\bVersion conflict: [^\s,]{1,80}->(?<package>[\w.+-]{1,60})\/\d/],
  ['library wasn', /\bthe (?<package>[A-Za-z][\w.+-]{1,40}) library wasn['’]t found\b/],
  ['not found in the tree', /\bProgram (?<package>[\w.+-]{1,60}) not found in the tree or in PATH\b/],
  ["couldn't be found", /\bpackages couldn['’]t be found: (?<package>[\w.+-]{1,60})/],
  ['preset "', /\bCouldn['’]t find preset "(?<package>[\w@/.-]{1,60})" relative to directory\b/],
  ['not configured', /^\s{0,4}(?:> )?(?<package>NDK|SDK) (?:is )?not configured\b/],
  ['version that matches', /\bCould not find any version that matches (?<package>[\w.-]{1,100}:[\w.-]{1,100}):/],
  [': cannot find ', /^(?:\.\/)?configure: cannot find (?<package>[\w.+-]{2,60})$/],
  ['but project requires', /\bERROR: (?<package>[A-Z]\w{1,30}) version is \S{1,30} but project requires\b/],
  ['no pkg-config executable', /\bno (?<package>pkg-config) executable was found\b/],
  ['need to be downloaded', /\bversions of (?<package>[\w.-]{2,80}) need to be downloaded from a registry\b/],
  ["can't be installed because", /\bPackage \x60(?<package>[\w.-]{2,80})\x60 can['’]t be installed because\b/],
  ['still missing: ', /\bpackages are still missing: (?<package>[\w.+-]{2,60})/],
  [
    'could not be loaded: (',
    /\bcould not be loaded: \((?<package>[A-Za-z][\w.-]{1,60}) \d\S{0,30} \(.{1,200}\), Requirement\b/,
  ],
  ['error while installing', /\bError while installing (?<whole>[\w.-]{1,60}\/[\w.-]{1,60}) v\d/],
  ['dependency providing package', /\bmissing dependency providing package (?<package>[\w./-]{2,100})/],
  ['component ', /\bComponent #?:(?<package>[\w.:/-]{2,80}) not found, required by\b/],
  [
    'with hash string',
    /\bFailed to find (?:target|Build Tools)\b.{0,40} with hash string ['"](?<package>[^'"]{2,80})['"]/,
  ],
  ['build tools revision', /\bFailed to find Build Tools revision (?<package>[\d.]{2,20})/],
  // `failed to create task or type antlib:org.apache.ivy.ant:retrieve`
  ['antlib:', /\bfailed to create task or type antlib:(?<package>[\w.]{2,100})/],
  ['no available version for', /\b[Nn]o available version for \w{2,12} "(?<whole>[\w@./-]{2,100})"/],
  ['extended version', /\bCheck your (?<package>[A-Z]\w{1,30}) installation; you need the extended version\b/],
  ['no match for dependency', /\bNo match for dependency (?<package>[\w.:-]{2,80}) /],
  [
    'package with ',
    /\bCould not find the package with ['"](?<whole>[\w@./-]{2,100})(?: @ [^'"]{1,60})?['"] requirements?\b/,
  ],
  [
    'is not compatible with the',
    /\bThis (?<package>[A-Z]\w{1,30}(?: CLI)?) is not compatible with the \w{1,30} (?:library|version)\b/,
  ],
  ['server version mismatch', /^(?<package>[a-z]\w{1,40}): .{0,20}\babor\w{1,6} because of server version mismatch/],
  ['any python installation', /\bCould not find any (?<package>Python) installation to use\b/],
  ['xargs: ', /^xargs: (?<package>[A-Za-z][\w.+-]{1,60}): No such file or directory/],
  ['not in manifest', /\bdependency ["'\x60](?<package>[\w.+/-]{1,60})["'\x60] of .{1,80} not in manifest\b/],
  ['unknown project file', /\bunknown project file: "(?<package>[\w.+-]{1,60}?)(?:\.gpr)?"/],
  ['cannot be found', /\btaskdef class (?<package>[\w.$]{3,120}) cannot be found/],
  ["can't open lib", /\b[Cc]an't open lib ["'](?<package>[^"']{2,80})["'] : file not found/],
  ['plugin ', /\bno (?:\w{1,20} )?plugin ["'\x60](?<package>[\w.@/-]{2,80})["'\x60] found\b/],
  ['error loading ', /\bError loading (?<package>[\w.-]{2,40})(?: or \w{2,40})? module\b/],
  ['is not set from', /\bfind [A-Z]\w{1,20} (?<package>[A-Z]\w{1,20}) is not set from command line/],
];

/** Sentences of checks of what is installed, and of loaders that tell where they looked. */
export const requirementRules = rulesOf(null, 'dependency_missing', [
  ...versionPhrases.map(([cue, pattern]) => ({
    // What is expected and what is there instead is told of anything, but where something is installed.
    name: cue === 'expected' ? 'install-words' : 'package-version',
    cue,
    weight: 75,
    pattern,
    refine: decideTold,
  })),
  ...absentPhrases.map(([cue, pattern]) => ({
    name: 'package-not-found',
    cue,
    weight: 75,
    pattern,
    refine: decideTold,
  })),
  {
    name: 'package-not-found',
    cue: [' in:', ' in any of', ' following '],
    weight: 75,
    // Below it, further in, the folders that were searched.
    pattern:
      /^(?:[Ee]rror: )?(?:[Cc]ould not|[Cc]annot|[Cc]an['’]t|[Uu]nable to|[Ff]ailed to) (?:find|locate|load) (?:(?:module|library|package) )?["'\x60]?(?<package>@?[A-Za-z][\w@.:+-]{1,100}?)["'\x60]? in(?: any of)?(?: the following)?(?: places| paths| folders| directories| locations)?:$/,
    refine: (groups, view) => {
      const isFolder = /^\s{1,12}(?:[-*•] )?["'\x60]?(?:\/|[A-Z]:\\|\.{0,2}\/)\S{1,300}$/.test(
        view.lines[view.at + 1] ?? '',
      );
      const place = lookDown(view, 20, (line) =>
        /^(?:at|from|in) \S{1,300}:\d/.test(line) ? projectPlace(line) : null,
      );
      return isFolder ? { groups: withPlace(groups, place), weight: 88 } : null;
    },
  },
  {
    name: 'package-row',
    cue: [' missing', ' not found', ' not installed', ' no'],
    weight: 66,
    // A row of a table of what is there and what is not.
    pattern:
      /^\s{1,8}(?:[-*•✗✘✖×❌] )?(?<package>@?[A-Za-z][\w@./+-]{1,60})(?:\s{2,40}|: |\s{1,4}\.{3,40}\s?)(?:missing|MISSING|not found|NOT FOUND|not installed|no)$/,
    refine: (groups, view) => {
      const isRow = (line: string) =>
        /^\s{1,8}(?:[-*•✓✔√] )?@?[A-Za-z][\w@./+-]{1,60}(?:\s{2,40}|: |\s{1,4}\.{3,40}\s?)\S.{0,60}\b(?:ok|OK|found|installed|yes)$/.test(
          line,
        )
          ? true
          : null;
      const isAsked = (line: string) =>
        /\b(?:prerequisites?|requirements?|dependenc\w{1,4}|install)\b/i.test(line) ? true : null;
      const isTable = (lookUp(view, 8, isRow) ?? lookDown(view, 8, isRow) ?? lookUp(view, 8, isAsked)) === true;
      return isTable ? decidePackage(groups, view) : null;
    },
  },
]);

// In the language of a package manager a name that is not defined is that of a package.
function decideTold(groups: Groups, view: View): Reading | null {
  const { whole } = groups;
  // Some registries have the name of the owner in that of the package.
  if (whole !== undefined) return { groups: { package: whole, message: (view.lines[view.at] ?? '').trim() } };
  const isVariable = /undefined variable/.test(view.lines[view.at] ?? '');
  const isNix = (line: string) => (/\.nix:\d/.test(line) ? true : null);
  if (isVariable && lookDown(view, 4, isNix) !== true) return null;
  const reading = decidePackage(groups, view);
  return isVariable && reading !== null ? { ...reading, weight: 88 } : reading;
}
