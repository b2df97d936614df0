import { failureClasses, type FailureClass } from '../failure-class.ts';
import type { Stage } from '../step-output.ts';
import weights from './weights.json' with { type: 'json' };

/** What tells most stands where an output begins and where it ends. */
const firstLines = 15;
const lastLines = 40;
const lineLengthMax = 400;

/** What words say an output means, and how sure that is, from 0 to 1. */
export interface WordAnswer {
  failureClass: FailureClass;
  share: number;
}

/** The words of an output and its stage, each once. */
export function wordsOf(lines: readonly string[], stage: Stage): Set<string> {
  const filled = lines.filter((line) => line.trim() !== '');
  const near =
    filled.length <= firstLines + lastLines ? filled : [...filled.slice(0, firstLines), ...filled.slice(-lastLines)];
  const words = near.flatMap(
    (line) =>
      line
        .slice(0, lineLengthMax)
        .toLowerCase()
        .match(/[a-z_]{2,80}(?:'[a-z]{1,2})?/g) ?? [],
  );
  return new Set([...words, `stage:${stage}`]);
}

/** Weights of words, for each class in the order of `failureClasses`. */
export interface WordModel {
  bias: readonly number[];
  words: ReadonlyMap<string, readonly number[]>;
}

const learned: WordModel = {
  bias: scaled(weights.bias),
  words: new Map(Object.entries(weights.words).map(([word, row]) => [word, scaled(row)])),
};

// The file has whole numbers: they are shorter, and the same on every machine.
function scaled(row: readonly number[]): number[] {
  return row.map((weight) => weight / weights.unit);
}

/**
 * The class whose outputs have words like these, by weights learned from recorded outputs (`npm run learn:failures`). For
 * outputs in which no rule sees much.
 *
 * @returns null where nothing was printed
 */
export function likeliestClass(lines: readonly string[], stage: Stage): WordAnswer | null {
  return lines.every((line) => line.trim() === '') ? null : answerWith(learned, wordsOf(lines, stage));
}

/**
 * Multinomial logistic regression on words, each counted once, as a vector of length 1 (Bishop, Pattern Recognition and
 * Machine Learning, 4.3.4).
 */
export function answerWith({ bias, words }: WordModel, said: Iterable<string>): WordAnswer | null {
  const known = [...said].map((word) => words.get(word)).filter((row) => row !== undefined);
  const shares = sharesOf(bias, known);
  const share = Math.max(...shares);
  const failureClass = failureClasses[shares.indexOf(share)];
  return failureClass === undefined ? null : { failureClass, share };
}

/** @returns how likely each class is; they add up to 1 */
export function sharesOf(bias: readonly number[], known: readonly (readonly number[])[]): number[] {
  const scale = scaleOf(known.length);
  const scores = bias.map((start, at) => start + scale * known.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** What a vector of so many ones is multiplied with to have the length 1. */
export function scaleOf(words: number): number {
  return 1 / Math.sqrt(Math.max(1, words));
}
