import { lookDown, rulesOf } from '../line-rule.ts';

/** ShellCheck and Hadolint. */
export const shellLintersRules = rulesOf('shellcheck', 'lint_error', [
  {
    name: 'shellcheck',
    cue: 'in ',
    weight: 64,
    pattern: /^In (?<file>\S{1,300}) line (?<line>\d{1,7}):$/,
    // Other programs say so of a line of their own.
    refine: (groups, view) => {
      const told = lookDown(view, 6, (line) => toldBelow.exec(line)?.groups ?? null);
      return told === null ? null : { groups: { ...groups, ...told } };
    },
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

const toldBelow = /(?:\^-*\^?|\^--) ?(?<code>SC\d{4})(?: \((?<severity>\w{1,10})\))?: (?<message>.{1,300})/;
