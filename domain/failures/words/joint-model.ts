import { failureClasses, type FailureClass } from '../failure-class.ts';
import type { Stage } from '../step-output.ts';
import weights from './joint-weights.json' with { type: 'json' };
import { likeliestOf, sharesOf, toRegression, type LikelyClass, type Regression } from './regression.ts';

/** What the rules say of an output, as far as it is weighed with its words. */
export interface RulesAnswer {
  failureClass: FailureClass;
  confidence: number;
  /** What the tool usually complains of. */
  kind: FailureClass | null;
  /** What the heaviest finding of a class weighs in this output. */
  heaviest: Readonly<Partial<Record<FailureClass, number>>>;
}

/** An answer of the rules, and how likely each class is by words alone. */
export interface BothAnswers {
  rules: RulesAnswer;
  shares: readonly number[];
  stage: Stage;
}

// So that what is usually said of an output lies between -1 and 1.
const usualConfidence = 0.6;
const confidenceSpan = 1 / 3;
const heaviestPossible = 100;
const shareMin = 0.000_1;
const logarithmSpan = 3;

const learned = toRegression(weights);

/** What is seen of an output when the answers are weighed: named signs, each with how much of it is there. */
export function signsOf({ rules, shares, stage }: BothAnswers): Map<string, number> {
  const { failureClass, confidence, kind, heaviest } = rules;
  const logarithms = shares.map((share) => Math.log(Math.max(share, shareMin)));
  const middle = logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length;
  return new Map([
    [`rules:${failureClass}`, 1],
    [`sure:${failureClass}`, (confidence - usualConfidence) / confidenceSpan],
    ...failureClasses.map((one) => [`heaviest:${one}`, Math.max(0, heaviest[one] ?? 0) / heaviestPossible] as const),
    [`tool:${kind ?? 'none'}`, 1],
    [`stage:${stage}`, 1],
    ...failureClasses.map((one, at) => [`words:${one}`, ((logarithms[at] ?? 0) - middle) / logarithmSpan] as const),
  ]);
}

/**
 * The class that rules and words make likeliest together, by weights learned from what rules said of outputs before
 * anybody had read them (`npm run learn:failures`): how far a rule is to be trusted shows only there.
 */
export function likeliestTogether(answers: BothAnswers, model: Regression = learned): LikelyClass {
  const signs = [...signsOf(answers)].flatMap(([name, value]) => {
    const row = value === 0 ? undefined : model.rows.get(name);
    return row === undefined ? [] : [{ row, value }];
  });
  return likeliestOf(sharesOf(model.bias, signs));
}
