import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Biome, Oxlint and others that draw boxes around the source. */
export const biomeRules = [
  ...rulesOf('biome', 'lint_error', [
    {
      name: 'biome',
      cue: ['━━━'],
      weight: 66,
      pattern:
        /^(?<file>[^\s:][^:]{0,300}?)(?::(?<line>\d{1,7}):(?<column>\d{1,7}))? (?<code>(?:lint|assist|suppressions|suspicious|nursery)\/[\w/]{1,100}|format|parse|syntax|organizeImports|plugin|internalError\/\w{1,40}|check|configuration|deserialize|files\/\w{1,40}|invalidNodeVersion|flags\/\w{1,40})(?:\s.{0,120})?━{3}/,
      refine: decideBiome,
    },
    {
      name: 'biome-other',
      cue: ['━━━'],
      weight: 60,
      pattern: /^(?<message>format|check|lint|ci|organizeImports) ━{3}/,
    },
  ]),
  ...rulesOf(null, 'lint_error', [
    {
      name: 'boxed',
      cue: ['× ', '✖ ', 'x ', '⚠ ', '! '],
      weight: 64,
      pattern:
        /^\s{0,4}(?<mark>[×✖x⚠!]) (?:(?<code>[@\w/-]{2,60}\([\w/@-]{2,80}\)|[a-z]+-[\w-]{2,60}): )?(?<message>.{1,500})$/,
      refine: (groups, view) => {
        const place = lookDown(view, 3, (line) => (/(?:╭─+|,-+)\[/.test(line) ? readPlace(line) : null));
        const isWarning = groups['mark'] === '⚠' || groups['mark'] === '!';
        const known = withPlace({ ...groups, severity: isWarning ? 'warning' : 'error' }, place);
        if (place === null) return null;
        return groups['code'] === undefined
          ? { groups: known, failureClass: 'compile_error', weight: isWarning ? 38 : 64 }
          : { groups: known, weight: isWarning ? 42 : 66 };
      },
    },
  ]),
];

function decideBiome(groups: Groups, view: View) {
  const words = lookDown(
    view,
    3,
    (line) => /^\s{1,6}(?<mark>[×✖!⚠ℹi]) (?<message>.{1,600})$/.exec(line)?.groups ?? null,
  );
  const isWarning = words?.['mark'] === '!' || words?.['mark'] === '⚠';
  const isInfo = words?.['mark'] === 'ℹ' || words?.['mark'] === 'i';
  return {
    groups: { ...groups, message: words?.['message'], ...(isWarning || isInfo ? { severity: 'warning' } : {}) },
    weight: isWarning ? 42 : isInfo ? 30 : 66,
  };
}
