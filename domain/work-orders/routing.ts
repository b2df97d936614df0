import type { HardStop } from './hard-stops.ts';

/** A model that could do the work. */
export interface RoutingCandidate {
  name: string;
  /** The complexity up to which it is trusted, 0 to 1. */
  ceiling: number;
  /** What this order would cost with it, in micro-dollars. */
  estimateUsdMicros: number;
}

export interface RoutingChoice {
  model: string;
  strategy: 'hard_stop' | 'cheapest_able' | 'most_capable';
  reason: string;
}

/**
 * The static rule: a hard stop takes the most capable model, else the cheapest whose ceiling is at least the score,
 * and where none is trusted that far, the one with the highest ceiling.
 *
 * @returns null when there is no candidate
 */
export function chooseModel(
  candidates: readonly RoutingCandidate[],
  score: number,
  hardStop: HardStop | null,
): RoutingChoice | null {
  const byCost = [...candidates].sort(
    (a, b) => a.estimateUsdMicros - b.estimateUsdMicros || a.name.localeCompare(b.name),
  );
  // The sort by cost decides between equally capable models.
  const mostCapable = [...byCost].sort((a, b) => b.ceiling - a.ceiling)[0];
  if (mostCapable === undefined) return null;
  if (hardStop !== null) {
    return {
      model: mostCapable.name,
      strategy: 'hard_stop',
      reason: `The order names ${hardStop.subject} ("${hardStop.match}"), so the most capable model does it.`,
    };
  }
  const able = byCost.find((candidate) => candidate.ceiling >= score);
  if (able !== undefined) {
    return {
      model: able.name,
      strategy: 'cheapest_able',
      reason: `The cheapest model that is trusted up to ${able.ceiling}; the complexity is ${score}.`,
    };
  }
  return {
    model: mostCapable.name,
    strategy: 'most_capable',
    reason: `No model is trusted up to a complexity of ${score}; this one has the highest ceiling, ${mostCapable.ceiling}.`,
  };
}
