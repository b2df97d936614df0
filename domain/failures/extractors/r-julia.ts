import { rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { firstOf } from './commands.ts';

/** R and Julia. */
export const rJuliaRules = rulesOf(null, 'compile_error', [
  {
    name: 'r-package-missing',
    is: 'dependency_missing',
    cue: [
      'there is no package called',
      'is not available for this version of r',
      'dependencies ',
      'are not available for package',
      'namespace ',
      'package required but not available',
      'packages required but not available',
      'packages suggested but not available',
    ],
    pattern:
      /(?:there is no package called [‘'"“](?<package>[\w.]{1,80})|package [‘'"](?<package2>[\w.]{1,80})[’'"] is not available|dependenc(?:y|ies) [‘'"](?<package3>[\w.]{1,80})[’'"].{0,200}(?:is|are) not available|[Pp]ackages? required but not available: [‘'"](?<package4>[\w.]{1,80})|namespace [‘'"](?<package5>[\w.]{1,80})[’'"] .{0,40} is being loaded, but >?)/,
    refine: (groups, view) => ({ groups: withPlace(firstOf(groups).groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'r-syntax',
    cue: ['unexpected '],
    weight: 80,
    pattern:
      /(?:^Error: |^Error in (?:parse|source)\(.{1,200}\) : |^)(?<file>\S{1,300}\.R(?:md|nw)?):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>unexpected .{1,200})/,
  },
  {
    name: 'r-syntax',
    cue: [': unexpected '],
    weight: 82,
    pattern:
      /^\s{0,8}(?<file>[^\s:]{1,300}\.[rR]):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>unexpected .{1,200})/,
  },
  {
    name: 'julia-package-missing',
    is: 'dependency_missing',
    cue: [
      'not found in current path',
      'could not be found',
      'expected package',
      'unsatisfiable requirements',
      'does not have',
      'is required but does not seem',
    ],
    pattern:
      /(?:Package (?<package>\w{1,80}) (?:\[.{1,40}\] )?(?:not found in current path|is required but does not seem|does not have \w{1,60} in its dependencies)|expected package `(?<package2>\w{1,80})|package `(?<package3>\w{1,80})` .{0,40}could not be found|Unsatisfiable requirements detected for package (?<package4>\w{1,80}))/,
    refine: firstOf,
  },
]);
