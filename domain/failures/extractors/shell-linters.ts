import { lookDown, rulesOf } from '../line-rule.ts';

/** ShellCheck and Hadolint. */
export const shellLintersRules = rulesOf('shellcheck', 'lint_error', [
  {
    name: 'shellcheck',
    cue: 'in ',
    weight: 64,
    pattern: /^In (?<file>\S{1,300}) line (?<line>\d{1,7}):$/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        ...lookDown(
          view,
          6,
          (line) =>
            /(?:\^-*\^?|\^--) ?(?<code>SC\d{4}) \((?<severity>\w{1,10})\): (?<message>.{1,300})/.exec(line)?.groups ??
            null,
        ),
      },
    }),
  },
  {
    name: 'hadolint',
    cue: ['dl3', 'dl4', 'sc2', 'sc1', 'dl1'],
    weight: 66,
    pattern:
      /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))? (?<code>(?:DL|SC)\d{4}) (?:(?<severity>error|warning|info|style): )?(?<message>.{1,400})/,
    refine: (groups) => ({ groups: { ...groups, severity: undefined } }),
  },
]);
