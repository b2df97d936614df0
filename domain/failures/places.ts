import type { Groups } from './line-rule.ts';

/** A place in a file, as a tool printed it. */
export interface Place {
  file: string;
  line: number | null;
  column: number | null;
}

// Only where a word begins: else every character of a long word would be a start of its own.
const path = String.raw`(?<![^\s:()"'\`<>|,;=[\]{}@])(?<file>(?:[A-Za-z]:[\\/])?[^\s:()"'\`<>|,;=]{1,300}?`;
const namedFiles = String.raw`(?:[A-Z][a-z]{2,20}file|makefile|justfile|SConstruct|SConscript|BUILD|WORKSPACE|\.env|\.gitignore|\.dockerignore|\.editorconfig)[\w.-]{0,30}`;
const extension = String.raw`\.[A-Za-z][A-Za-z0-9_+]{0,11}`;

// Each form ends where its file, line and column end; tried in this order, so the more telling first.
const placeForms: readonly RegExp[] = [
  // "f", line 2(11): and "f", line 19.5:
  new RegExp(String.raw`["'](?<file>[^"'\s]{1,300}${extension})["'],? line (?<line>\d{1,7})[.(](?<column>\d{1,7})[):]`),
  // "f",3 and (f,34|18), of compilers for circuits and controllers
  new RegExp(String.raw`^"(?<file>[^"\s]{1,300}${extension})",(?<line>\d{1,7}) `),
  new RegExp(String.raw`\((?<file>[^\s(),|]{1,300}${extension}),(?<line>\d{1,7})\|(?<column>\d{1,7})\)`),
  // Keys with values
  new RegExp(
    String.raw`\bfile=["']?(?<file>[^\s"']{1,300}${extension})["']? .{0,300}?\bline=["']?(?<line>\d{1,7})["']?(?: col(?:umn)?=["']?(?<column>\d{1,7}))?`,
  ),
  // The line before its file: (l:f)
  new RegExp(String.raw`\((?<line>\d{1,7}):${path}${extension})\)`),
  new RegExp(
    String.raw`^(?:[Ee]rror|ERROR|[Ff]atal|FATAL)(?: [A-Z]{1,3}\d{2,5})? ${path}${extension}) (?<line>\d{1,7}): `,
  ),
  new RegExp(String.raw`\bline (?<line>\d{1,7}), column (?<column>\d{1,7}), file ${path}${extension})(?=[\s:]|$)`),
  // Template engines, before the frame that threw: in "f" at line l
  new RegExp(String.raw`\bin ["'](?<file>[^"'\s]{1,300}${extension})["'] (?:at|on) line (?<line>\d{1,7})`),
  // Python, OCaml, Coq: File "f", line l, characters a-b
  /\b[Ff]ile "(?<file>[^"]{1,300})", lines? (?<line>\d{1,7})(?:-\d{1,7})?(?:, (?:characters|column) (?<column>\d{1,7}))?/,
  // Rust, Biome, Ruff, Vue, Oxlint: --> f:l:c
  /(?:-->|--\[|╭─\[|┌─|╭▸|,-\[|——▶|──▶|==>) ?(?<file>(?:[A-Za-z]:)?[^:[\]]{1,300}?):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?/,
  // A drive and folders with spaces
  new RegExp(String.raw`^(?<file>[A-Za-z]:\\[^:*?"<>|(]{1,300}${extension}):(?<line>\d{1,7}):(?<column>\d{1,7}): `),
  // file:///f:l:c and f:l:c
  new RegExp(
    String.raw`(?:file://)?${path}(?:${extension}|/${namedFiles})):(?<line>\d{1,7})(?:[:.,](?<column>\d{1,7}))?(?![\w/])`,
  ),
  new RegExp(
    String.raw`(?<![^\s:()"'\`<>|,;=[\]{}@])(?<file>${namedFiles}):(?<line>\d{1,7})(?:[:.](?<column>\d{1,7}))?(?![\w/])`,
  ),
  // MSBuild, TypeScript, D, Nim, Pascal: f(l,c) and f(l)
  new RegExp(String.raw`${path}${extension})\((?<line>\d{1,7})(?:[,:] ?(?<column>\d{1,7}))?(?:[-,]\d{1,7}){0,3}\)`),
  // .NET: f:line l; others f:Ll, f L3:C5
  new RegExp(String.raw`${path}${extension})(?::(?:line |L)|,? L)(?<line>\d{1,7})(?::?C(?<column>\d{1,7}))?(?![\w/])`),
  // Nunjucks: (f) [Line l, Column c]
  new RegExp(String.raw`${path}${extension})\)? \[[Ll]ine (?<line>\d{1,7})(?:, [Cc]olumn (?<column>\d{1,7}))?\]`),
  // SAX: file:f; lineNumber: l; columnNumber: c
  new RegExp(
    String.raw`${path}${extension})["']?; lineNumber: (?<line>\d{1,7})(?:; columnNumber: (?<column>\d{1,7}))?`,
  ),
  // Erlang: {file,"f"},{line,l}
  /\{file,\s?"(?<file>[^"\s]{1,300})"\},\s?\{line,\s?(?<line>\d{1,7})\}/,
  // f: (l,c); f:[l:c]; f - l:c; f#l; [string "f"]:l
  new RegExp(String.raw`${path}${extension}):? ?[([](?<line>\d{1,7})[:,] ?(?<column>\d{1,7})[)\]]`),
  new RegExp(String.raw`^\s{0,8}${path}${extension}) - (?<line>\d{1,7}):(?<column>\d{1,7})(?![\w/])`),
  new RegExp(String.raw`${path}${extension})(?:#|"\]:|::)(?<line>\d{1,7})(?:::?(?<column>\d{1,7}))?(?![\w/])`),
  // f:name:l: words; manual pages; words line: l f
  new RegExp(String.raw`^${path}${extension}):[A-Za-z_]\w{0,80}:(?<line>\d{1,7}):`),
  /(?:^|[\s:])(?<file>(?:[\w.-]{1,80}\/){0,12}[A-Za-z][\w-]{0,80}\.[1-9]):(?<line>\d{1,7}):(?<column>\d{1,7}): /,
  new RegExp(String.raw`\bline:? (?<line>\d{1,7}),? ${path}${extension})(?=\s|$)`),
  // Vim's lists: f|l col c|
  new RegExp(String.raw`^${path}${extension})\|(?<line>\d{1,7})(?: col (?<column>\d{1,7}))?[ |]`),
  // Groovy, mawk: f: l: words; f: line l: words; f: l:c: words; f: l.c: words; f l.c-l.c
  new RegExp(String.raw`${path}${extension}): (?:line )?(?<line>\d{1,7})(?:[.:](?<column>\d{1,7}))?: `),
  new RegExp(String.raw`${path}${extension}) (?<line>\d{1,7})\.(?<column>\d{1,7})-\d{1,7}\.`),
  // Maven: f:[l,c]
  new RegExp(String.raw`${path}${extension}):\[(?<line>\d{1,7}),(?<column>\d{1,7})\]`),
  // Terraform, PHP, Perl, Ansible: f line l, f on line l, at f line l
  new RegExp(
    String.raw`(?:\b(?:in|at|on|file) )?["'\`]?${path}${extension})["'\`]?(?:,? |, ?|: )(?:on |at |in )?(?:lines?|ln|row)(?:[:=] ?| )(?<line>\d{1,7})(?:,? ?(?:and )?(?:at )?(?:col(?:umn)?|char(?:acter)?|pos(?:ition)?|offset)(?:[:=] ?| )(?<column>\d{1,7}))?`,
    'i',
  ),
  // pip, Apache, Prolog: line l of f
  new RegExp(
    String.raw`\bline (?<line>\d{1,7})(?:,? col(?:umn)? (?<column>\d{1,7}))? (?:of|in|at) (?:the )?(?:file:? )?["'\`]?${path}${extension})(?=["'\`)\s:,;]|\.?$)`,
    'i',
  ),
  // Cucumber: "f" (l:c); "f", l:c
  new RegExp(String.raw`["'\`](?<file>[^"'\`\s]{1,300}${extension})["'\`],? \(?(?<line>\d{1,7}):(?<column>\d{1,7})\)?`),
  // Validators of HTML: "file:f":l.c-l.c
  new RegExp(String.raw`"(?:file:)?(?<file>[^"\s]{1,300}${extension})":(?<line>\d{1,7})(?:[.:](?<column>\d{1,7}))?`),
  // svelte-check: "f" l:c
  new RegExp(String.raw`"(?<file>[^"\s]{1,300}${extension})" (?<line>\d{1,7}):(?<column>\d{1,7})`),
  // Rollup: f (l:c)
  new RegExp(String.raw`${path}${extension}) \((?<line>\d{1,7}):(?<column>\d{1,7})\)`),
  // Babel, Prettier: f: words (l:c); Sass, webpack: f l:c
  new RegExp(String.raw`${path}${extension}): [^()]{1,300}\((?<line>\d{1,7}):(?<column>\d{1,7})\)`),
  new RegExp(
    String.raw`(?:^|[\s(])${path}${extension}) (?<line>\d{1,7}):(?<column>\d{1,7})(?:-\d{1,7}(?::\d{1,7})?)?(?=[\s)]|$)`,
  ),
  // 12:3 of "f", f [l, c], f @ l, f#Ll
  new RegExp(
    String.raw`${path}${extension}) ?(?:@ ?|#L|\[line |\[(?=[1-9]\d{0,6}[:,\]](?!\.))|\+(?=\d{1,7}(?: |$)))(?<line>\d{1,7})(?:[:,] ?(?<column>\d{1,7}))?`,
  ),
  // [l:c] f; (l:c) in f
  new RegExp(String.raw`(?:^\s{0,8}\[(?<line>\d{1,7}):(?<column>\d{1,7})\]) ${path}${extension})(?=[\s:,]|$)`),
  new RegExp(
    String.raw`\((?<line>\d{1,7}):(?<column>\d{1,7})\) (?:in|at|of) ["'\`]?${path}${extension})(?=["'\`\s:,]|$)`,
  ),
  // A row of a table: | f | l | c |
  new RegExp(
    String.raw`[|│┃] {1,40}${path}${extension}) {1,80}[|│┃] {1,20}(?<line>\d{1,7})(?: {1,20}[|│┃:] {1,20}(?<column>\d{1,7}))? {1,20}[|│┃]`,
  ),
  // words@l-l@f
  new RegExp(String.raw`@(?<line>\d{1,7})-\d{1,7}@(?<file>[^\s:()]{1,300}${extension})$`),
  // f: words, line l
  new RegExp(
    String.raw`${path}${extension})(?=[\s'"\`:,)])(?!::)[^<>|]{1,80}?\bline (?<line>\d{1,7})(?:,? col(?:umn)? (?<column>\d{1,7}))?(?!\w)`,
  ),
];

const hasPlace = /\d/;

/** The first place that a line names, in any of the forms that tools share; null when it names none with a line number. */
export function readPlace(line: string): Place | null {
  if (!hasPlace.test(line)) return null;
  const text = line.length > 700 ? line.slice(0, 700) : line;
  for (const form of placeForms) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined && isFileName(groups['file'] ?? '')) return placeOf(groups);
  }
  return null;
}

