import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

const name = String.raw`(?<package>[A-Za-z][\w.+-]{1,60})`;
const later = String.raw`(?:or (?:later|newer|higher|greater|above)|and (?:later|above))`;

type Phrase = readonly [cue: string, pattern: RegExp];

/** What a build, or a script that starts programs, says of what is not there: each with a word that stands in every match. */
const phrases: readonly Phrase[] = [
  // Programs that others tried to start
  ["can't exec", new RegExp(`\\bCan['’]t exec "${name}": No such file or directory`)],
  ['failed to exec', new RegExp(`\\b[Ff]ailed to exec(?:ute)? [“'"]?${name}[”'"]?: No such file or directory`)],
  ['cannot run program', /\bCannot run program "(?<package>[^"\s]{1,100})"(?: \(in directory "[^"]{1,200}"\))?: /],
  ['no such file or directory - ', /\bNo such file or directory - (?<package>[a-z][\w+-]{1,40})$/],
  ['bad git executable', /\bBad (?<package>git) executable\b/],
  ['program not found', new RegExp(`\\bERROR: ${name} program not found\\b`)],
  ["program(s) ['", /\bProgram\(s\) \['(?<package>[\w.+-]{1,60})'[^\]]{0,100}\] not found\b/],
  ['found no assembler', /^\s{0,8}Found no (?<package>assembler)\b/],
  ['javascript runtime', /\bCould not find a (?<package>JavaScript runtime)\b/],
  // Libraries that pkg-config and Meson look for
  ['package requirements', /\bPackage requirements \((?<package>[\w.+-]{1,60})[^)]{0,200}\) were not met\b/],
  ['invalid version of dependency', /\bInvalid version of dependency, need '(?<package>[\w.+-]{1,60})'/],
  ['but version of', /\bRequested '(?<package>[\w.+-]{1,60}) [<>=][^']{1,60}' but version of\b/],
  ['pkg-config ', /\bpkg-config (?<package>[\w.+-]{1,60}) couldn['’]t be found\b/],
  ['without pkgconf', /\bwithout (?<package>pkgconf)\b/],
  // Scripts that configure a build
  ['or ', new RegExp(`\\bconfigure: error: ${name} (?:version )?\\S{0,20} ?${later} is required\\b`)],
  ['is required', new RegExp(`: error: ${name} version \\d\\S{0,20} ${later} is required\\b`)],
  ['not found', new RegExp(`\\bconfigure: error: ${name} \\d[\\d.]{0,20} not found\\b`)],
  ['please install', /\bPlease install (?:the )?(?<package>[A-Za-z][\w.+ -]{1,40}?) from https?:/],
  ['possibly undefined macro', /\bpossibly undefined macro: (?<package>[A-Z][A-Z\d_]{2,60})\b/],
  // Languages whose packages say it themselves
  ['vignette builder', /\bvignette builder ['‘](?<package>[\w.]{2,60})['’] not found\b/],
  ['already loaded, but', /\bnamespace ['‘](?<package>[\w.]{2,60})['’] \S{1,30} is already loaded, but [<>=]{1,2} /],
  ['was found, but', /\bpackage ['‘](?<package>[\w.]{2,60})['’] \S{1,30} was found, but [<>=]{1,2} /],
  [
    'required--this is only',
    /(?<![\w:])(?<package>[A-Z][\w:]{1,80}) version \S{1,20} required--this is only version\b/,
  ],
  ['...missing', /^\s{0,8}(?:- )?(?<package>[A-Z][\w:]{1,80}) {1,40}\.{3}missing\b/],
  ['plugin bundle', /\bRequired plugin bundle (?<package>[A-Z][\w:]{2,80}) isn['’]t installed\b/],
  ['appear to be installed', /^\s{0,4}(?<package>[A-Z][\w:]{2,80}) .{0,60}\bdoes not appear to be installed\b/],
  ['not available', /\bValueError: Namespace (?<package>[A-Z]\w{1,40}) not available\b/],
  ['is missing', /^(?:\w{1,30}Error: )(?<package>[a-z][\w.-]{1,40}) is missing$/],
  ['requirement.parse(', /\bdistribution for Requirement\.parse\(['"](?<package>[\w.-]{2,60})/],
];

/** What a build needs and the machine has not, as scripts that configure it, loaders and languages say it. */
export const buildNeedsRules = rulesOf(null, 'dependency_missing', [
  ...phrases.map(([cue, pattern]) => ({
    // What only looked for it may not have reached where it is.
    name: cue === 'requirement.parse(' ? 'package-not-found' : 'build-need',
    cue,
    weight: 89,
    pattern,
    refine: (groups: Groups, view: View): Reading => ({
      groups: withPlace(
        { ...groups, message: (view.lines[view.at] ?? '').trim() },
        projectPlace(view.lines[view.at] ?? ''),
      ),
    }),
  })),
  {
    name: 'build-need',
    cue: ['filenotfounderror: [errno 2]'],
    weight: 89,
    // Python tells of a program that is not there as of a file; it has no folder and no extension.
    pattern: /^(?:E {1,6})?FileNotFoundError: \[Errno 2\] No such file or directory: '(?<package>[\w+-]{1,60})'$/,
    refine: (groups, view) =>
      lookUp(view, 8, (line) => (/\b_execute_child\b|subprocess\.py/.test(line) ? true : null)) === null
        ? null
        : { groups },
  },
  {
    name: 'build-need',
    cue: ['syntax error near unexpected token'],
    weight: 89,
    // A macro that nobody expanded: the package that defines it was not there when the script was made.
    pattern: /: syntax error near unexpected token\b/,
    refine: (groups, view) => {
      const macro = lookDown(
        view,
        1,
        (line) => /(?<name>(?:PKG|A[CXM]|GTK|IT)_[A-Z\d_]{3,60})\(/.exec(line)?.groups?.['name'] ?? null,
      );
      return macro === null ? null : { groups: { ...groups, package: macro } };
    },
  },
  {
    name: 'build-need',
    cue: ['cmake error at '],
    weight: 89,
    pattern: /^CMake Error at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}) \((?:message|MESSAGE)\):$/,
    // The project's own words, on a line of their own.
    refine: (groups, view) => {
      const told =
        /^\s{2}(?:[Cc]ould not find (?<name>[\w.+-]{2,40})|(?<name2>[\w.+-]{2,40}) (?:was )?not found)[.!]?$/;
      const found = lookDown(view, 2, (line) => told.exec(line)?.groups ?? null);
      const needed = found?.['name'] ?? found?.['name2'];
      return needed === undefined || /\.\w{1,4}$/.test(needed) ? null : { groups: { ...groups, package: needed } };
    },
  },
]);
