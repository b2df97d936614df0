import { lookDown, lookUp, rulesOf, type Groups, type Reading } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** Errors of the network, whatever language threw them: its own rules read them. */
const ofNetwork =
  /\b(?:[Cc]onnection (?:refused|reset|aborted|closed|timed out)|[Cc]onnectException|ECONN[A-Z]{3,10}|ENOTFOUND|EAI_AGAIN|timed out|execution expired|resolve (?:the )?host|getaddrinfo|Name or service not known|[Ff]ailed to open TCP connection|[Nn]o route to host|[Nn]etwork is unreachable|certificate verify failed)/;

function notOfNetwork(groups: Groups): Reading | null {
  return ofNetwork.test(groups['message'] ?? '') ? null : { groups };
}

/** Exceptions of interpreters, outside of a test run: nothing is wrong with the text of the program as such. */
export const uncaughtRules = rulesOf(null, 'unknown', [
  {
    name: 'syntax-exception',
    is: 'compile_error',
    cue: ['syntaxerror', 'syntaxexception', 'compileerror', 'compilationerror', 'templateerror', 'parseexception: '],
    weight: 72,
    // Of a parser or a compiler that is a library: the text that it was given is wrong, and not the program.
    pattern:
      /^(?:(?:\w{1,40}[.\\]){1,6}|(?:PHP )?Fatal error: {1,2}Uncaught (?:\w{1,40}\\){1,6})(?:\w{0,40}(?:Syntax|Compil\w{1,6}|Template)(?:Error|Exception)|ParseException(?=: .{0,200}\bline \d)): (?<message>.{1,400})|: (?<message2>.{1,300}) \((?:\w{1,40}::){1,6}\w{0,20}(?:Syntax|Compile)Error\)$/,
    refine: (groups, view) => {
      const message = groups['message'] ?? groups['message2'];
      const frame = (line: string) => (/^ {2}File "/.test(line) ? projectPlace(line) : null);
      const place = projectPlace(message ?? '') ?? lookUp(view, 4, frame) ?? lookDown(view, 3, projectPlace);
      return { groups: withPlace({ message }, place) };
    },
  },
  {
    name: 'ruby-uncaught',
    cue: [':in `', ":in '"],
    weight: 66,
    pattern:
      /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):in [`'].{1,100}': (?<message>.{1,300}) \((?!SyntaxError|LoadError)[A-Z][\w:]{1,80}\)$/,
    refine: notOfNetwork,
  },
  {
    name: 'lua-uncaught',
    cue: ['lua: ', 'lua5', 'luajit'],
    weight: 66,
    pattern:
      /^lua(?:jit)?[\d.]{0,4}: (?<file>[^\s:]{1,300}\.lua):(?<line>\d{1,7}): (?<message>(?!.{0,200} near )(?!module ').{1,300})/,
    refine: notOfNetwork,
  },
  {
    name: 'perl-died',
    cue: [' at '],
    weight: 64,
    pattern:
      /^(?!\s{0,8}#)(?<message>(?!Can't locate|syntax error|Global symbol|BEGIN failed).{1,300}) at (?<file>[^\s]{1,300}\.(?:pl|pm|cgi)) line (?<line>\d{1,7})\.$/,
    refine: notOfNetwork,
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
      /^(?:PHP )?Fatal error: {1,2}Uncaught (?!Error: Class )(?<message>.{1,300}?)(?: in (?<file>\S{1,300}):(?<line>\d{1,7}))?$/,
    refine: notOfNetwork,
  },
  {
    name: 'traced',
    cue: [
      'backtrace',
      'called from',
      'callstack (',
      'unhandled exception',
      'unhandled condition',
      'raised ',
      'stack trace',
    ],
    weight: 68,
    // How programs of many languages tell that they ended in their middle.
    pattern:
      /^(?:#?\s?(?:Backtrace|Stack ?trace)\b.{0,40}:$|Called from \S{1,120} in file "(?<file>[^"]{1,300})", line (?<line>\d{1,7})|CallStack \(from \w{1,20}\):|.{0,60}\b[Uu]nhandled (?:exception|condition)\b(?<message>.{0,300})|raised [A-Z][\w.]{2,60} : (?<message2>.{1,300}))/,
    refine: (groups) => notOfNetwork({ ...groups, message: groups['message'] ?? groups['message2'] }),
  },
]);
