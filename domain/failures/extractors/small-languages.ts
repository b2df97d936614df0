import { lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Swift, Elm, Zig, Nim, Crystal, Haxe, Erlang. */
export const smallLanguagesRules = rulesOf(null, 'compile_error', [
  {
    name: 'swift-module-missing',
    is: 'dependency_missing',
    cue: ['no such module', 'missing required module', 'product '],
    pattern:
      /(?:^(?<file>[^\s:]{1,300}\.swift):(?<line>\d{1,7}):(?<column>\d{1,7}): )?error: (?:no such module|missing required module) '(?<package>\w{1,80})'|error: '[^']{1,80}': product '(?<package2>[\w-]{1,80})' required/,
    refine: (groups) => ({ groups: { ...groups, package: groups['package'] ?? groups['package2'] } }),
  },
  {
    name: 'elm',
    cue: ['-- '],
    pattern: /^-- (?<message>(?!ELM-REVIEW)[A-Z][A-Z '-]{2,60}) -{2,200} (?<file>\S{1,300}\.elm|elm\.json)/,
    refine: (groups, view) => {
      const line = lookDown(view, 14, (text) => /^(?<line>\d{1,6})\|/.exec(text)?.groups?.['line'] ?? null);
      const unknown = lookDown(
        view,
        4,
        (text) => /You are trying to import a `(?<name>[\w.]{1,80})` module/.exec(text)?.groups?.['name'] ?? null,
      );
      if (unknown !== null)
        return { groups: { ...groups, line: line ?? undefined, package: unknown }, failureClass: 'dependency_missing' };
      return { groups: { ...groups, line: line ?? undefined } };
    },
  },
  {
    name: 'zig-module-missing',
    is: 'dependency_missing',
    cue: ['no module named', 'unable to find dependency', 'no dependency named'],
    pattern:
      /(?:^(?<file>[^\s:]{1,300}\.zig):(?<line>\d{1,7}):(?<column>\d{1,7}): error: )?no (?:module|dependency) named '(?<package>[\w-]{1,80})' available/,
  },
  {
    name: 'nim-module-missing',
    is: 'dependency_missing',
    cue: 'cannot open file:',
    pattern:
      /^(?<file>[^\s(]{1,300}\.nims?)\((?<line>\d{1,7}), (?<column>\d{1,7})\) Error: cannot open file: (?<package>[\w/.-]{1,100})/,
    refine: (groups) =>
      originOf(groups['package'] ?? '') === 'local'
        ? { groups: { ...groups, package: undefined }, failureClass: 'compile_error' }
        : { groups: { ...groups, package: groups['package']?.split('/')[0] } },
  },
  {
    name: 'nim',
    cue: [') error:', ') warning:'],
    pattern:
      /^(?<file>[^\s(]{1,300}\.nims?)\((?<line>\d{1,7}), (?<column>\d{1,7})\) (?<severity>Error|Warning): (?<message>.{1,400})/,
    refine: (groups) => ({
      groups: { ...groups, severity: groups['severity']?.toLowerCase() },
      weight: groups['severity'] === 'Warning' ? 37 : 80,
    }),
  },
  {
    name: 'crystal-shard-missing',
    is: 'dependency_missing',
    cue: "can't find file '",
    pattern: /can't find file '(?<package>[\w./-]{1,100})'/,
    refine: (groups, view) => {
      const place = readPlace(view.lines[view.at] ?? '');
      return originOf(groups['package'] ?? '') === 'local'
        ? { groups: withPlace({ ...groups, package: undefined }, place), failureClass: 'compile_error' }
        : { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'crystal',
    cue: ['error: ', 'syntax error in', 'error in '],
    pattern:
      /^(?:Syntax error in|(?:\w{1,20} )?[Ee]rror in|In) (?<file>[^\s:]{1,300}\.cr):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?/,
  },
  {
    name: 'haxe-type-missing',
    is: 'dependency_missing',
    cue: 'type not found : ',
    pattern:
      /^(?<file>[^\s:]{1,300}\.hx):(?<line>\d{1,7}): characters (?<column>\d{1,7})-\d{1,7} : (?<message>Type not found : (?<package>[a-z]\w{0,60})\.[\w.]{1,100})/,
  },
  {
    name: 'erlang',
    cue: ['.erl:'],
    weight: 78,
    pattern:
      /^(?<file>[^\s:]{1,300}\.[eh]rl):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: (?<message>(?!Warning)[^\s].{1,400})/,
  },
  {
    name: 'rebar-block',
    cue: ['┌─ '],
    weight: 79,
    pattern: /^\s{0,8}(?:┌─+|╭▸|╭─\[?|,-\[|--\[) ?(?<file>[^\s:[\]]{1,300}):(?:(?<line>\d{1,7}):?(?<column>\d{1,7})?)?/,
    refine: (groups, view) => {
      const message = lookDown(
        view,
        8,
        (line) => /(?:╰── |\^+ |╰─+ ?)(?<words>.{2,300})/.exec(line)?.groups?.['words'] ?? null,
      );
      const heading = lookUp(view, 3, (line) => blockHeading.exec(line)?.groups ?? null);
      const known = { ...groups, message: message ?? undefined, code: heading?.['code'] };
      return heading?.['severity'] === 'warning'
        ? { groups: { ...known, severity: 'warning' }, weight: 57 }
        : { groups: known };
    },
  },
]);

/** How bad it is, and by which rule, above the drawing. */
const blockHeading = /^(?<severity>warning|error)\[(?<code>[\w:/-]{2,60})\]: /;
