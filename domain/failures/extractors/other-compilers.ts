import { lookDown, rulesOf, type Groups, type View } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Haskell, OCaml, Swift, Dart, Elm, Zig, Nim, Crystal, Erlang and others that have a form of their own. */
export const otherCompilerRules = rulesOf(null, 'compile_error', [
  {
    name: 'haskell-module-missing',
    is: 'dependency_missing',
    cue: ['could not find module', 'could not load module', 'unknown package:', 'could not resolve dependencies', 'package not found', 'failed to construct a build plan', 'failing: '],
    pattern: /(?:Could not (?:find|load) module [‘'`](?<package>[\w.]{1,100})|unknown package: (?<package2>[\w-]{1,80})|needed, but the .{0,60}does not include|needed since (?<package3>[\w-]{1,80}))/,
    refine: (groups, view) => decideHaskell(groups, view),
  },
  {
    name: 'ghc',
    cue: ['.hs:', '.lhs:'],
    pattern: /^(?:\w[\w-]{0,40} {0,4}> )?(?<file>[^\s:]{1,300}\.l?hs):(?:\((?<line2>\d{1,7}),(?<column2>\d{1,7})\)-\(\d{1,7},\d{1,7}\)|(?<line>\d{1,7}):(?<column>\d{1,7})(?:-\d{1,7})?): (?<severity>error|warning):?(?: \[(?<code>[\w-]{1,60})\])?\s?(?<message>.{0,400})/,
    refine: (groups, view) => {
      const known = { ...groups, line: groups['line'] ?? groups['line2'], column: groups['column'] ?? groups['column2'] };
      const words = lookDown(view, 2, (line) => (/^\s{2,8}\S/.test(line) ? line.trim() : null));
      const weight = groups['severity'] === 'warning' ? 38 : 80;
      const missing = lookDown(view, 3, (line) => (/Could not (?:find|load) module/.test(line) ? true : null));
      return missing === null ? { groups: { ...known, message: groups['message'] === '' ? (words ?? undefined) : groups['message'] }, weight } : null;
    },
  },
  {
    name: 'ocaml',
    cue: ['file "'],
    weight: 79,
    pattern: /^(?:.{0,40})?File "(?<file>[^"]{1,300}\.(?:mli?|mly|mll|eliom)|[^"]{0,200}dune(?:-project)?|[^"]{1,200}\.(?:v|opam))", lines? (?<line>\d{1,7})(?:-\d{1,7})?(?:, characters (?<column>\d{1,7})-\d{1,7})?:/,
    refine: decideOcaml,
  },
  {
    name: 'swift-module-missing',
    is: 'dependency_missing',
    cue: ['no such module', 'missing required module', 'product '],
    pattern: /(?:(?<file>[^\s:]{1,300}\.swift):(?<line>\d{1,7}):(?<column>\d{1,7}): )?error: (?:no such module|missing required module) '(?<package>\w{1,80})'|error: '[^']{1,80}': product '(?<package2>[\w-]{1,80})' required/,
    refine: (groups) => ({ groups: { ...groups, package: groups['package'] ?? groups['package2'] } }),
  },
  {
    name: 'dart-package-missing',
    is: 'dependency_missing',
    cue: ["couldn't resolve the package", "target of uri doesn't exist", 'could not find package', 'version solving failed', "because ", 'not found when reading', 'depend_on_referenced_packages', 'uri_does_not_exist'],
    pattern: /(?:Couldn't resolve the package '(?<package>\w{1,80})'|Target of URI doesn't exist: 'package:(?<package2>\w{1,80})|could not find package (?<package3>\w{1,80})|Not found: 'package:(?<package4>\w{1,80})|depends on (?<package5>\w{1,80}) (?:any )?which (?:doesn't exist|doesn't match)|depends on (?<package6>\w{1,80}) [\w^.<>= ]{1,40} which )/,
    refine: (groups, view) => {
      const found = ['package', 'package2', 'package3', 'package4', 'package5', 'package6'].map((key) => groups[key]).find((name) => name !== undefined);
      const line = view.lines[view.at] ?? '';
      const place = readPlace(line) ?? dartPlace(line);
      return { groups: withPlace({ ...groups, package: found }, place) };
    },
  },
  {
    name: 'dart-analyzer',
    cue: ['error - ', 'error • ', 'warning - ', 'info - ', 'warning • ', 'info • '],
    pattern: /^\s{0,8}(?<severity>error|warning|info) [-•] (?:(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) [-•] (?<message>.{1,500}?)|(?<message2>.{1,500}?) [-•] (?<file2>[^\s:]{1,300}):(?<line2>\d{1,7}):(?<column2>\d{1,7})) [-•] (?<code>\w{1,80})/,
    refine: decideDart,
  },
  {
    name: 'dart',
    cue: 'error:',
    pattern: /^(?<file>[^\s:]{1,300}\.dart):(?<line>\d{1,7}):(?<column>\d{1,7}): Error: (?<message>.{1,500})/,
  },
  {
    name: 'elm',
    cue: ['-- '],
    pattern: /^-- (?<message>[A-Z][A-Z '-]{2,60}) -{2,200} (?<file>\S{1,300}\.elm|elm\.json)/,
    refine: (groups, view) => {
      const line = lookDown(view, 14, (text) => /^(?<line>\d{1,6})\|/.exec(text)?.groups?.['line'] ?? null);
      const unknown = lookDown(view, 4, (text) => (/You are trying to import a `(?<name>[\w.]{1,80})` module/.exec(text)?.groups?.['name']) ?? null);
      if (unknown !== null) return { groups: { ...groups, line: line ?? undefined, package: unknown }, failureClass: 'dependency_missing' };
      return { groups: { ...groups, line: line ?? undefined } };
    },
  },
  {
    name: 'zig-module-missing',
    is: 'dependency_missing',
    cue: ['no module named', 'unable to find dependency', 'no dependency named'],
    pattern: /(?:(?<file>[^\s:]{1,300}\.zig):(?<line>\d{1,7}):(?<column>\d{1,7}): error: )?no (?:module|dependency) named '(?<package>[\w-]{1,80})' available/,
  },
  {
    name: 'nim-module-missing',
    is: 'dependency_missing',
    cue: 'cannot open file:',
    pattern: /^(?<file>[^\s(]{1,300}\.nims?)\((?<line>\d{1,7}), (?<column>\d{1,7})\) Error: cannot open file: (?<package>[\w/.-]{1,100})/,
    refine: (groups) => originOf(groups['package'] ?? '') === 'local' ? { groups: { ...groups, package: undefined }, failureClass: 'compile_error' } : { groups: { ...groups, package: groups['package']?.split('/')[0] } },
  },
  {
    name: 'nim',
    cue: [') error:', ') warning:'],
    pattern: /^(?<file>[^\s(]{1,300}\.nims?)\((?<line>\d{1,7}), (?<column>\d{1,7})\) (?<severity>Error|Warning): (?<message>.{1,400})/,
    refine: (groups) => ({ groups: { ...groups, severity: groups['severity']?.toLowerCase() }, weight: groups['severity'] === 'Warning' ? 37 : 80 }),
  },
  {
    name: 'crystal-shard-missing',
    is: 'dependency_missing',
    cue: "can't find file '",
    pattern: /can't find file '(?<package>[\w./-]{1,100})'/,
    refine: (groups, view) => {
      const place = readPlace(view.lines[view.at] ?? '');
      return originOf(groups['package'] ?? '') === 'local' ? { groups: withPlace({ ...groups, package: undefined }, place), failureClass: 'compile_error' } : { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'crystal',
    cue: ['error: ', 'syntax error in', 'error in '],
    pattern: /^(?:Syntax error in|(?:\w{1,20} )?[Ee]rror in|In) (?<file>[^\s:]{1,300}\.cr):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?/,
  },
  {
    name: 'erlang',
    cue: ['.erl:'],
    weight: 78,
    pattern: /^(?<file>[^\s:]{1,300}\.[eh]rl):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: (?<message>(?!Warning)[^\s].{1,400})/,
  },
  {
    name: 'rebar-block',
    cue: ['┌─ '],
    weight: 79,
    pattern: /^\s{0,8}(?:┌─+|╭▸|╭─\[?|,-\[|--\[) ?(?<file>[^\s:[\]]{1,300}):(?:(?<line>\d{1,7}):?(?<column>\d{1,7})?)?/,
    refine: (groups, view) => {
      const message = lookDown(view, 8, (line) => /(?:╰── |\^+ |╰─+ ?)(?<words>.{2,300})/.exec(line)?.groups?.['words'] ?? null);
      return { groups: { ...groups, message: message ?? undefined } };
    },
  },
  {
    name: 'hcl',
    cue: ['error: '],
    weight: 77,
    pattern: /^[│╷]? ?Error: (?<message>.{1,300})$/,
    refine: decideHcl,
  },
  {
    name: 'latex',
    cue: ['! latex error', '! package', '! undefined control', '! missing', '! emergency stop'],
    pattern: /^! (?<message>.{1,300})/,
    refine: (groups, view) => {
      const file = /File `(?<name>[\w./-]{1,100})\.(?:sty|cls)' not found/.exec(groups['message'] ?? '')?.groups?.['name'];
      const line = lookDown(view, 12, (text) => /^l\.(?<line>\d{1,7})/.exec(text)?.groups?.['line'] ?? null);
      const known = { ...groups, line: line ?? undefined };
      return file === undefined ? { groups: known } : { groups: { ...known, package: file }, failureClass: 'dependency_missing' };
    },
  },
  {
    name: 'protobuf-import',
    cue: ['.proto:'],
    pattern: /^(?<file>[^\s:]{1,300}\.proto):(?<line>\d{1,7}):(?<column>\d{1,7}): ?(?<message>.{1,400})/,
    refine: decideProto,
  },
  {
    name: 'caret-block',
    cue: ['error:', 'error in'],
    weight: 60,
    pattern: /^(?:\s{0,4}|.{0,30}\b)(?:[Ss]yntax |[Pp]arse |[Tt]ype )?[Ee]rror(?:\[\w{1,20}\])?(?: in| at)?:? (?<message>.{1,400})$/,
    refine: (groups, view) => {
      const place = lookDown(view, 3, (line) => (/^\s{0,12}(?:-->|╭─\[|┌─|╭▸|,-\[|at |in |└─|--\[)\s?\S/.test(line) ? readPlace(line) : null));
      return place === null || place.line === null ? null : { groups: withPlace(groups, place) };
    },
  },
]);

function decideHaskell(groups: Groups, view: View) {
  const found = groups['package'] ?? groups['package2'] ?? groups['package3'];
  const placed = placeAboveOf(view, { ...groups, package: found });
  const isHidden = lookDown(view, 3, (line) => /hidden package [‘'`](?<name>[\w-]{1,80}?)(?:-[\d.]{1,20})?[’']/.exec(line)?.groups?.['name'] ?? null);
  return { groups: { ...placed, package: isHidden ?? found } };
}

function placeAboveOf(view: View, groups: Groups): Groups {
  for (let at = view.at; at >= Math.max(0, view.at - 2); at -= 1) {
    const place = readPlace(view.lines[at] ?? '');
    if (place !== null) return withPlace(groups, place);
  }
  return groups;
}

function decideOcaml(groups: Groups, view: View) {
  const words = lookDown(view, 12, (line) => /^(?<kind>Error|Warning)(?: (?<code>\d{1,4}))?(?: \[(?<name>[\w-]{1,60})\])?(?: \(.{1,60}\))?: (?<message>.{1,400})/.exec(line)?.groups ?? null);
  if (words === null || words['kind'] === 'Warning') return null;
  const library = /Library "(?<name>[\w.-]{1,80})" not found|Unbound module (?<module>\w{1,80})/.exec(words['message'] ?? '')?.groups;
  const known = { ...groups, message: words['message'], code: words['name'] };
  return library?.['name'] === undefined
    ? { groups: known }
    : { groups: { ...known, package: library['name'] }, failureClass: 'dependency_missing' as const };
}

function dartPlace(line: string) {
  return /(?<file>[^\s:]{1,300}\.dart):(?<line>\d{1,7})/.exec(line) === null ? null : readPlace(line);
}

function decideDart(groups: Groups) {
  const known: Groups = {
    ...groups,
    message: groups['message'] ?? groups['message2'],
    file: groups['file'] ?? groups['file2'],
    line: groups['line'] ?? groups['line2'],
    column: groups['column'] ?? groups['column2'],
  };
  if (groups['code'] === 'uri_does_not_exist') {
    const name = /package:(?<name>\w{1,80})/.exec(known['message'] ?? '')?.groups?.['name'];
    if (name !== undefined) return { groups: { ...known, package: name }, failureClass: 'dependency_missing' as const };
  }
  return groups['severity'] === 'error'
    ? { groups: known }
    : { groups: known, failureClass: 'lint_error' as const, weight: groups['severity'] === 'warning' ? 60 : 58 };
}

function decideHcl(groups: Groups, view: View) {
  const place = lookDown(view, 4, (line) => /^[│╷]?\s{1,6}(?:on|with) (?<file>[^\s"]{1,300}) line (?<line>\d{1,7})/.exec(line)?.groups ?? null);
  const message = groups['message'] ?? '';
  if (/^(?:Missing required provider|Inconsistent dependency lock|Failed to (?:query available provider|install provider)|Module not installed|Could not load plugin|Provider requirements cannot|Unsupported Terraform Core)/.test(message)) {
    const name = lookDown(view, 8, (line) => /(?:provider|for) "?(?<name>[\w.-]{1,60}\/[\w./-]{1,80})/.exec(line)?.groups?.['name'] ?? null);
    return { groups: { ...groups, ...place, package: name ?? undefined }, failureClass: 'dependency_missing' as const };
  }
  return place === null ? null : { groups: { ...groups, ...place } };
}

// Linters for interface files write their rule's name first or last.
function decideProto(groups: Groups) {
  const message = groups['message'] ?? '';
  if (/^(?:File not found|Import ".{1,100}" was not found)|import ".{1,100}": file does not exist|no such file/i.test(message)) return { groups };
  return { groups, weight: 76 };
}

