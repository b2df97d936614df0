import { type Groups, rulesOf, type Reading } from '../line-rule.ts';
import { isProjectFile } from '../places.ts';
import { gnu } from './entry-groups.ts';

/** Forms of one line that many linters share: a place, words, and the name of a rule before or behind them. */
export const linterFormsRules = rulesOf(null, 'lint_error', [
  {
    name: 'named-rule',
    cue: [':'],
    weight: 62,
    pattern: new RegExp(
      String.raw`${gnu}:? (?:(?<severity>error|warning|note|info|style|performance|portability|Error|Warning|refactor|convention)[: ] ?)?(?<code>(?!error|warning|TS|CS|SyntaxError|E0)[A-Z]{1,8}-?\d{2,6}(?:\/[\w/-]{1,80})?|MD\d{3}(?:\/[\w/-]{1,80})?):? (?<message>.{1,600})$`,
    ),
    refine: decideNamed,
  },
  {
    name: 'rule-before',
    cue: [' [', ' ['],
    weight: 61,
    pattern: new RegExp(String.raw`${gnu}:? -?\s?\[(?<code>[A-Za-z][\w./@:+-]{2,80})\]:? (?<message>.{1,600})$`),
    refine: (groups) => (/^(?:error|warning|info)$/i.test(groups['code'] ?? '') ? null : { groups }),
  },
  {
    name: 'rule-behind',
    cue: [')', ']'],
    weight: 61,
    pattern: new RegExp(
      String.raw`${gnu}(?::|\s)\s?(?:(?<severity>error|warning|note|info|style|performance|portability|notice|refactor|convention|ERROR|WARNING|\[error\]|\[warning\]): ?)?(?<message>.{1,900}?)\s{1,4}[[(](?<code>(?!-W|-f)[@a-zA-Z][\w./@:+-]{2,100})[\])](?: \((?:warning|error)\))?$`,
    ),
    refine: decideBehind,
  },
  {
    name: 'bare-place',
    cue: [':'],
    weight: 45,
    pattern: new RegExp(
      String.raw`^\s{0,4}(?:\.\/)?(?<file>[^\s:()]{1,300}\.[A-Za-z]\w{0,11}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?(?::| -)?\s(?<message>[A-Za-z"'\x60(].{5,600})$`,
    ),
    refine: (groups) => (isProjectFile(groups['file'] ?? '') ? { groups } : null),
  },
]);

function decideNamed(groups: Groups) {
  const severity = groups['severity']?.toLowerCase();
  const isMild = severity === 'warning' || severity === 'info' || severity === 'note';
  const code = markdown.exec(groups['code'] ?? '')?.groups?.['short'] ?? groups['code'];
  return {
    groups: { ...groups, code, severity: severity === 'warning' ? 'warning' : undefined },
    weight: isMild ? 55 : 63,
  };
}

const markdown = /^(?<short>MD\d{3})\//;

/** What Python's type checkers call their reports: they write as linters do. */
const checkerCode = /^(?:[a-z]+-[a-z-]+|misc|report\w+|syntax|assignment|operator|index|override)$/;
const mildWeights: Readonly<Record<string, number>> = { warning: 57, info: 53, note: 53, style: 53 };

function decideBehind(groups: Groups): Reading {
  const { code, severity } = withLevel(groups);
  const known = { ...groups, code, severity: severity === 'warning' ? 'warning' : 'error' };
  // A single word in brackets may be anything; it decides only where nothing else is said.
  const isWord = severity === '' && !/[-/.:A-Z\d]/.test(code);
  if (isWord) return { groups: known, weight: groups['column'] === undefined ? 38 : 60 };
  const isChecker = severity === 'error' && /\.pyi?$/.test(groups['file'] ?? '') && checkerCode.test(code);
  return isChecker
    ? { groups: known, failureClass: 'compile_error', weight: 80 }
    : { groups: known, weight: mildWeights[severity] ?? 62 };
}

// `Error/no-undef`: the severity stands before the rule.
function withLevel(groups: Groups): { code: string; severity: string } {
  const whole = groups['code'] ?? '';
  const [, level, code = whole] = /^(error|warning)\/(.{2,100})$/i.exec(whole) ?? [];
  const severity = (level ?? groups['severity'] ?? '').toLowerCase().replaceAll(/[[\]]/g, '');
  return { code, severity };
}
