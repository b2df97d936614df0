import { type Groups, type View, lookDown, rulesOf, lookUp } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Terraform, LaTeX, Protocol Buffers, and what draws a place below its words. */
export const otherCompilersRules = rulesOf(null, 'compile_error', [
  {
    name: 'dockerfile',
    cue: 'parse error on line',
    weight: 84,
    pattern: /[Dd]ockerfile parse error (?:on )?line (?<line>\d{1,7}): (?<message>.{1,300})/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        file:
          lookUp(
            view,
            30,
            (line) =>
              /^(?<file>\S{0,200}(?:Dockerfile|Containerfile)\S{0,60}):\d{1,7}$/.exec(line)?.groups?.['file'] ?? null,
          ) ?? 'Dockerfile',
      },
    }),
  },
  {
    // A build's log made shorter for people: the mark stands for the word.
    name: 'marked-place',
    cue: ['❌'],
    weight: 74,
    pattern:
      /^❌ {1,3}(?<file>[^\s:]{1,300}\.[A-Za-z]{1,8}):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>\S.{1,300})/,
  },
  {
    // Tools of circuits number their messages by part, and put the place behind the words
    name: 'numbered-message',
    cue: ['error: ['],
    weight: 92,
    pattern:
      /^ERROR: \[(?<code>[A-Z]\w{1,20} \d{1,3}-\d{1,6})\] (?<message>\S.{2,400}?) \[(?<file>[^\]:]{1,300}\.\w{1,8}):(?<line>\d{1,7})\]$/,
  },
  {
    // A heading without words: they stand behind the marks below the source.
    name: 'bare-heading',
    cue: ['error'],
    weight: 79,
    pattern: /^error$/,
    refine: (groups, view) => {
      const below = view.lines[view.at + 1] ?? '';
      const place = /^\s{1,4}--> \S/.test(below) ? readPlace(below) : null;
      const message = lookDown(
        view,
        14,
        (line) => /\^{1,200} (?<words>\S.{2,200})$/.exec(line)?.groups?.['words'] ?? null,
      );
      return place === null ? null : { groups: withPlace({ ...groups, message: message ?? undefined }, place) };
    },
  },
  {
    // Dependently typed languages
    name: 'comma-place',
    cue: ['.agda:', '.lagda'],
    weight: 76,
    pattern: /^(?<file>[^\s:]{1,300}\.l?agda(?:\.\w{2,4})?):(?<line>\d{1,7})[,.](?<column>\d{1,7})-\d/,
    refine: (groups, { lines, at }) => ({ groups: { ...groups, message: (lines[at + 1] ?? '').trim() } }),
  },
  {
    name: 'server-directive',
    cue: ['[emerg]'],
    weight: 80,
    pattern:
      /\[emerg\] (?:\d{1,9}#\d{1,9}: )?(?<message>(?:unknown|invalid|unexpected|duplicate|directive|".{1,60}" directive).{2,300}?) in (?<file>[^\s:]{1,300}):(?<line>\d{1,7})$/,
  },
  {
    // Compilers of circuits
    name: 'star-error',
    cue: ['*e,', '*f,'],
    weight: 76,
    pattern: /^\w{2,20}: \*[EF],(?<code>\w{3,20}) (?<message>.{3,400})$/,
    refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'sass-ruby',
    cue: ['  on line '],
    weight: 76,
    pattern: /^\s{2,10}on line (?<line>\d{1,7})(?:, column (?<column>\d{1,7}))? of (?<file>\S{1,300}\.\w{2,5})$/,
    refine: (groups, view) => {
      const message = /^(?:\S{1,20} )?(?:[Ee]rror|Syntax error): (?<message>.{1,300})/.exec(
        view.lines[view.at - 1] ?? '',
      )?.groups;
      return message === undefined ? null : { groups: { ...groups, ...message } };
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
      const file = /File `(?<name>[\w./-]{1,100})\.(?:sty|cls)' not found/.exec(groups['message'] ?? '')?.groups?.[
        'name'
      ];
      const line = lookDown(view, 12, (text) => /^l\.(?<line>\d{1,7})/.exec(text)?.groups?.['line'] ?? null);
      const known = { ...groups, line: line ?? undefined };
      return file === undefined
        ? { groups: known }
        : { groups: { ...known, package: file }, failureClass: 'dependency_missing' };
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
    pattern:
      /^(?:\s{0,4}|.{0,30}\b)(?:[Ss]yntax |[Pp]arse |[Tt]ype )?[Ee]rror(?:\[\w{1,20}\])?(?: in| at)?:? (?<message>.{1,400})$/,
    refine: (groups, view) => {
      const place = lookDown(view, 3, (line) =>
        /^\s{0,12}(?:-->|╭─\[|┌─|╭▸|,-\[|in |└─|--\[|at \S{1,300}:\d{1,7}:\d{1,7}$)\s?\S/.test(line)
          ? readPlace(line)
          : null,
      );
      return place === null || place.line === null ? null : { groups: withPlace(groups, place) };
    },
  },
]);

function decideHcl(groups: Groups, view: View) {
  const place = lookDown(
    view,
    4,
    (line) => /^[│╷]?\s{1,6}(?:on|with) (?<file>[^\s"]{1,300}) line (?<line>\d{1,7})/.exec(line)?.groups ?? null,
  );
  const message = groups['message'] ?? '';
  if (
    /^(?:Missing required provider|Inconsistent dependency lock|Failed to (?:query available provider|install provider)|Module not installed|Could not load plugin|Provider requirements cannot|Unsupported Terraform Core)/.test(
      message,
    )
  ) {
    const name = lookDown(
      view,
      8,
      (line) => /(?:provider|for) "?(?<name>[\w.-]{1,60}\/[\w./-]{1,80})/.exec(line)?.groups?.['name'] ?? null,
    );
    return { groups: { ...groups, ...place, package: name ?? undefined }, failureClass: 'dependency_missing' as const };
  }
  return place === null ? null : { groups: { ...groups, ...place } };
}

// Linters for interface files write their rule's name first or last.
function decideProto(groups: Groups) {
  const message = groups['message'] ?? '';
  if (
    /^(?:File not found|Import ".{1,100}" was not found)|import ".{1,100}": file does not exist|no such file/i.test(
      message,
    )
  )
    return { groups };
  return { groups, weight: 76 };
}
