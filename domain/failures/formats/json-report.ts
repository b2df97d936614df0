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
  walk(document, findings, { around: {}, depth: 0 });
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
function walk(value: unknown, findings: Finding[], { around, depth }: { around: Groups; depth: number }): void {
  if (depth > 12 || findings.length >= findingsMax) return;
  if (Array.isArray(value)) {
    for (const item of value) walk(item, findings, { around, depth: depth + 1 });
    return;
  }
  if (!isObject(value)) return;
  const known = { ...around, ...placeIn(value) };
  const finding = testIn(value, known) ?? messageIn(value, known);
  if (finding !== null) findings.push(finding);
  else for (const child of Object.values(value)) walk(child, findings, { around: known, depth: depth + 1 });
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
  'check',
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
  const holders = [value, value['err'], value['exception'], value['error']].filter(isObject);
  const told = holders.flatMap((one) =>
    ['failureMessages', 'stack', 'backtrace', 'trace'].flatMap((key) => textsIn(one[key])),
  );
  for (const line of told.join('\n').slice(0, 8_000).split('\n')) {
    const place = readPlace(line);
    if (place !== null && place.line !== null && isProjectFile(place.file)) return withPlace({}, place);
  }
  return {};
}

function textsIn(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'string');
}

const failedWords = /^(?:failed|fail|failure|error|broken|red)$/i;
const titleKeys = ['fullName', 'fullTitle', 'full_description', 'title', 'name', 'nodeid', 'test', 'Test'];

function testIn(value: Json, known: Groups): Finding | null {
  const title = pick(value, titleKeys);
  const isSuite = Array.isArray(value['assertionResults']) || Array.isArray(value['testResults']);
  if (title === undefined || isSuite || !isFailed(value)) return null;
  const message = textsIn(value['failureMessages'])[0] ?? pick(value, wordKeys);
  const groups = { ...known, ...framePlace(value), test: title, message };
  return toFinding('test_fail', { rule: 'json-test', weight: 75 }, groups);
}

function isFailed(value: Json): boolean {
  const status = pick(value, ['status', 'outcome', 'result', 'state', 'Action']) ?? '';
  const error = value['err'];
  return failedWords.test(status) || (isObject(error) && typeof error['message'] === 'string');
}

const mildSeverity = /^(?:1|warning|note|info|convention|refactor|low|none)$/i;
const checkerCode = /^(?:TS\d{4,5}|E\d{4}|report[A-Z]\w{1,60})$/;

function messageIn(value: Json, known: Groups): Finding | null {
  const nested = isObject(value['message']) ? pick(value['message'], ['text', 'markdown']) : undefined;
  const message = nested ?? pick(value, wordKeys);
  const code = codeIn(value);
  const isPlaced = known['file'] !== undefined && (known['line'] !== undefined || code !== undefined);
  if (message === undefined || !isPlaced || Object.keys(placeIn(value)).length === 0) return null;
  const isWarning = mildSeverity.test(pick(value, ['severity', 'level', 'type', 'issue_severity']) ?? '');
  const groups = { ...known, code, message, severity: isWarning ? 'warning' : 'error' };
  const failureClass = isChecker(value, groups) ? 'compile_error' : 'lint_error';
  return toFinding(failureClass, { rule: 'json-report', weight: isWarning ? 50 : 66 }, groups);
}

function codeIn(value: Json): string | undefined {
  const nested = value['code'];
  return pick(value, codeKeys) ?? (isObject(nested) ? pick(nested, ['code', 'value']) : undefined);
}

// mypy's lines have a hint; no linter's have.
function isChecker(value: Json, { file, code }: Groups): boolean {
  return ('hint' in value && file?.endsWith('.py') === true) || checkerCode.test(code ?? '');
}

function toFinding(
  failureClass: FailureClass,
  { rule, weight }: { rule: string; weight: number },
  groups: Groups,
): Finding {
  return { failureClass, subReason: null, rule, tool: null, weight, at: 0, groups, isWarning: false };
}
