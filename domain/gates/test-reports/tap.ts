import { joinName, relativeTo, shortenMessage, type TestResult } from './test-result.ts';

const heading = /^# Subtest: (.{1,400})$/;
const point = /^(not )?ok\b(?: \d{1,9})?(?: -)?(?: (.{0,600}))?$/;
const directive = /(?:^| )# (SKIP|TODO|time=)/i;
const location = /^location: '?([^']{1,400}):(\d{1,7}):\d{1,7}'?$/;
const depthMax = 40;

/** A subtest that was announced and has not ended. */
interface Level {
  heading: string;
  hasChildren: boolean;
  hasFailedChild: boolean;
}

interface Reading {
  root: string;
  results: TestResult[];
  levels: (Level | undefined)[];
  /** Lines of the block below a result; null outside of one. */
  details: string[] | null;
  last: TestResult | null;
}

/**
 * Reads the Test Anything Protocol; a test with subtests counts only where it failed although none of them did. The name
 * of a test is without its file, which is said of failures alone.
 */
export function readTap(text: string, root: string): TestResult[] | null {
  const reading: Reading = { root, results: [], levels: [], details: null, last: null };
  let hasPlan = false;
  for (const raw of text.split('\n')) {
    const line = raw.slice(0, 1_000).trimEnd();
    const words = line.trimStart();
    // A runner that was killed wrote none at the top.
    hasPlan ||= /^1\.\.\d{1,9}/.test(line);
    if (!readDetails(reading, words)) readPoint(reading, words, Math.floor((line.length - words.length) / 4));
  }
  return hasPlan ? reading.results : null;
}

function readDetails(reading: Reading, words: string): boolean {
  if (reading.details === null) {
    if (words !== '---' || reading.last === null) return false;
    reading.details = [];
    return true;
  }
  if (words !== '...') {
    if (reading.details.length < 60) reading.details.push(words);
    return true;
  }
  if (reading.last?.status === 'failed') describe(reading.last, reading.details, reading.root);
  reading.details = null;
  reading.last = null;
  return true;
}

function describe(result: TestResult, details: readonly string[], root: string): void {
  for (const line of details) {
    const [, file, number] = location.exec(line) ?? [];
    if (file === undefined) continue;
    result.file = relativeTo(root, file);
    result.line = Number(number);
  }
  result.message = shortenMessage(details.join('\n'));
}

function readPoint(reading: Reading, words: string, depth: number): void {
  if (depth > depthMax) return;
  const announced = heading.exec(words)?.[1];
  if (announced !== undefined) {
    reading.levels[depth] = { heading: announced, hasChildren: false, hasFailedChild: false };
    reading.levels.length = depth + 1;
    return;
  }
  const match = point.exec(words);
  if (match === null) return;
  const result = toResult(reading, depth, match);
  const own = reading.levels[depth];
  reading.levels.length = Math.min(reading.levels.length, depth);
  const parent = reading.levels[depth - 1];
  if (parent !== undefined) {
    parent.hasChildren = true;
    parent.hasFailedChild ||= result.status === 'failed';
  }
  reading.last = result;
  const isCounted = own?.hasChildren !== true || (result.status === 'failed' && !own.hasFailedChild);
  if (isCounted) reading.results.push(result);
}

function toResult({ levels, root }: Reading, depth: number, match: RegExpExecArray): TestResult {
  const text = match[2] ?? '';
  const found = directive.exec(text);
  // A level that was never announced is a hole in the list.
  const parents = Array.from({ length: depth }, (_, level) => levels[level]?.heading ?? '');
  const title = found === null ? text : text.slice(0, found.index);
  const isSkipped = found !== null && found[1]?.toLowerCase() !== 'time=';
  const status = isSkipped ? 'skipped' : match[1] === undefined ? 'passed' : 'failed';
  const name = joinName([...parents, title.trim()].map((part) => relativeTo(root, part))) || 'unnamed test';
  return { name, status, file: null, line: null, message: status === 'failed' ? '' : null };
}
