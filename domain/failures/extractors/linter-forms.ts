import { type Groups, lookDown, rulesOf, type Reading, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { fileFromHeading, withPlace } from '../refine.ts';
import { gnu } from './entry-groups.ts';

/** Forms of one line that many linters share: a place, words, and the name of a rule before or behind them. */
export const linterFormsRules = rulesOf(null, 'lint_error', [
  {
    name: 'named-rule',
    cue: [':'],
    weight: 62,
    pattern: new RegExp(
      String.raw`${gnu}(?:[:-]\d{1,7}){0,2}:? {0,4}(?:(?<severity>error|warning|note|info|style|performance|portability|Error|Warning|refactor|convention)[: ] ?)?(?<code>(?!error|warning|TS|CS|SyntaxError|E0)[A-Z]{1,8}-?\d{2,6}(?:\/[\w/-]{1,80})?|MD\d{3}(?:\/[\w/-]{1,80})?)(?::|(?= )) ?(?<message>.{1,600})$`,
    ),
    refine: decideNamed,
  },
  {
    // A script without an extension
    name: 'named-rule',
    cue: [': '],
    weight: 62,
    pattern:
      /^(?<file>[a-z][\w/-]{0,200}):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<code>[A-Z]{1,4}\d{3,4}) (?<message>[A-Z]\S.{1,400})$/,
  },
  {
    name: 'named-rule',
    cue: [' rules: '],
    weight: 62,
    pattern: /^(?<file>\S{1,300}) (?<message>failed for \S{1,100} rules: (?<code>[a-z]{3,40}))/,
  },
  {
    name: 'named-rule',
    cue: ['fatal ', 'error '],
    weight: 62,
    pattern: /^(?:FATAL|ERROR) {1,8}- (?<code>[A-Z]{2,8}(?:-[A-Z]{2,8}){0,2}-\d{2,6}): (?<message>\S.{1,400})$/,
  },
  {
    name: 'named-rule',
    cue: [': md0'],
    weight: 62,
    pattern: /^(?<file>\S{1,300}\.\w{2,8}): (?<line>\d{1,7}): (?<code>MD\d{3})(?:\/[\w-]{1,60})? (?<message>.{1,600})$/,
  },
  {
    name: 'named-rule',
    cue: [': '],
    weight: 62,
    pattern:
      /^(?<code>(?!E0|TS|CS)[A-Z]{2,6}\d{3,5}): (?<message>\S.{1,400}): (?<file>(?:\.\/)?[\w./-]{1,300}\.\w{1,8}):(?<line>\d{1,7})$/,
  },
  {
    name: 'code-row',
    cue: [': ', '  ', ' error', ' warn'],
    weight: 57,
    pattern:
      /^\s{0,8}(?<line>\d{1,6})(?::(?<column>\d{1,6}))?:?\s{1,8}(?:(?<severity>error|warning|Error|Warning)[: ]\s{0,6})?(?<code>[A-Z]{1,6}-?\d{1,5})\b:? (?<message>\S.{1,600})$/,
    refine: (groups, view) => {
      const placed = fileFromHeading(groups, view);
      return placed ?? { groups: { ...groups, line: undefined, column: undefined } };
    },
  },
  {
    name: 'code-row',
    cue: [':'],
    weight: 57,
    pattern: /^\s{0,8}(?<code>[A-Z]{1,6}-?\d{1,5}):? (?<line>\d{1,6}):(?<column>\d{1,6}):? (?<message>\S.{1,600})$/,
    refine: fileFromHeading,
  },
  {
    name: 'code-row',
    cue: [' warning ', ' error '],
    weight: 60,
    pattern:
      /^\s{0,8}(?<line>\d{1,6}):(?<column>\d{1,6}) {2,20}(?<code>[a-z][\w/-]{2,60}) {2,40}(?<severity>error|warning) {2,40}(?<message>\S.{1,400})$/,
    refine: fileFromHeading,
  },
  {
    name: 'code-row',
    cue: ['   '],
    weight: 57,
    pattern:
      /^\s{1,8}(?<line>\d{1,6}) {2,8}(?<message>[A-Z].{3,400}?) {2,80}(?<code>[a-z]{2,30}(?:-[a-z\d]{1,30}){0,6})$/,
    refine: (groups, view) => {
      const placed = fileFromHeading(groups, view);
      return placed === null || !/\.\w{1,10}$/.test(placed.groups['file'] ?? '') ? null : placed;
    },
  },
  {
    name: 'line-entry',
    cue: ['line '],
    weight: 56,
    pattern: /^\s{1,8}[Ll]ine (?<line>\d{1,7})(?:, ?col(?:umn)? (?<column>\d{1,7}))?(?::| -) (?<message>\S.{2,400})$/,
    refine: fileFromHeading,
  },
  {
    name: 'line-entry',
    cue: [': ', ']:'],
    weight: 40,
    // The line alone before the words, below the name of its file.
    pattern: /^\s{1,8}(?:[✗✘✖×] )?[[#]?(?<line>\d{1,7})(?:, ?\d{1,7}){0,8}\]?: ?(?<message>[A-Z].{3,400})$/,
    refine: (groups, view) => {
      const placed = fileFromHeading(groups, view);
      return placed === null || !/\.\w{1,10}$/.test(placed.groups['file'] ?? '') ? null : placed;
    },
  },
  {
    name: 'correction',
    cue: ' ==> ',
    weight: 60,
    pattern: new RegExp(String.raw`${gnu}: (?<message>\S{1,80} ==> \S.{0,200})$`),
  },
  {
    name: 'mark-row',
    cue: ['✖ ', '✗ ', '× ', '✘ '],
    weight: 60,
    pattern: /^\s{0,4}[✖✗×✘] {1,3}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6}) - (?<message>.{3,300})$/,
    refine: (groups, view) => fileFromHeading(groups, view) ?? { groups },
  },
  {
    name: 'file-field',
    cue: ['file:', 'path:', 'filename:', 'location:'],
    weight: 54,
    pattern:
      /^\s{0,8}(?:[Ff]ile(?:name)?|[Pp]ath|[Ll]ocation|FILE):\s{1,12}(?<file>[\w@./\\-]{1,300}\.\w{1,10}|(?:[\w@./\\-]{1,280}\/)?(?:Dockerfile|Makefile|Gemfile|Jenkinsfile|Containerfile|Rakefile))(?::(?<line>\d{1,7}))?(?::(?<column>\d{1,7}))?$/,
    refine: readFields,
  },
  {
    name: 'code-first',
    cue: [': ', ' '],
    weight: 66,
    pattern:
      /^(?:(?<file>[\w@./\\-]{1,300}\.\w{1,10}): )?(?<code>(?!TS\d|CS\d|MSB\d)[A-Z]{1,6}\d{2,5}):? (?<message>[A-Za-z'"\x60].{3,600})$/,
    refine: (groups, view) => {
      const place = lookDown(view, 1, (line) =>
        /^\s{0,8}\S{1,300}:\d{1,7}(?::\d{1,7})?$/.test(line) ? readPlace(line) : null,
      );
      if (groups['file'] === undefined && place === null) return null;
      // A warning without a line stands behind what has one.
      const isMild = place === null && /^[WI]\d/.test(groups['code'] ?? '');
      return { groups: withPlace(groups, place), ...(isMild ? { weight: 55 } : {}) };
    },
  },
  {
    name: 'code-first',
    cue: ['['],
    weight: 64,
    // The rule in brackets and words, and its place alone below them.
    pattern:
      /^\s{0,4}\[(?<code>\d{2,5}|[A-Za-z][\w-]{0,40}-?\d{2,5}|[a-z]{2,30}(?:[-_/][a-z\d]{2,30}){1,6})\] (?<message>[A-Za-z].{3,600})$/,
    refine: (groups, view) => {
      const place = lookDown(view, 1, (line) =>
        /^\s{0,8}(?:--> |at |in )?\S{1,300}:\d{1,7}(?::\d{1,7})?:?$/.test(line) ? readPlace(line) : null,
      );
      return place === null ? null : { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'line-entry',
    cue: ['code: ', 'rule: ', 'check: '],
    weight: 62,
    // Words and their code, and below them where.
    pattern: /^\s{0,8}(?<message>[A-Z\d].{3,600}) [[(](?:code|rule|check): (?<code>[\w./-]{2,80})[\])]$/,
    refine: (groups, view) => {
      const place = lookDown(view, 6, (line) =>
        /^\s{0,8}(?:(?:-->|at|in|In|File) )?\S{1,300}(?::\d| at line \d|, line \d| line \d)/.test(line)
          ? readPlace(line)
          : null,
      );
      return place === null ? null : { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'rule-before',
    cue: [' [', ' ['],
    weight: 61,
    pattern: new RegExp(
      String.raw`${gnu}:? -?\s?(?:[a-z]{4,14}: )?\[(?<code>[A-Za-z][\w./@:+-]{2,80})\]:? (?<message>.{1,600})$`,
    ),
    refine: decideBefore,
  },
  {
    name: 'rule-behind',
    cue: [')', ']'],
    weight: 61,
    pattern: new RegExp(
      String.raw`${gnu}(?::|\s)\s?(?:(?<severity>error|warning|note|info|style|performance|portability|notice|refactor|convention|ERROR|WARNING|\[error\]|\[warning\]): ?)?(?<message>.{1,1800}?)\s{1,4}[[(](?<code>(?!-W|-f|https?:)[@a-zA-Z][\w./@:+-]{2,100}(?:\([\w/-]{2,60}\))?)[\])](?: [[(](?<level>warning|error)[\])]| {1,4}\[\d{1,2}\])?$`,
    ),
    refine: (groups) =>
      /^in [`']/.test(groups['message'] ?? '') ||
      /(?:Error|Exception)$|\.(?:c|cc|h|go|rs|zig|py|rb|js|ts|java)$/.test(groups['code'] ?? '')
        ? null
        : decideBehind(groups),
  },
  {
    name: 'bare-place',
    cue: [':'],
    weight: 45,
    pattern: new RegExp(
      String.raw`^\s{0,4}(?:\.\/)?(?<file>[^\s:()]{1,300}\.[A-Za-z]\w{0,11}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?(?::| -)?\s(?<message>[A-Za-z"'\x60(].{5,600})$`,
    ),
    refine: (groups) =>
      isProjectFile(groups['file'] ?? '') && !frameWords.test(groups['message'] ?? '')
        ? { groups: withSeverity(groups) }
        : null,
  },
]);

/** A compiler that fails by its warnings says so. */
const warningsFail = /\bwarnings being treated as errors\b|-Werror specified|\b[Nn]o warnings can be incurred under\b/;

function decideBefore(groups: Groups, view: View): Reading | null {
  if (/^(?:error|warning|info)$/i.test(groups['code'] ?? '')) return null;
  const isCompilers = lookDown(view, 400, (line) => (warningsFail.test(line) ? true : null)) === true;
  return isCompilers ? { groups, failureClass: 'compile_error', weight: 80 } : { groups };
}

/** What stands behind a place in a stack. */
const frameWords = /^(?:\(\w{1,60}\)$|in (?:function|main chunk|block|method|upvalue|local|`|<))/;

function withSeverity(groups: Groups): Groups {
  return /^(?:warning|note|info|style): /i.test(groups['message'] ?? '') ? { ...groups, severity: 'warning' } : groups;
}

const lineField = /^\s{0,8}(?:[Ll]ine|LINE|[Ss]tart ?[Ll]ine)(?: number)?:?\s{1,12}(?<line>\d{1,7})(?:$|: )/;
const ruleField =
  /^\s{0,8}(?:[Rr]ule ?(?:ID|Id|id|[Nn]ame)?|[Cc]heck(?: ID)?|[Cc]ode|[Tt]est ID):\s{1,12}(?<code>[\w.:/-]{2,80})$/;

// One finding as a list of names and values, one a line.
function readFields(groups: Groups, view: View): Reading | null {
  const near = view.lines.slice(Math.max(0, view.at - 6), view.at + 7);
  const read = (form: RegExp) => near.map((line) => form.exec(line)?.groups).find((found) => found !== undefined);
  const line = groups['line'] ?? read(lineField)?.['line'];
  return line === undefined ? null : { groups: { ...groups, line, code: read(ruleField)?.['code'] } };
}

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
const mildWeights: Readonly<Record<string, number>> = { warning: 57, info: 41, note: 41, style: 41 };

function decideBehind(groups: Groups): Reading {
  const { code, severity } = withLevel(groups);
  const known = { ...groups, code, severity: severity === 'warning' ? 'warning' : 'error' };
  // A single word in brackets may be anything; it decides only where nothing else is said.
  const isWord = severity === '' && !/[-/.:A-Z\d]/.test(code);
  if (isWord) return { groups: known, weight: groups['column'] === undefined ? 38 : 62 };
  const isChecker = severity === 'error' && /\.pyi?$/.test(groups['file'] ?? '') && checkerCode.test(code);
  return isChecker
    ? { groups: known, failureClass: 'compile_error', weight: 80 }
    : { groups: known, weight: mildWeights[severity] ?? 62 };
}

// `Error/no-undef`: the severity stands before the rule.
function withLevel(groups: Groups): { code: string; severity: string } {
  const whole = groups['code'] ?? '';
  const [, level, code = whole] = /^(error|warning)\/(.{2,100})$/i.exec(whole) ?? [];
  const severity = (level ?? groups['level'] ?? groups['severity'] ?? '').toLowerCase().replaceAll(/[[\]]/g, '');
  return { code, severity };
}
