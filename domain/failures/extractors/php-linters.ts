import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';

/** PHP_CodeSniffer and PHPStan. */
export const phpLintersRules = rulesOf(null, 'lint_error', [
  {
    name: 'phpcs',
    cue: ['| error', '| warning'],
    weight: 64,
    pattern: /^\s{0,6}(?<line>\d{1,7}) \| (?<severity>ERROR|WARNING)\s{1,4}\| (?:\[.\] )?(?<message>.{1,300})/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        severity: groups['severity']?.toLowerCase(),
        file:
          lookUp(view, 200, (line) => /^FILE: (?<file>\S.{0,300})$/.exec(line)?.groups?.['file'] ?? null) ?? undefined,
      },
    }),
  },
  {
    name: 'phpstan',
    cue: ['line  ', 'line   '],
    weight: 76,
    is: 'compile_error',
    pattern: /^\s{1,4}Line\s{1,8}(?<file>\S{1,300}?)(?: \(in context .{1,200}\))?$/,
    refine: decidePhpstan,
  },
]);

function decidePhpstan(groups: Groups, view: View) {
  const entry = lookDown(
    view,
    3,
    (line) => /^\s{1,6}(?<line>:?\d{1,7})\s{1,8}(?<message>\S.{1,400})/.exec(line)?.groups ?? null,
  );
  if (entry === null) return null;
  return {
    groups: { ...groups, line: entry['line']?.replace(':', ''), message: entry['message'] },
    failureClass: 'lint_error' as const,
    weight: 65,
  };
}
