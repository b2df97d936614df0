import { optionDescriptions, type EscalationOption } from './options.ts';

/** An option as it is offered, with what it is likely to cost and to bring. */
export interface OfferedOption {
  option: EscalationOption;
  effect: string;
  /** Micro-dollars until success; null where the option does not aim at a completed order. */
  expectedCostUsdMicros: number | null;
  /** 0 to 1; null where the option does not aim at a completed order. */
  probability: number | null;
  advantages: string[];
  disadvantages: string[];
}

/** What is recommended, and how sure that is. */
export interface Recommendation {
  option: EscalationOption;
  /** 0 to 1: the probability, weighed by how much of it was seen and not assumed. */
  confidence: number;
  reason: string;
}

/** How an option ended before, for the same trigger and failure class. */
export interface OptionHistory {
  tries: number;
  successes: number;
}

export interface RecommendationInput {
  options: readonly EscalationOption[];
  history: Partial<Record<EscalationOption, OptionHistory>>;
  /** What one attempt of this order was estimated to cost, in micro-dollars. */
  estimateUsdMicros: number;
  /** What is left below the order's cap, in micro-dollars. */
  remainingUsdMicros: number;
  attempts: number;
  isHighRisk: boolean;
}

/** How many observations the table's probability is worth. */
const priorWeight = 4;
/** After this many attempts, or at high risk, another one is trusted less. */
const trustedAttemptsMax = 3;
const shrinkFactor = 0.8;
/** Below this, asking a model again is not recommended. */
const worthwhileProbability = 0.35;

/** The mean of a Beta distribution that starts at the table's probability with the weight of four observations. */
export function estimateProbability(prior: number, history: OptionHistory | undefined): number {
  const { tries = 0, successes = 0 } = history ?? {};
  return (prior * priorWeight + successes) / (priorWeight + tries);
}

/**
 * Rates the options that fit and recommends one: the lowest expected cost to a completed order, cost / probability. A
 * draft costs nothing but completes nothing, so it is recommended only where another attempt is not worth its price.
 */
export function recommendOption(input: RecommendationInput): {
  options: OfferedOption[];
  recommendation: Recommendation;
} {
  const options = input.options.map((option) => rate(option, input));
  const candidates = options.filter(
    ({ option, expectedCostUsdMicros, probability }) =>
      option !== 'accept_as_is' && expectedCostUsdMicros !== null && (probability ?? 0) >= worthwhileProbability,
  );
  const affordable = candidates.filter(
    ({ option, expectedCostUsdMicros }) =>
      option === 'raise_budget' || (expectedCostUsdMicros ?? 0) <= input.remainingUsdMicros,
  );
  const [best] = [...affordable].sort((a, b) => relativeCost(a) - relativeCost(b));
  return { options, recommendation: best === undefined ? fallBack(options) : describe(best, input) };
}

// A free model has an estimate of zero; the factor then decides alone.
function relativeCost({ option, probability }: OfferedOption): number {
  return (optionDescriptions[option].costFactor ?? 0) / (probability ?? 1);
}

function rate(option: EscalationOption, input: RecommendationInput): OfferedOption {
  const { effect, costFactor, priorProbability, advantages, disadvantages } = optionDescriptions[option];
  const texts = { advantages: [...advantages], disadvantages: [...disadvantages] };
  if (costFactor === null || priorProbability === null) {
    return { option, effect, expectedCostUsdMicros: null, probability: null, ...texts };
  }
  const likely = estimateProbability(priorProbability, input.history[option]);
  const isDoubtful = option !== 'accept_as_is' && (input.attempts > trustedAttemptsMax || input.isHighRisk);
  const probability = round(isDoubtful ? likely * shrinkFactor : likely);
  // A probability of zero has no finite price; the floor keeps it a number that can be stored and shown.
  const expectedCostUsdMicros = Math.round((costFactor * input.estimateUsdMicros) / Math.max(probability, 0.01));
  return { option, effect, expectedCostUsdMicros, probability, ...texts };
}

function describe(best: OfferedOption, { history }: RecommendationInput): Recommendation {
  const { option } = best;
  const probability = best.probability ?? 0;
  const { tries = 0, successes = 0 } = history[option] ?? {};
  const seen = tries === 0 ? 'Nobody has chosen it in such a case yet.' : `It worked ${successes} of ${tries} times.`;
  const percent = Math.round(probability * 100);
  return {
    option,
    confidence: round(probability * (0.5 + (0.5 * tries) / (tries + priorWeight))),
    reason: `The lowest expected cost to a completed order (${percent} % likely). ${seen}`,
  };
}

function fallBack(options: readonly OfferedOption[]): Recommendation {
  const draft = options.find(({ option }) => option === 'accept_as_is');
  const option = draft === undefined ? 'take_over' : 'accept_as_is';
  return { option, confidence: 0.5, reason: 'Another attempt is not likely to be worth its price.' };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
