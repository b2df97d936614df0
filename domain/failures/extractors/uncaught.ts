import { rulesOf } from '../line-rule.ts';

/** Exceptions of interpreters, outside of a test run: nothing is wrong with the text of the program as such. */
export const uncaughtRules = rulesOf(null, 'unknown', [
  {
    name: 'ruby-uncaught',
    cue: [':in `', ":in '"],
    weight: 66,
    pattern:
      /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):in [`'].{1,100}': (?<message>.{1,300}) \((?!SyntaxError|LoadError)[A-Z][\w:]{1,80}\)$/,
  },
  {
    name: 'lua-uncaught',
    cue: ['lua: ', 'lua5', 'luajit'],
    weight: 66,
    pattern:
      /^lua(?:jit)?[\d.]{0,4}: (?<file>[^\s:]{1,300}\.lua):(?<line>\d{1,7}): (?<message>(?!.{0,200} near )(?!module ').{1,300})/,
  },
  {
    name: 'perl-died',
    cue: [' at '],
    weight: 64,
    pattern:
      /^(?!\s{0,8}#)(?<message>(?!Can't locate|syntax error|Global symbol|BEGIN failed|Connection (?:refused|reset|timed out)).{1,300}) at (?<file>[^\s]{1,300}\.(?:pl|pm|cgi)) line (?<line>\d{1,7})\.$/,
  },
  {
    name: 'trace-end',
    cue: ['error: '],
    weight: 70,
    pattern: /^Error: (?<message>.{3,300})$/,
    refine: (groups, view) => {
      const frame = /^\s{1,8}(?<file>[\w./-]{1,300}\.\w{1,10}):(?<line>\d{1,7}):(?<column>\d{1,7}): in /;
      const place = frame.exec(view.lines[view.at - 1] ?? '')?.groups;
      return place === undefined ? null : { groups: { ...groups, ...place } };
    },
  },
  {
    name: 'php-uncaught',
    cue: ['uncaught'],
    weight: 66,
    pattern:
      /^(?:PHP )?Fatal error: {1,2}Uncaught (?!Error: Class )(?!.{0,200}(?:[Cc]onnection (?:refused|reset)|ConnectException|timed out|resolve host))(?<message>.{1,300}?)(?: in (?<file>\S{1,300}):(?<line>\d{1,7}))?$/,
  },
]);
