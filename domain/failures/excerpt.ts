import { createRedactor } from '../text/redact.ts';
import { excerptLengthMax } from './failure-class.ts';
import type { Finding } from './finding.ts';

const lineLengthMax = 320;
const decidingLengthMax = 900;
const linesAbove = 6;
const linesBelow = 30;
const redact = createRedactor([]);

/**
 * The lines that matter, in their order: the deciding one, what stands around it, and the other findings of its class.
 * Redacted, and shorter than 2,000 characters.
 *
 * @param deciding number of the line that decided; -1 for the end of the output
 * @param others numbers of lines that say the same, the more telling first
 */
export function excerptOf(lines: readonly string[], deciding: number, others: readonly number[] = []): string {
  const scores = new Map<number, number>();
  const rate = (at: number, score: number) => {
    if ((lines[at] ?? '').trim() !== '' && (scores.get(at) ?? 0) < score) scores.set(at, score);
  };
  const around = (at: number, top: number) => {
    rate(at, top);
    for (let distance = 1; distance <= linesBelow; distance += 1) rate(at + distance, top - 8 - 2 * distance);
    for (let distance = 1; distance <= linesAbove; distance += 1) rate(at - distance, top - 10 - 6 * distance);
  };
  if (deciding === -1)
    for (let distance = 0; distance < 40; distance += 1) rate(lines.length - 1 - distance, 100 - distance);
  else {
    around(deciding, 200);
    // The tool's own sum.
    for (let at = lines.length - 1, left = 4; at > deciding && left > 0; at -= 1) {
      if ((lines[at] ?? '').trim() === '') continue;
      rate(at, 150 + left);
      left -= 1;
    }
  }
  for (const [rank, at] of others.slice(0, 12).entries()) around(at, 184 - 4 * rank);
  return assemble(lines, scores, deciding);
}

/**
 * What a report for machines tells, one line for each of its findings; null where its lines show the first of them. A
 * report in one line is too long to be shown as it is.
 */
export function excerptOfReport(findings: readonly Finding[], lines: readonly string[]): string | null {
  const [first] = findings;
  const words = first?.groups['message'] ?? '';
  if (first?.rule.startsWith('json-') !== true || words === '') return null;
  const printed = [words, JSON.stringify(words).slice(1, -1)].map((form) => form.slice(0, 60));
  const isShown = (line: string) => printed.some((form) => line.slice(0, decidingLengthMax).includes(form));
  if (lines.some(isShown)) return null;
  const told = findings.slice(0, 40).map(({ groups }) => {
    const { file, line, column, code, test, message } = groups;
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    return [place, code, test, message].filter((part) => part !== undefined && part !== '').join(' ');
  });
  return assemble(told, new Map(told.map((_line, at) => [at, -at])), 0);
}

function assemble(lines: readonly string[], scores: ReadonlyMap<number, number>, deciding: number): string {
  const ranked = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const chosen = new Map<number, string>();
  let length = 0;
  for (const [at] of ranked) {
    const line = redact((lines[at] ?? '').trimEnd()).slice(0, at === deciding ? decidingLengthMax : lineLengthMax);
    if (length + line.length + 1 > excerptLengthMax) continue;
    chosen.set(at, line);
    length += line.length + 1;
  }
  return [...chosen.keys()]
    .sort((a, b) => a - b)
    .map((at) => chosen.get(at) ?? '')
    .join('\n');
}
