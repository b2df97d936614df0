import type { FailureClass } from '../failure-class.ts';
import type { Finding } from '../finding.ts';
import type { Groups } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

const reportLengthMax = 4_000_000;
const findingsMax = 500;

type Json = Record<string, unknown>;

/**
 * Findings of an output that is one JSON document, as linters, runners and checkers write it: SARIF, ESLint's list of
 * files, Jest's report, and lists of entries with a file, a line and words.
 *
 * @returns an empty list where the output is no such document
 */
export function readJsonReport(output: string): Finding[] {
  const start = output.slice(0, 200).trimStart();
  if (output.length > reportLengthMax || !/^[[{]/.test(start) || /^\[[A-Za-z\d]{1,20}\]/.test(start)) return [];
  const document = parse(output) ?? parseLines(output);
  if (document === null) return [];
  const findings: Finding[] = [];
  walk(document, {}, findings, 0);
  const worst = Math.max(0, ...findings.map(({ weight }) => weight));
  return findings.filter(({ weight }) => weight === worst);
}

function parse(output: string): unknown {
  const text = output.trim();
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  try {
    return JSON.parse(text.slice(0, end + 1));
  } catch {
    // Lines of JSON, or text that only begins like it: read as lines.
    return null;
  }
}

const linesMax = 5_000;

// One object on each line.
function parseLines(output: string): unknown {
  const lines = output.split('\n', linesMax).filter((line) => line.trimStart().startsWith('{'));
  const values = lines.map(parse).filter((value) => value !== null);
  return values.length === 0 ? null : values;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The same few names are used by nearly all; what is around an entry is passed down to it.
function walk(value: unknown, around: Groups, findings: Finding[], depth: number): void {
  if (depth > 12 || findings.length >= findingsMax) return;
  if (Array.isArray(value)) {
    for (const item of value) walk(item, around, findings, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  const known = { ...around, ...placeIn(value) };
  const finding = findingIn(value, known);
  if (finding !== null) {
    findings.push(finding);
    return;
  }
  for (const child of Object.values(value)) walk(child, known, findings, depth + 1);
}

const fileKeys = ['filePath', 'file', 'filename', 'path', 'uri', 'file_path', 'fileName', 'file_name', 'source'];
const lineKeys = ['line', 'startLine', 'start_line', 'line_number', 'row', 'lineNumber', 'lineno', 'startline'];
const columnKeys = [
  'column',
  'col',
  'startColumn',
  'start_col',
  'character',
  'columnNumber',
  'start_column',
  'col_offset',
];
const codeKeys = [
  'ruleId',
  'code',
  'rule',
  'rule_id',
  'check_id',
  'symbol',
  'test_id',
  'cop_name',
  'checkId',
  'ruleName',
  'message-id',
  'RuleID',
];
const wordKeys = ['message', 'text', 'description', 'msg', 'failureMessage', 'issue_text', 'reason', 'Description'];

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

function pick(value: Json, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const found = text(value[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeIn(value: Json): Groups {
  const nested = [
    value['location'],
    value['start'],
    value['range'],
    value['region'],
    value['span'],
    value['position'],
  ].filter(isObject);
  const deep = nested.flatMap((one) => [
    one,
    ...[one['start'], one['range'], one['path'], one['positions']].filter(isObject),
  ]);
  const sarif = sarifPlace(value);
  const all = [value, ...deep];
  const find = (keys: readonly string[]) => all.map((one) => pick(one, keys)).find((one) => one !== undefined);
  const file = find(fileKeys);
  const line = find(lineKeys);
  const column = find(columnKeys);
  return {
    ...(file !== undefined &&
    /[./\\]|^(?:Dockerfile|Makefile|Gemfile|Rakefile|Jenkinsfile|Containerfile)$/.test(file) &&
    file.length < 300
      ? { file }
      : {}),
    ...(line !== undefined && /^\d{1,7}$/.test(line) ? { line } : {}),
    ...(column !== undefined && /^\d{1,7}$/.test(column) ? { column } : {}),
    ...sarif,
  };
}

function sarifPlace(value: Json): Groups {
  const [first] = Array.isArray(value['locations']) ? (value['locations'] as unknown[]) : [];
  const physical = isObject(first) ? first['physicalLocation'] : undefined;
  if (!isObject(physical)) return {};
  const artifact = physical['artifactLocation'];
  const region = physical['region'];
  return {
    ...(isObject(artifact) ? { file: text(artifact['uri']) } : {}),
    ...(isObject(region) ? { line: text(region['startLine']), column: text(region['startColumn']) } : {}),
  };
}

// Where a stack is told, its first frame in the project's own code.
function framePlace(value: Json): Groups {
  const nested = [value['err'], value['exception'], value['error']].filter(isObject);
  const told = [value, ...nested].flatMap((one) =>
    ['failureMessages', 'stack', 'backtrace', 'trace'].map((key) => one[key]),
  );
  const lines = told
    .flatMap((one) => (Array.isArray(one) ? one : [one]))
    .filter((one) => typeof one === 'string')
    .join('\n')
    .slice(0, 8_000)
    .split('\n');
  for (const line of lines) {
    const place = readPlace(line);
    if (place !== null && place.line !== null && isProjectFile(place.file)) return withPlace({}, place);
  }
  return {};
}

const failedWords = /^(?:failed|fail|failure|error|broken|red)$/i;

function findingIn(value: Json, known: Groups): Finding | null {
  const status = pick(value, ['status', 'outcome', 'result', 'state', 'Action']);
  const title = pick(value, ['fullName', 'fullTitle', 'full_description', 'title', 'name', 'nodeid', 'test', 'Test']);
  const error = value['err'];
  const isFailed =
    (status !== undefined && failedWords.test(status)) || (isObject(error) && typeof error['message'] === 'string');
  const isTest =
    title !== undefined &&
    isFailed &&
    !Array.isArray(value['assertionResults']) &&
    !Array.isArray(value['testResults']);
  if (isTest) {
    const messages = value['failureMessages'];
    const words = Array.isArray(messages) ? text(messages[0]) : pick(value, wordKeys);
    return toFinding(
      'test_fail',
      { rule: 'json-test', weight: 75 },
      { ...known, ...framePlace(value), test: title, message: words },
    );
  }
  const nestedWords = isObject(value['message']) ? pick(value['message'], ['text', 'markdown']) : undefined;
  const message = nestedWords ?? pick(value, wordKeys);
  const hasPlace = known['file'] !== undefined && (known['line'] !== undefined || pick(value, codeKeys) !== undefined);
  if (
    message === undefined ||
    !hasPlace ||
    (pick(value, lineKeys) === undefined && Object.keys(placeIn(value)).length === 0)
  )
    return null;
  const severity = String(
    value['severity'] ?? value['level'] ?? value['type'] ?? value['issue_severity'] ?? 'error',
  ).toLowerCase();
  const isWarning = /^(?:1|warning|note|info|convention|refactor|low|none)$/.test(severity);
  const code = pick(value, codeKeys) ?? (isObject(value['code']) ? pick(value['code'], ['code', 'value']) : undefined);
  const isChecker = 'hint' in value && known['file']?.endsWith('.py') === true;
  const isTyped = isChecker || /^(?:TS\d{4,5}|E\d{4}|report[A-Z]\w{1,60})$/.test(code ?? '');
  return toFinding(
    isTyped ? 'compile_error' : 'lint_error',
    { rule: 'json-report', weight: isWarning ? 50 : 66 },
    { ...known, code, message, severity: isWarning ? 'warning' : 'error' },
  );
}

function toFinding(
  failureClass: FailureClass,
  { rule, weight }: { rule: string; weight: number },
  groups: Groups,
): Finding {
  return { failureClass, subReason: null, rule, tool: null, weight, at: 0, groups, isWarning: false };
}
