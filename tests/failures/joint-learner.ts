import { signsOf, type BothAnswers } from '../../domain/failures/words/joint-model.ts';
import type { Regression } from '../../domain/failures/words/regression.ts';
import { learnRegression } from './regression-learner.ts';

/** Few signs, which are larger than those of words. */
const pace = 0.25;
/** In outputs: a weight of 1 costs as much as this many outputs that are known half as well. Chosen forward in time. */
const decay = 5;

/** What rules and words said of an output, and what is right. */
export interface JointExample {
  answers: BothAnswers;
  /** Index of the right class. */
  answer: number;
}

/** Learns how far each answer of the rules is to be trusted, beside the words of the output. */
export function learnTogether(examples: readonly JointExample[]): Regression {
  const weight = 1 / Math.max(1, examples.length);
  const lessons = examples.map(({ answers, answer }) => ({ signs: signsOf(answers), answer, weight }));
  return learnRegression(lessons, { pace, decay: decay * weight });
}
