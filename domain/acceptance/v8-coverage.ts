import { languageOf, maskCode } from '../guards/mask-code.ts';
import { field, parseUnknown } from '../text/unknown-json.ts';
import { CoverageReading, type Coverage } from './coverage.ts';

/** Texts of the files that are asked about, by their path relative to the repository's top folder. */
export type SourceTexts = ReadonlyMap<string, string>;

/** A part of a script, and how often it ran. */
interface Range {
  from: number;
  to: number;
  hits: number;
}

interface Line {
  from: number;
  to: number;
  isCode: boolean;
}

interface Source {
  path: string;
  text: string;
  url: string;
  /** Null until a process ran it. */
  lines: Line[] | null;
}

interface Reading {
  coverage: CoverageReading;
  steps: number;
}

const rangesMax = 200_000;
/** Lines that are looked at; what a test program wrote may not take the worker's time. */
const stepsMax = 50_000_000;
/** A function's own range begins behind these words. */
const beforeFunction = /^\s{0,1000}(?:export\s{1,100}(?:default\s{1,100})?)?/;

/**
 * Reads what Node writes into the folder of NODE_V8_COVERAGE: one text for each process. Only the files that are asked
 * about are read, and only where what ran had their length: what was translated before it ran has other places.
 *
 * @param texts of the processes; what can't be read is left out
 * @param root absolute path of the repository's top folder during the run
 */
export function readV8Coverage(texts: Iterable<string>, sources: SourceTexts, root: string): Coverage {
  const reading: Reading = { coverage: new CoverageReading(), steps: 0 };
  const wanted = new Map<unknown, Source>();
  for (const [path, text] of sources) {
    const url = fileUrl(`${root}/${path}`);
    wanted.set(url, { path, text, url, lines: null });
  }
  for (const text of texts) {
    // Most processes run none of them: the package manager's, the runner's own, those of tests of other files.
    if (![...wanted.values()].some(({ url }) => text.includes(url))) continue;
    for (const script of listOf(field(parseUnknown(text), 'result'))) {
      const source = wanted.get(field(script, 'url'));
      if (source !== undefined && reading.steps < stepsMax) countScript(reading, source, rangesOf(script));
    }
  }
  return reading.coverage.coverage;
}

function fileUrl(path: string): string {
  return `file://${path.split('/').map(encodeSegment).join('/')}`;
}

/** As Node writes the names of files in its URLs. */
function encodeSegment(segment: string): string {
  return encodeURI(segment).replaceAll('?', '%3F').replaceAll('#', '%23').replaceAll('~', '%7E');
}

function linesIn(path: string, text: string): Line[] {
  const language = languageOf(path);
  const code = language === null ? [] : maskCode(text, language).code;
  let from = 0;
  return text.split('\n').map((line, index) => {
    const start = from;
    from += line.length + 1;
    return {
      from: start + (beforeFunction.exec(line)?.[0].length ?? 0),
      to: start + line.trimEnd().length,
      // A bracket alone says nothing about what ran.
      isCode: /[^\s()[\]{};,]/.test(code[index] ?? ''),
    };
  });
}

/** Node adds the name of the script behind a text from which it took the types. */
function hasLengthOf(whole: Range | undefined, { text, url }: Source): boolean {
  const length = text.length;
  return whole?.from === 0 && (whole.to === length || whole.to === length + '\n\n//# sourceURL='.length + url.length);
}

/** The ranges of all functions, outer ones before those that they hold. */
function rangesOf(script: unknown): Range[] {
  const ranges: Range[] = [];
  for (const one of listOf(field(script, 'functions'))) {
    for (const range of listOf(field(one, 'ranges'))) {
      const [from, to, hits] = ['startOffset', 'endOffset', 'count'].map((key) => field(range, key));
      if (typeof from !== 'number' || typeof to !== 'number' || typeof hits !== 'number') continue;
      ranges.push({ from, to, hits });
      if (ranges.length >= rangesMax) return ranges;
    }
  }
  return ranges;
}

// The innermost range that holds a whole line decides about it.
function countScript(reading: Reading, source: Source, ranges: readonly Range[]): void {
  if (!hasLengthOf(ranges[0], source)) return;
  const lines = (source.lines ??= linesIn(source.path, source.text));
  const hits = lines.map(() => 0);
  reading.steps += lines.length;
  for (const range of ranges) {
    for (let at = firstLineFrom(lines, range.from); at < lines.length; at += 1) {
      const line = lines[at];
      if (line === undefined || line.to > range.to) break;
      hits[at] = range.hits;
      reading.steps += 1;
    }
    if (reading.steps > stepsMax) return;
  }
  for (const [index, { isCode }] of lines.entries()) {
    if (isCode) reading.coverage.count(source.path, index + 1, hits[index] ?? 0);
  }
}

function firstLineFrom(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.from ?? 0) >= offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
