import { saysFailure } from '../guess-failure.ts';
import { isWarnedLine } from '../output/warned-line.ts';
import type { Stage } from '../step-output.ts';
import { sharesOf, toRegression, type Regression } from './regression.ts';
import weights from './weights.json' with { type: 'json' };

/** What tells most stands where an output begins and where it ends. */
const firstLines = 15;
const lastLines = 40;
const lineLengthMax = 400;

/** What is said not to be there: `0 errors, no timeout`. Of more words than one, as in `no module named x`, it is a failure. */
const denied = /\b(?:no|0|without) [a-z]{1,30}(?= {0,4}(?:[,.;)]|$))/gi;
// By the name of a program, or in brackets.
const warned = /^\s{0,8}(?:[\w@./-]{1,20}:? )?[[(]?warn(?:ing)?\b/i;

const learned = toRegression(weights);

/** The words of an output and its stage, each once. */
export function wordsOf(lines: readonly string[], stage: Stage): Set<string> {
  const printed = lines.filter((line) => line.trim() !== '');
  const calm = printed.filter((line) => !warned.test(line) && !isWarnedLine(line));
  const filled = calm.some((line) => saysFailure(line)) ? calm : printed;
  const near =
    filled.length <= firstLines + lastLines ? filled : [...filled.slice(0, firstLines), ...filled.slice(-lastLines)];
  const words = near.flatMap(
    (line) =>
      line
        .slice(0, lineLengthMax)
        .replaceAll(denied, ' ')
        .toLowerCase()
        .match(/[a-z_]{2,80}(?:'[a-z]{1,2})?/g) ?? [],
  );
  return new Set([...words, `stage:${stage}`]);
}

/**
 * How likely each class is by the words of an output alone, in the order of `failureClasses`, by weights learned from
 * recorded and imagined outputs (`npm run learn:failures`).
 *
 * @returns null where nothing was printed
 */
export function shareOfWords(lines: readonly string[], stage: Stage): number[] | null {
  return lines.every((line) => line.trim() === '') ? null : sharesOfWords(learned, wordsOf(lines, stage));
}

/** The same for words and weights that are given: each word counts once, and all together as a vector of length 1. */
export function sharesOfWords({ bias, rows }: Regression, words: Iterable<string>): number[] {
  const known = [...words].map((word) => rows.get(word)).filter((row) => row !== undefined);
  const value = valueOfEach(known.length);
  return sharesOf(
    bias,
    known.map((row) => ({ row, value })),
  );
}

/** What each of so many equal parts is in a vector of length 1. */
export function valueOfEach(count: number): number {
  return 1 / Math.sqrt(Math.max(1, count));
}
