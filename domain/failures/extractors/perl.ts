import { rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { decideLoaded } from './loaded-origin.ts';

/** Perl and Lua. */
export const perlRules = rulesOf(null, 'compile_error', [
  {
    name: 'perl-module-missing',
    is: 'dependency_missing',
    cue: "can't locate",
    pattern: /Can't locate (?<package>[\w/]{1,200})\.pm in @INC/,
    refine: (groups, view) => {
      const own = readPlace(view.lines[view.at] ?? '');
      const reading = decideLoaded(
        { ...groups, package: groups['package']?.replaceAll('/', '::') },
        view,
        /^(?:t|lib)::/,
      );
      return { ...reading, groups: withPlace(reading.groups, own) };
    },
  },
  {
    name: 'perl-syntax',
    cue: ['syntax error at', 'global symbol', 'had compilation errors', "can't find string terminator", 'bareword'],
    weight: 81,
    pattern:
      /^(?:#?\s{0,8})(?<message>(?:syntax error|Global symbol ".{1,60}" requires .{1,80}|Can't find string terminator .{1,40}|Bareword ".{1,60}" not allowed .{1,60}|Missing right .{1,60})) at (?<file>\S{1,300}) line (?<line>\d{1,7})/,
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
    cue: ["near '", 'near <eof>', 'expected near'],
    weight: 80,
    pattern:
      /^(?:lua(?:jit|c)?[\d.]{0,4}: )?(?:error loading module .{1,60})?(?<file>[^\s:]{1,200}\.lua):(?<line>\d{1,7}): (?<message>.{1,200} near .{1,100})/,
  },
]);
