import { rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { firstOf } from './commands.ts';

/** PHP and Composer. */
export const phpRules = rulesOf('php', 'compile_error', [
  {
    name: 'composer-missing',
    is: 'dependency_missing',
    cue: [
      'could not be found in any version',
      'could not find a matching version',
      'requires php',
      'requires ext-',
      'could not find package',
      'lock file is not up to date',
      'your requirements could not be resolved',
      'no matching package found',
      'is not present in the lock file',
      'found ',
    ],
    weight: 91,
    pattern:
      /(?:requires? (?<package>[\w.-]{1,60}\/[\w.-]{1,80}|php|ext-\w{1,40}).{0,200}(?:could not be found|found .{0,200}but|does not satisfy|is missing|it is missing|no matching package|does not match)|(?:[Cc]ould not find (?:a matching version of )?package|Could not find a version of package) "?(?<package2>[\w.-]{1,60}\/[\w.-]{1,80})|package "(?<package3>[\w.-]{1,60}\/[\w.-]{1,80})" is not present in the lock file|The lock file is not up to date|Required package "(?<package4>[\w.-]{1,60}\/[\w.-]{1,80})" is not present)/,
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
    pattern:
      /^(?:PHP )?(?:Parse|Fatal) error: {1,2}(?<message>(?:syntax error|Unclosed|Unmatched|Invalid |Cannot (?:redeclare|use)).{0,300}?) in (?<file>\S{1,300}) on line (?<line>\d{1,7})/,
  },
  {
    name: 'composer-manifest',
    cue: ['does not contain valid json', 'does not match the expected json schema', 'is invalid, the following errors'],
    weight: 90,
    pattern: /\b(?<file>composer\.(?:json|lock))"? does not (?:contain valid JSON|match the expected JSON schema)/,
  },
]);
