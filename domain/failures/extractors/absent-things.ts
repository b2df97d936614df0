import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { firstOf } from './commands.ts';
import { decidePackage } from './general-packages.ts';
import { projectPlace } from './project-place.ts';

const kind = String.raw`(?:module|package|library|gem|crate|plugin|extension|formulae?|role|provider|theme|dependency|distribution|shard|pod|preset|reporter|driver)`;
const opened = String.raw`[‘'"\x60“<(]`;
const closed = String.raw`[’'"\x60”>)]`;
const name = (group: string) => String.raw`${opened}?(?<${group}>@?[A-Za-z][\w@./:+-]{0,150})${closed}?`;
const quoted = (group: string) => String.raw`${opened}(?<${group}>@?[A-Za-z][\w@./:+-]{0,150})${closed}`;

/** What runners, linters and compilers are given by further packages. */
const extra = String.raw`(?:[Rr]eporter|[Ff]ormatter|[Pp]lug-?in|[Pp]reset|[Tt]ransformer|[Pp]rocessor|[Rr]esolver|[Bb]rowser|[Tt]est environment)`;
const unable = String.raw`(?:[Ff]ailed to|[Cc]an ?not|[Cc]an['’]t|[Cc]ould not|[Uu]nable to|[Pp]roblem|[Ee]rror)`;

/** What loaders and compilers say: each with a word that stands in every match. Names with slashes are told by `path`. */
const loadedPhrases: readonly (readonly [cue: string, pattern: string])[] = [
  ['unresolved import', String.raw`\bunresolved import ${quoted('package')}`],
  [' crate', String.raw`\b(?:unresolved module or unlinked|undeclared) crate(?: or module)?:? ${quoted('package')}`],
  ['such file -- ', String.raw`\bsuch file -- (?<package>[A-Za-z][\w/.-]{0,100})`],
  ["can't locate ", String.raw`\bCan't locate (?<path>\w[\w/]{1,100})\.pm in\b`],
  ['include lib', String.raw`\bfind include lib ${quoted('package')}`],
  ["can't find crate", String.raw`\bcan't find crate for ${quoted('package')}`],
  ['may need to install', String.raw`\bmay need to install the ${name('package')} (?:module|package|library|gem)`],
  ['could not find ', String.raw`\b[Cc]ould NOT find (?<package>[A-Z]\w{1,60})(?=[ ,(]|$)`],
  ['type definition file for', String.raw`type definition file for ${quoted('package')}`],
  ['type or namespace name', String.raw`\btype or namespace name ${quoted('package')} could not be found`],
  ['go.sum entry', String.raw`\bmissing go\.sum entry for module providing package (?<package>[\w./-]{3,150})`],
  [
    'cannot open shared object',
    String.raw`(?:^|[\s:])(?<package>lib[\w+-]{1,60}\.(?:so|dylib)[\d.]{0,12}): cannot open shared object`,
  ],
];

