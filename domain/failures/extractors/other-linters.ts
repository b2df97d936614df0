import { lookDown, lookUp, rulesOf } from '../line-rule.ts';

/** Checkstyle, Semgrep, SQLFluff, Credo, HLint, Perl::Critic, HTMLHint. */
export const otherLintersRules = rulesOf(null, 'lint_error', [
  {
    name: 'semgrep',
    cue: ['❯❱', '❯❯'],
    weight: 63,
    pattern: /^\s{1,8}❯{1,3}❱ (?<code>[\w.-]{3,200})/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        file:
          lookUp(
            view,
            12,
            (line) => /^\s{2,6}(?<file>[^\s]{1,300}\.\w{1,8})\s?$/.exec(line)?.groups?.['file'] ?? null,
          ) ?? undefined,
        line:
          lookDown(view, 14, (line) => /^\s{1,20}(?<line>\d{1,7})┆/.exec(line)?.groups?.['line'] ?? null) ?? undefined,
      },
    }),
  },
  {
    name: 'perlcritic',
    cue: '(severity:',
    weight: 65,
    pattern:
      /^(?:(?<file>[^\s:]{1,300}): )?(?:\[(?<code>\w{1,80}::\w{1,80})\] )?(?<message>\S.{1,300}?) at line (?<line>\d{1,7}), column (?<column>\d{1,7})\..{0,200}\(Severity: \d\)/,
  },
  {
    name: 'caret-listing',
    cue: ['|'],
    weight: 62,
    pattern: /^\s{2,12}L(?<line>\d{1,7})\s?\|/,
    refine: (groups, view) => {
      const words = lookDown(
        view,
        2,
        (line) => /\^ (?<message>.{2,300}?)(?: \((?<code>[\w-]{2,60})\))?$/.exec(line)?.groups ?? null,
      );
      const file = lookUp(view, 60, (line) => (/^\s{0,6}\S{1,300}\.\w{1,8}$/.test(line) ? line.trim() : null));
      return words === null || file === null ? null : { groups: { ...groups, ...words, file } };
    },
  },
  {
    name: 'checkstyle',
    cue: ['[error] ', '[warn] '],
    weight: 67,
    pattern:
      /^\[(?<severity>ERROR|WARN|WARNING)\] (?<file>[^\s:[]{1,300}):(?:\[(?<line>\d{1,7})(?:,(?<column>\d{1,7}))?\]|(?<line2>\d{1,7})(?::(?<column2>\d{1,7}))?:?) (?:\((?<group>\w{1,30})\) (?<code>\w{1,80}): (?<message>.{1,400})|(?<message2>.{1,400}) \[(?<code2>\w{1,80})\])$/,
    refine: (groups) => ({
      groups: {
        ...groups,
        severity: /^WARN/.test(groups['severity'] ?? '') ? 'warning' : 'error',
        line: groups['line'] ?? groups['line2'],
        column: groups['column'] ?? groups['column2'],
        message: groups['message'] ?? groups['message2'],
        code: groups['code'] ?? groups['code2'],
      },
      weight: /^WARN/.test(groups['severity'] ?? '') ? 63 : 67,
    }),
  },
  {
    name: 'sqlfluff',
    cue: ['l: '],
    weight: 64,
    pattern:
      /^L:\s{1,6}(?<line>\d{1,7}) \| P:\s{1,6}(?<column>\d{1,7}) \| {1,3}(?<code>\w{2,8}) \| (?<message>.{1,300})/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        file:
          lookUp(view, 200, (line) => /^== \[(?<file>.{1,300})\] FAIL/.exec(line)?.groups?.['file'] ?? null) ??
          undefined,
      },
    }),
  },
  {
    name: 'credo',
    cue: ['┃', '↑', '↗', '→'],
    weight: 63,
    pattern: /^\s{0,4}(?:┃\s{1,12})?(?<file>[\w./-]{1,300}\.exs?):(?<line>\d{1,7})(?::(?<column>\d{1,7}))? #\(/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        message:
          lookUp(view, 1, (line) => /\] [↑↗→↘↓] (?<words>.{1,300})/.exec(line)?.groups?.['words'] ?? null) ?? undefined,
      },
    }),
  },
  {
    name: 'hlint',
    cue: ['hint:', ': suggestion:', ': warning:'],
    weight: 63,
    pattern:
      /^(?<file>[^\s:]{1,300}\.hs):(?:\((?<line2>\d{1,7}),(?<column2>\d{1,7})\)-\(\d{1,7},\d{1,7}\)|(?<line>\d{1,7}):(?<column>\d{1,7})(?:-\d{1,7})?): (?:Suggestion|Warning|Error): (?<message>.{1,200})/,
    refine: (groups) => ({
      groups: {
        ...groups,
        code: undefined,
        line: groups['line'] ?? groups['line2'],
        column: groups['column'] ?? groups['column2'],
      },
    }),
  },
]);