/** The place that a rule's groups name. */
export function placeOf(groups: Groups): Place {
  return {
    file: cleanPath(groups['file'] ?? ''),
    line: toNumber(groups['line']),
    column: toNumber(groups['column']),
  };
}

/** Decimal digits to a number; null for anything else. */
export function toNumber(text: string | undefined): number | null {
  return text === undefined || !/^\d{1,9}$/.test(text) ? null : Number(text);
}

/** A path without what is not part of it. */
export function cleanPath(path: string): string {
  return path
    .trim()
    .replace(/^file:\/\//, '')
    .replace(/^(?:\w{1,40}\.){0,6}\w{0,40}(?:Error|Exception)@/, '')
    .replace(/^(?:webpack:)?\/\/(?:\/|[\w@.-]{1,80}\/)(?:\.\/)?/, '')
    .replace(/^["'`(]+|["'`)]+$/g, '')
    .replace(/^\[(?=[^\]]{0,300}$)/, '')
    .replace(/\?[\w=&.-]{0,80}$/, '')
    .replace(/,$/, '');
}

// Versions, hosts and times look like files with a number behind them.
const noFile =
  /^(?:v?\d+(?:\.\d+)*|https?|localhost|(?:\d{1,3}\.){3}\d{1,3}|[\w-]+\.(?:com|org|net|io|dev|local|example|test|internal)|(?:self|this)\.\w+|.*:\/\/.*)$/i;
/** A class with its method. */
const method = /\.[a-z]{1,20}[A-Z]\w{0,60}$/;

function isFileName(file: string): boolean {
  return file !== '' && !noFile.test(file) && !method.test(file);
}

const foreign =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.cargo|\.rustup|rustc|\.m2|\.gradle|vendor\/(?:bundle|autoload|phpunit|composer)|gems|\.pub-cache|\.julia|\.nuget|\.opam|\.cabal|\.stack|deps\/\w+\/lib|deps\/(?:uv|v8|openssl)|go\/pkg\/mod|GOROOT|jdk|java\.base|pnpm-store|\.yarn|\.pnp|\.?venv)(?:\/|$)|^(?:node:|internal\/(?:modules|process|main|timers|util|bootstrap|streams|event_target|per_context)\/|<|\/usr\/|\/opt\/|\/lib|\/nix\/|\/root\/\.|\/(?:home|Users)\/[^/]{1,80}\/\.|~\/\.|\/rustc\/|native|async|eunit_\w{1,20}\.erl$|src\/(?:alcotest|lib\/ounit)|\.{0,2}\/?(?:misc\/\.\.\/)?(?:sysdeps|nptl|csu)\/|ext:|dart:|package:(?:test|flutter_test|stack_trace)|evalmachine|\[)|\/lib\/python[\d.]{1,6}\/|\/(?:ruby|site_perl|perl5?|php|lua|erlang|elixir|julia)\/[\d.]{1,8}\/|\/(?:libstd|library\/(?:core|std|alloc|test))\/|go\d?[\d.]{0,8}\/src\/(?:testing|runtime|reflect|net|sync)\/|\/src\/(?:testing|runtime)\/(?:testing|panic|proc|asm_\w{1,10}|signal_\w{1,10}|debug\/stack)\.(?:go|s)$|^(?:src\/)?(?:testing|panic|proc)\.go$|^__main__\.py$|\.log$/;

/** Whether a path is one of the project's own files, and not of a package, a runtime or a system. */
export function isProjectFile(file: string): boolean {
  return isFileName(file) && !foreign.test(file.replaceAll('\\', '/'));
}
