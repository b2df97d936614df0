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

/** What passed, or was left out, is no finding. */
const passedKey = /^(?:passed|skipped|success(?:es)?|passing|ignored)(?:checks|tests|resources)?$/;
/** A file as the name of the list of what was found in it. */
const fileKey = /^(?:[\w@.-]{0,80}[/\\]){0,20}[\w@.-]{1,80}\.[A-Za-z]\w{0,9}$/;

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
  if (finding !== null) {
    findings.push(finding);
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const isFile = typeof child === 'object' && fileKey.test(key);
    if (!passedKey.test(plainKey(key)))
      walk(child, findings, { around: isFile ? { ...known, file: key } : known, depth: depth + 1 });
  }
}

/** Names without capitals, hyphens and underscores: `file_path`, `FilePath` and `filepath` are one. */
const fileKeys = ['filepath', 'file', 'filename', 'path', 'uri', 'source', 'document', 'target'];
const lineKeys = [
  'line',
  'startline',
  'linenumber',
  'row',
  'lineno',
  'startlineno',
  'linenum',
  'begin',
  'filelinerange',
];
const columnKeys = [
  'column',
  'col',
  'startcolumn',
  'startcol',
  'character',
  'columnnumber',
  'coloffset',
  'linepos',
  'startlinepos',
];
const codeKeys = [
  'ruleid',
  'code',
  'rule',
  'checkid',
  'symbol',
  'testid',
  'copname',
  'rulename',
  'messageid',
  'check',
  'avdid',
  'validator',
  'fromlinter',
];
const wordKeys = [
  'message',
  'text',
  'description',
  'msg',
  'failuremessage',
  'issuetext',
  'reason',
  'summary',
  'checkname',
];

function plainKey(key: string): string {
  return key.replaceAll(/[_-]/g, '').toLowerCase();
}

const fieldsOfObjects = new WeakMap<Json, ReadonlyMap<string, unknown>>();

// Each object is asked for many names.
function fieldsOf(value: Json): ReadonlyMap<string, unknown> {
  const known = fieldsOfObjects.get(value);
  if (known !== undefined) return known;
  const fields = new Map<string, unknown>();
  for (const [key, field] of Object.entries(value)) if (!fields.has(plainKey(key))) fields.set(plainKey(key), field);
  fieldsOfObjects.set(value, fields);
  return fields;
}

function text(value: unknown): string | undefined {
  // Where something begins and where it ends.
  if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number') return String(value[0]);
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

function pick(value: Json, keys: readonly string[]): string | undefined {
  const fields = fieldsOf(value);
  for (const key of keys) {
    const found = text(fields.get(key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeIn(value: Json): Groups {
  const nested = objectsIn(value, ['location', 'start', 'range', 'region', 'span', 'position', 'pos', 'causemetadata']);
  const deep = nested.flatMap((one) => [one, ...objectsIn(one, ['start', 'range', 'path', 'positions', 'lines'])]);
  const deepest = deep.flatMap((one) => objectsIn(one, ['begin']));
  const sarif = sarifPlace(value);
  const all = [value, ...deep, ...deepest];
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

function objectsIn(value: Json, keys: readonly string[]): Json[] {
  const fields = fieldsOf(value);
  return keys.map((key) => fields.get(key)).filter(isObject);
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
const titleKeys = ['fullname', 'fulltitle', 'fulldescription', 'title', 'name', 'nodeid', 'test'];

function testIn(value: Json, known: Groups): Finding | null {
  const title = pick(value, titleKeys);
  const isSuite = Array.isArray(value['assertionResults']) || Array.isArray(value['testResults']);
  if (title === undefined || isSuite || !isFailed(value)) return null;
  const message = textsIn(value['failureMessages'])[0] ?? pick(value, wordKeys);
  const groups = { ...known, ...framePlace(value), test: title, message };
  return toFinding('test_fail', { rule: 'json-test', weight: 75 }, groups);
}

function isFailed(value: Json): boolean {
  const status = pick(value, ['status', 'outcome', 'result', 'state', 'action']) ?? '';
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
  const isWarning = mildSeverity.test(pick(value, ['severity', 'level', 'type', 'issueseverity']) ?? '');
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
