import type { CueFinder } from './find-cues.ts';
import { stripNames } from './line-prefixes.ts';
import { toPlainLine } from './plain-line.ts';

/** Outputs up to this length are kept whole. */
const wholeLengthMax = 300_000;
const wholeLinesMax = 6_000;
/** Of a longer one: what is walked through, and what is kept of it. */
const headLengthMax = 1_000_000;
const tailLengthMax = 11_000_000;
/** Lines with a cue that are kept from the start of a long output, and as many from its end. */
const placesMax = 220;
const linesAbove = 3;
const linesBelow = 10;
const edgeLines = 80;

/** A part of a text, as places in it. */
interface Span {
  from: number;
  to: number;
}

/**
 * The lines of an output that can say why a step failed, as a person saw them. A long output is walked through once; of
 * it the lines with a cue are kept, with their neighbours, its first and its last lines. Bounded in number and length.
 */
export function readLines(output: string, cues: CueFinder): readonly string[] {
  if (output.length <= wholeLengthMax) {
    const lines = output.split('\n', wholeLinesMax * 2);
    if (lines.length <= wholeLinesMax) return stripNames(lines.map(toPlainLine));
  }
  const text =
    output.length <= headLengthMax + tailLengthMax
      ? output
      : `${output.slice(0, headLengthMax)}\n${output.slice(-tailLengthMax)}`;
  return stripNames(keepLines(text, cues).map(toPlainLine));
}

function keepLines(text: string, cues: CueFinder): string[] {
  const early: number[] = [];
  const late: number[] = [];
  cues.scan(text, (end) => {
    if (early.length < placesMax) early.push(end);
    else late.push(end);
    // Of what follows the first part, always the last is kept.
    if (late.length > 8 * placesMax) late.splice(0, 7 * placesMax);
    return endOfLine(text, end);
  });
  const spans = [...early, ...late.slice(-placesMax)].map((at) => around(text, at));
  return linesOf(text, [firstLines(text), ...spans, lastLines(text)]);
}

function around(text: string, at: number): Span {
  let from = at;
  for (let count = 0; count <= linesAbove && from > 0; count += 1) from = startOfLine(text, from - 1);
  let to = endOfLine(text, at);
  for (let count = 0; count < linesBelow && to < text.length; count += 1) to = endOfLine(text, to + 1);
  return { from, to };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function startOfLine(text: string, from: number): number {
  return from <= 0 ? 0 : text.lastIndexOf('\n', from - 1) + 1;
}

function firstLines(text: string): Span {
  let to = 0;
  for (let count = 0; count < edgeLines && to < text.length; count += 1) to = endOfLine(text, to + 1);
  return { from: 0, to };
}

function lastLines(text: string): Span {
  let from = text.length;
  for (let count = 0; count <= edgeLines && from > 0; count += 1) from = startOfLine(text, from - 1);
  return { from, to: text.length };
}

function linesOf(text: string, spans: readonly Span[]): string[] {
  const lines: string[] = [];
  let done = 0;
  for (const { from, to } of spans) {
    const start = Math.max(from, done);
    if (to <= start) continue;
    if (start > done && lines.length > 0) lines.push('');
    for (const line of text.slice(start, to).split('\n')) lines.push(line);
    done = to + 1;
  }
  return lines;
}
