import { type Groups, lookDown, rulesOf } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';

/** Pyright, Flow, Sorbet, svelte-check: type errors are no lint findings, whichever step runs them. */
export const typeCheckersRules = rulesOf(null, 'lint_error', [
  {
    name: 'pyright',
    is: 'compile_error',
    cue: [' - error:', ' - warning:'],
    weight: 80,
    pattern:
      /^\s{0,6}(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) - (?<severity>error|warning): (?<message>.{1,600}?)(?: \((?<code>report\w{2,60})\))?$/,
    refine: decidePyright,
  },
  {
    name: 'flow',
    is: 'compile_error',
    cue: ['error ┈', 'error -', 'error ─'],
    weight: 80,
    pattern: /^Error [┈─-]{2,300} (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        ...lookDown(
          view,
          6,
          (line) => /^(?<message>\S.{5,400}) \[(?<code>[a-z][a-z-]{2,60})\]$/.exec(line)?.groups ?? null,
        ),
      },
    }),
  },
  {
    name: 'svelte-check',
    is: 'compile_error',
    cue: ['error: ', 'warn: '],
    weight: 80,
    pattern: /^(?<level>Error|Warn): (?<message>.{1,500}?)(?: \((?<code>ts|css|svelte|js)\))?$/,
    refine: (groups, view) => {
      const above = /^(?<file>[^\s:]{1,300}\.\w{1,8}):(?<line>\d{1,7}):(?<column>\d{1,7})$/.exec(
        view.lines[view.at - 1] ?? '',
      )?.groups;
      return above === undefined
        ? null
        : {
            groups: {
              ...groups,
              ...above,
              code: undefined,
              severity: groups['level'] === 'Warn' ? 'warning' : 'error',
            },
            weight: groups['level'] === 'Warn' ? 40 : 80,
          };
    },
  },
  {
    name: 'sorbet',
    is: 'compile_error',
    cue: ['https://srb.help/'],
    weight: 80,
    pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}): (?<message>.{1,400}) https:\/\/srb\.help\/(?<code>\d{4})$/,
  },
  {
    name: 'svelte-machine',
    is: 'compile_error',
    cue: [' error "', ' warning "'],
    weight: 80,
    pattern:
      /^\d{10,16} (?<severity>ERROR|WARNING) "(?<file>[^"]{1,300})" (?<line>\d{1,7}):(?<column>\d{1,7}) "(?<message>.{1,400})"$/,
  },
]);

function decidePyright(groups: Groups) {
  const isWarning = groups['severity'] === 'warning';
  const missing =
    /^(?:Import|Stub file not found for|Cannot find (?:implementation|module)) "(?<name>[\w.]{1,120})"/.exec(
      groups['message'] ?? '',
    )?.groups?.['name'];
  if (missing === undefined || originOf(missing, groups['file'] ?? null) === 'local' || missing.startsWith('.'))
    return { groups, weight: isWarning ? 40 : 80 };
  return {
    groups: { ...groups, package: missing.split('.')[0] },
    failureClass: 'dependency_missing' as const,
    weight: isWarning ? 41 : 89,
  };
}
