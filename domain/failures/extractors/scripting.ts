import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { firstOf } from './commands.ts';

const ruby = rulesOf('ruby', 'compile_error', [
  {
    name: 'ruby-file-missing',
    is: 'dependency_missing',
    cue: 'cannot load such file',
    pattern: /cannot load such file -- (?<package>\S{1,200})/,
    refine: (groups, view) => decideLoaded(groups, view, /^\.{0,2}\/|^(?:lib|app|spec|test|config)\//),
  },
  {
    name: 'gem-missing',
    is: 'dependency_missing',
    cue: ['could not find gem', 'could not find a valid gem', "couldn't find gem", 'could not find ', 'bundler could not find compatible', 'version solving has failed', 'gem::missingspec', 'requires ruby version', 'your ruby version', 'frozen', 'lockfile', 'your bundle is locked', 'is not currently included in the bundle', 'can\'t find executable'],
    weight: 91,
    pattern: /(?:Could not find (?:a valid )?gem '(?<package>[\w.-]{1,80})|Could not find (?<package2>[\w-]{1,80}?)-\d[\w.-]{0,30}(?:, [\w.,-]{1,400})? in (?:any of the sources|locally installed|rubygems)|Bundler could not find compatible versions for gem "(?<package3>[\w.-]{1,80})"|Could not find '(?<package4>[\w.-]{1,80})' \(|because every version of (?<package5>[\w.-]{1,80}) depends|(?<package6>[\w.-]{1,80}) requires Ruby version|Your (?<package7>Ruby) version is|The gemspecs? for .{1,80} changed|You are trying to install in deployment mode|The dependencies in your gemfile changed|bundler: command not found: (?<package8>[\w-]{1,60})|(?<package9>[\w-]{1,80}) is not currently included in the bundle)/,
    refine: firstOf,
  },
  {
    name: 'ruby-syntax',
    cue: ['syntax error', 'syntax errors found', 'unexpected '],
    weight: 82,
    pattern: /^(?:\S{0,60}(?:ruby|ruby\.exe): )?(?<file>[^\s:]{1,300}\.(?:rb|rake|ru|gemspec)|[^\s:]{0,200}(?:Gemfile|Rakefile)):(?<line>\d{1,7}): (?<message>.{0,40}syntax errors? ?.{0,300})/,
  },
  {
    name: 'gem-extension',
    cue: ['failed to build gem native extension'],
    weight: 75,
    pattern: /ERROR: Failed to build gem native extension/,
  },
  {
    name: 'gemfile',
    cue: 'there was an error parsing',
    weight: 88,
    pattern: /error parsing `(?<file>Gemfile|[\w.-]{1,60}\.gemspec)`: (?<message>.{1,300})/,
    refine: (groups, view) => ({ groups: { ...groups, ...lookDown(view, 6, (line) => /from \S{0,200}Gemfile:(?<line>\d{1,7})/.exec(line)?.groups ?? null) } }),
  },
  { name: 'gemfile-missing', is: 'unknown', cue: 'could not locate gemfile', weight: 88, pattern: /Could not locate Gemfile/ },
]);

/** Exceptions of interpreters, outside of a test run: nothing is wrong with the text of the program as such. */
const uncaught = rulesOf(null, 'unknown', [
  { name: 'ruby-uncaught', cue: [':in `', ":in '"], weight: 66, pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):in [`'].{1,100}': (?<message>.{1,300}) \((?!SyntaxError|LoadError)[A-Z][\w:]{1,80}\)$/ },
  { name: 'lua-uncaught', cue: ['lua: ', 'lua5', 'luajit'], weight: 66, pattern: /^lua(?:jit)?[\d.]{0,4}: (?<file>[^\s:]{1,300}\.lua):(?<line>\d{1,7}): (?<message>(?!.{0,200} near )(?!module ').{1,300})/ },
  { name: 'perl-died', cue: [' at '], weight: 64, pattern: /^(?!\s{0,8}#)(?<message>(?!Can't locate|syntax error|Global symbol|BEGIN failed).{1,300}) at (?<file>[^\s]{1,300}\.(?:pl|pm|cgi)) line (?<line>\d{1,7})\.$/ },
  { name: 'php-uncaught', cue: ['uncaught'], weight: 66, pattern: /^(?:PHP )?Fatal error: {1,2}Uncaught (?!Error: Class )(?<message>.{1,300}?)(?: in (?<file>\S{1,300}):(?<line>\d{1,7}))?$/ },
]);

const php = rulesOf('php', 'compile_error', [
  {
    name: 'composer-missing',
    is: 'dependency_missing',
    cue: ['could not be found in any version', 'could not find a matching version', 'requires php', 'requires ext-', 'could not find package', 'lock file is not up to date', 'your requirements could not be resolved', 'no matching package found', 'is not present in the lock file', 'found '],
    weight: 91,
    pattern: /(?:requires? (?<package>[\w.-]{1,60}\/[\w.-]{1,80}|php|ext-\w{1,40}).{0,200}(?:could not be found|found .{0,200}but|does not satisfy|is missing|it is missing|no matching package|does not match)|(?:[Cc]ould not find (?:a matching version of )?package|Could not find a version of package) "?(?<package2>[\w.-]{1,60}\/[\w.-]{1,80})|package "(?<package3>[\w.-]{1,60}\/[\w.-]{1,80})" is not present in the lock file|The lock file is not up to date|Required package "(?<package4>[\w.-]{1,60}\/[\w.-]{1,80})" is not present)/,
    refine: firstOf,
  },
  {
    name: 'php-autoload-missing',
    is: 'dependency_missing',
    cue: 'failed to open',
    weight: 90,
    pattern: /(?:require|include)(?:_once)?\((?:[^)]{0,200}\/)?(?<package>vendor\/autoload\.php)\): [Ff]ailed to open/,
    refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'php-syntax',
    cue: ['parse error', 'fatal error'],
    weight: 82,
    pattern: /^(?:PHP )?(?:Parse|Fatal) error: {1,2}(?<message>(?:syntax error|Unclosed|Unmatched|Invalid |Cannot (?:redeclare|use)).{0,300}?) in (?<file>\S{1,300}) on line (?<line>\d{1,7})/,
  },
  {
    name: 'composer-manifest',
    cue: ['does not contain valid json', 'does not match the expected json schema', 'is invalid, the following errors'],
    weight: 90,
    pattern: /"?(?:\S{0,200}\/)?(?<file>composer\.(?:json|lock))"? does not (?:contain valid JSON|match the expected JSON schema)/,
  },
]);

const others = rulesOf(null, 'compile_error', [
  {
    name: 'perl-module-missing',
    is: 'dependency_missing',
    cue: "can't locate",
    pattern: /Can't locate (?<package>[\w/]{1,200})\.pm in @INC/,
    refine: (groups, view) => {
      const own = readPlace(view.lines[view.at] ?? '');
      const reading = decideLoaded({ ...groups, package: groups['package']?.replaceAll('/', '::') }, view, /^(?:t|lib)::/);
      return { ...reading, groups: withPlace(reading.groups, own) };
    },
  },
  {
    name: 'perl-syntax',
    cue: ['syntax error at', 'global symbol', 'had compilation errors', "can't find string terminator", 'bareword'],
    weight: 81,
    pattern: /^(?:#?\s{0,8})(?<message>(?:syntax error|Global symbol ".{1,60}" requires .{1,80}|Can't find string terminator .{1,40}|Bareword ".{1,60}" not allowed .{1,60}|Missing right .{1,60})) at (?<file>\S{1,300}) line (?<line>\d{1,7})/,
  },
  {
    name: 'lua-module-missing',
    is: 'dependency_missing',
    cue: ["module '"],
    pattern: /module '(?<package>[\w.-]{1,100})' not found:/,
    refine: (groups, view) => decideLoaded(groups, view, /^\.|^(?:src|lib|spec|app)\./),
  },
  {
    name: 'lua-syntax',
    cue: ["near '", 'near <eof>', "expected near"],
    weight: 80,
    pattern: /^(?:lua(?:jit|c)?[\d.]{0,4}: )?(?:error loading module .{1,60})?(?<file>[^\s:]{1,200}\.lua):(?<line>\d{1,7}): (?<message>.{1,200} near .{1,100})/,
  },
  {
    name: 'r-package-missing',
    is: 'dependency_missing',
    cue: ['there is no package called', 'is not available for this version of r', 'dependencies ', 'are not available for package', 'namespace ', 'package required but not available', 'packages required but not available', 'packages suggested but not available'],
    pattern: /(?:there is no package called [‘'"“](?<package>[\w.]{1,80})|package [‘'"](?<package2>[\w.]{1,80})[’'"] is not available|dependenc(?:y|ies) [‘'"](?<package3>[\w.]{1,80})[’'"].{0,200}(?:is|are) not available|[Pp]ackages? required but not available: [‘'"](?<package4>[\w.]{1,80})|namespace [‘'"](?<package5>[\w.]{1,80})[’'"] .{0,40} is being loaded, but >?)/,
    refine: (groups, view) => ({ groups: withPlace(firstOf(groups).groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'r-syntax',
    cue: ['unexpected '],
    weight: 80,
    pattern: /(?:^Error: |^Error in (?:parse|source)\(.{1,200}\) : |^)(?<file>\S{1,300}\.R(?:md|nw)?):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>unexpected .{1,200})/,
  },
  {
    name: 'julia-package-missing',
    is: 'dependency_missing',
    cue: ['not found in current path', 'could not be found', 'expected package', 'unsatisfiable requirements', 'does not have', 'is required but does not seem'],
    pattern: /(?:Package (?<package>\w{1,80}) (?:\[.{1,40}\] )?(?:not found in current path|is required but does not seem|does not have \w{1,60} in its dependencies)|expected package `(?<package2>\w{1,80})|package `(?<package3>\w{1,80})` .{0,40}could not be found|Unsatisfiable requirements detected for package (?<package4>\w{1,80}))/,
    refine: firstOf,
  },
  {
    name: 'elixir-dependency',
    is: 'dependency_missing',
    cue: ['unchecked dependencies', 'the dependency is not available', 'no package with name', 'could not find hex', 'the dependency is not locked', 'lock mismatch', 'failed to use "', 'is not loaded and could not be found', 'is not available. make sure', 'could not be started', 'has no suitable version', 'dependency is out of date'],
    weight: 90,
    pattern: /(?:\* (?<package>\w{1,60}) \(.{1,80}\)|No package with name (?<package2>\w{1,60})|the dependency is not available|the dependency is not locked|lock mismatch|Could not find Hex|Failed to use "(?<package3>\w{1,60})"|module (?<package4>[\w.]{1,100}) is not (?:loaded and could not be found|available))/,
    refine: decideElixir,
  },
  {
    name: 'elixir',
    cue: ['error)', 'error:', '.ex'],
    pattern: /^\*\* \((?:CompileError|SyntaxError|TokenMissingError|MismatchedDelimiterError|UndefinedFunctionError)\)(?: invalid syntax found on| token missing on| mismatched delimiter found on)? (?<file>[^\s:]{1,300}\.exs?):(?<line>\d{1,7}):?(?:(?<column>\d{1,7}):)? ?(?<message>.{0,300})/,
  },
  {
    name: 'elixir-block',
    cue: ['error:', 'warning:'],
    weight: 79,
    pattern: /^\s{0,4}(?<severity>error|warning): (?<message>.{1,500})$/,
    refine: (groups, view) => {
      const place = lookDown(view, 16, (line) => /^\s{0,12}└─ (?<file>[^\s:]{1,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?/.exec(line)?.groups ?? null);
      return place === null ? null : { groups: { ...groups, ...place }, weight: groups['severity'] === 'warning' ? 38 : 81 };
    },
  },
]);

function decideLoaded(groups: Groups, view: View, local: RegExp) {
  const read = (line: string) => {
    const place = readPlace(line);
    return place !== null && isProjectFile(place.file) ? place : null;
  };
  const own = read(view.lines[view.at] ?? '') ?? lookDown(view, 12, read) ?? lookUp(view, 6, read);
  const placed = withPlace(groups, own);
  const name = groups['package'] ?? '';
  if (local.test(name) || originOf(name.replaceAll('::', '.'), own?.file ?? null) === 'local') {
    return { groups: { ...placed, package: undefined }, failureClass: 'compile_error' as const, weight: 82 };
  }
  return { groups: { ...placed, package: name.split('/')[0] } };
}

function decideElixir(groups: Groups, view: View) {
  const reading = firstOf(groups);
  const line = view.lines[view.at] ?? '';
  if (groups['package'] !== undefined) {
    const next = lookDown(view, 1, (below) => (/the dependency|lock mismatch|out of date/.test(below) ? true : null));
    return next === null ? null : reading;
  }
  const above = lookUp(view, 2, (text) => /^\s{0,4}\* (?<name>\w{1,60}) \(/.exec(text)?.groups?.['name'] ?? null);
  const place = readPlace(line);
  return { groups: withPlace({ ...reading.groups, package: reading.groups['package'] ?? above ?? undefined }, place) };
}

export const scriptingRules = [...ruby, ...php, ...uncaught, ...others];