/** Sentences of loaders, compilers and package managers of all languages about a thing that is not there. */
export const absentThingsRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'package-not-found',
    cue: [
      'no module',
      'no package',
      'no library',
      'no gem',
      'no crate',
      'no plugin',
      'no extension',
      'no formula',
      'no provider',
      'no theme',
      'no code for',
      'no required module',
      'no such module',
      'no such package',
    ],
    weight: 74,
    pattern: new RegExp(
      String.raw`(?:\b[Nn]o (?:such )?${kind}(?: (?:named|called|found for|with (?:the )?name))? ${name('package')}(?: (?:found|available|exists|in|\(from)\b|[^\w]{0,3}$|\.| available)|\b[Nn]o code for (?:module|package|library) ${name('package2')}|\bno required module provides (?:package )?${name('package3')})`,
    ),
    refine: decidePackage,
  },
  ...loadedPhrases.map(([cue, pattern]) => ({
    name: 'package-not-found',
    cue,
    weight: 75,
    pattern: new RegExp(pattern),
    refine: decideLoaded,
  })),
  {
    name: 'package-not-found',
    cue: ['reporter', 'formatter', 'plugin', 'plug-in', 'preset', 'transformer', 'environment', 'not registered'],
    weight: 91,
    pattern: new RegExp(
      String.raw`(?:\b(?:[Ii]nvalid|[Uu]nsupported|[Uu]nknown) ${extra}:? ["'\x60](?<package>@?\w[\w.@/]{0,60}-[\w.@/-]{1,80})["'\x60]|\b${unable} load(?:ing)? (?:the )?(?:custom )?(?:[Rr]eporter|[Ff]ormatter):? (?:from )?["'\x60]?(?:\/\S{0,200}\/node_modules\/\S{1,200}\/)?(?<package2>(?!from\b)@?[a-z][\w.@/-]{2,100})|\b${unable} (?:load|find) (?:${extra} )?["'\x60](?<package3>@?\w[\w.@/-]{1,80})["'\x60][,:] it is not registered|^\s{0,4}${extra} ["'\x60]?(?<package4>@?\w[\w.@/-]{1,80})["'\x60]? (?:unknown\b|in the \w{1,30} option was not found))`,
    ),
    refine: firstOf,
  },
  {
    name: 'package-not-found',
    cue: 'resolve a module for a',
    weight: 91,
    pattern: /\b[Cc]ould not resolve a module for a (?:custom )?\w{3,20}\.?$/,
    refine: (groups, view) => {
      const name = /^\s{1,8}Module name: (?<package>@?[a-z][\w.@/-]{1,100})$/.exec(
        view.lines[view.at + 1] ?? '',
      )?.groups;
      return name === undefined ? null : { groups: { ...groups, ...name } };
    },
  },
  {
    name: 'package-not-found',
    cue: ['is not available', 'not installed', 'not ok, ', 'was not found'],
    weight: 74,
    // The name stands on the line above, in a list.
    pattern:
      /^\s{2,8}(?:the |this )?(?:dependency|package|module|library|plugin) (?:is|was) not (?:available|installed|found)\b/,
    refine: (_groups, view) => {
      const entry = /^\s{0,6}[-*•] (?<package>@?[A-Za-z][\w@./:+-]{0,100})(?= |$)/.exec(
        view.lines[view.at - 1] ?? '',
      )?.groups;
      return entry === undefined ? null : decidePackage({ ...entry }, view);
    },
  },
  {
    name: 'command-missing',
    cue: ['executable file not found', 'unknown command: ', 'no such file or directory', 'command not found'],
    weight: 88,
    pattern:
      /(?:^|[\s:])(?:\\?"(?<package>[\w.+-]{1,80})\\?": executable file not found|(?:\w{1,8}: )Unknown command: (?<package2>[\w.+-]{1,80})$|^make(?:\[\d{1,3}\])?: (?<package3>[\w.+-]{1,80}): No such file or directory$)/,
    refine: (groups, view) => {
      const reading = firstOf(groups);
      return {
        groups: withPlace(reading.groups, groups['package2'] === undefined ? null : lookDown(view, 1, projectPlace)),
      };
    },
  },
  {
    name: 'package-absent',
    cue: [
      'missing in ',
      'missing from ',
      "' missing",
      'does not exist',
      ': not found',
      'not supported by the following',
      'engine "',
      'only-if-cached',
    ],
    weight: 72,
    pattern: new RegExp(
      String.raw`(?:\bmissing (?:in|from) (?:the |your )?[\w./-]{1,60}(?: \w{1,12})?: (?<package>[a-z][\w.-]{1,80})$|^error: (?:while looking for (?<package2>[\w.-]{1,80})[:\d]{0,12}:|attribute '(?<package3>[\w.-]{1,80})' missing)|\bhttps?:\/\/[^\s/"]{1,100}\/(?<package4>(?:@[\w.-]{1,60}(?:\/|%2[fF]))?[\w.-]{1,80}): [Nn]ot [Ff]ound\b|\b[Tt]he engine "(?<package5>\w{1,20})" is incompatible\b|\brequest to https?:\/\/[^\s/"]{1,100}\/(?<package6>(?:@[\w.-]{1,60}(?:\/|%2[fF]))?[\w.-]{1,80}) failed: cache\b)`,
    ),
    refine: (groups) => firstOf(groups),
  },
  {
    name: 'package-version',
    cue: ['by the following package', 'incompatible with the following'],
    weight: 74,
    pattern: /\b(?:not supported by|incompatible with) the following (?:package|dependency|dependencies|plugin)s?:?$/,
    refine: (groups, view) => {
      const listed = (line: string) =>
        /^\s{1,8}(?:[-*] )?(?<name>@?[A-Za-z][\w./-]{0,80})(?:@| |$)/.exec(line)?.groups?.['name'] ?? null;
      return { groups: { ...groups, package: lookDown(view, 2, listed) ?? undefined } };
    },
  },
]);

// A path of a loader begins with the name of what is to be installed.
function decideLoaded(groups: Groups, view: View): Reading | null {
  const told = loadedName(groups);
  const isAside = lookUp(view, 2, (line) => (/^\s{0,4}#|^\s{0,8}at /.test(line) ? true : null)) === true;
  const reading = told === null || isAside ? null : decidePackage({ package: told }, view);
  // A compiler's own words of a place are those of a syntax error too.
  const isPlaced = /^[^\s:]{1,300}:\d{1,7}:/.test(view.lines[view.at] ?? '') && reading?.failureClass === undefined;
  return isPlaced && reading !== null ? { ...reading, weight: 88 } : reading;
}

function loadedName({ package: told, path }: Groups): string | null {
  if (path !== undefined) return path.replaceAll('/', '::');
  if (told === undefined || /^(?:crate|self|super|std|core)(?:::|$)/.test(told)) return null;
  return told.split('::')[0] ?? null;
}
