import { failureClasses, type FailureClass } from '../failure-class.ts';

/** A class, and how likely it is, from 0 to 1. */
export interface LikelyClass {
  failureClass: FailureClass;
  share: number;
}

/** Something seen in an output: its weights, one for each class in the order of `failureClasses`, and how much of it is there. */
export interface Sign {
  row: readonly number[];
  value: number;
}

/** What was learned: weights of signs, by their names. */
export interface Regression {
  bias: readonly number[];
  rows: ReadonlyMap<string, readonly number[]>;
}

/** A regression as its file has it: in whole numbers, which are shorter, and the same on every machine. */
export interface RegressionFile {
  unit: number;
  bias: readonly number[];
  rows: Readonly<Record<string, readonly number[]>>;
}

export function toRegression({ unit, bias, rows }: RegressionFile): Regression {
  const scaled = (row: readonly number[]) => row.map((weight) => weight / unit);
  return { bias: scaled(bias), rows: new Map(Object.entries(rows).map(([name, row]) => [name, scaled(row)])) };
}

/**
 * Multinomial logistic regression (Bishop, Pattern Recognition and Machine Learning, 4.3.4).
 *
 * @returns how likely each class is; they add up to 1
 */
export function sharesOf(bias: readonly number[], signs: readonly Sign[]): number[] {
  const scores = bias.map((start, at) => signs.reduce((sum, { row, value }) => sum + value * (row[at] ?? 0), start));
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The likeliest class of shares in the order of `failureClasses`. */
export function likeliestOf(shares: readonly number[]): LikelyClass {
  const share = Math.max(...shares);
  return { failureClass: failureClasses[shares.indexOf(share)] ?? 'unknown', share };
}
