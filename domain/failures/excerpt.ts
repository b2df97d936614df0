import { createRedactor } from '../text/redact.ts';
import { excerptLengthMax } from './failure-class.ts';

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
