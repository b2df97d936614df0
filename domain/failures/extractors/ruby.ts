import { lookDown, rulesOf } from '../line-rule.ts';
import { firstOf } from './commands.ts';
import { decideLoaded } from './loaded-origin.ts';

/** Ruby, RubyGems, Bundler. */
export const rubyRules = rulesOf('ruby', 'compile_error', [
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
    cue: [
      'could not find gem',
      'could not find a valid gem',
      "couldn't find gem",
      'could not find ',
      'bundler could not find compatible',
      'version solving has failed',
      'gem::missingspec',
      'requires ruby version',
      'your ruby version',
      'frozen',
      'lockfile',
      'your bundle is locked',
      'is not currently included in the bundle',
      "can't find executable",
    ],
    weight: 91,
    pattern:
      /(?:Could not find (?:a valid )?gem '(?<package>[\w.-]{1,80})|Could not find (?<package2>[\w-]{1,80}?)-\d[\w.-]{0,30}(?:, [\w.,-]{1,400})? in (?:any of the sources|locally installed|rubygems)|Bundler could not find compatible versions for gem "(?<package3>[\w.-]{1,80})"|Could not find '(?<package4>[\w.-]{1,80})' \(|because every version of (?<package5>[\w.-]{1,80}) depends|(?<![\w.-])(?<package6>[\w.-]{1,80}) requires Ruby version|Your (?<package7>Ruby) version is|The gemspecs? for .{1,80} changed|You are trying to install in deployment mode|The dependencies in your gemfile changed|bundler: command not found: (?<package8>[\w-]{1,60})|(?<![\w-])(?<package9>[\w-]{1,80}) is not currently included in the bundle)/,
    refine: firstOf,
  },
  {
    name: 'ruby-syntax',
    cue: ['syntax error', 'syntax errors found', 'unexpected '],
    weight: 82,
    pattern:
      /^(?:\S{0,60}(?:ruby|ruby\.exe): )?(?<file>[^\s:]{1,300}\.(?:rb|rake|ru|gemspec)|[^\s:]{0,200}(?:Gemfile|Rakefile)):(?<line>\d{1,7}): (?<message>.{0,40}syntax errors? ?.{0,300})/,
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
    refine: (groups, view) => ({
      groups: {
        ...groups,
        ...lookDown(view, 6, (line) => /from \S{0,200}Gemfile:(?<line>\d{1,7})/.exec(line)?.groups ?? null),
      },
    }),
  },
  {
    name: 'gemfile-missing',
    is: 'unknown',
    cue: 'could not locate gemfile',
    weight: 88,
    pattern: /Could not locate Gemfile/,
  },
]);
