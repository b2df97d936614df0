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
  strategy:
    'hard_stop' | 'budget_forced' | 'cheapest_able' | 'most_capable' | 'retry_same' | 'retry_more_capable' | 'named';
  reason: string;
}

/** What the attempt before, or a person, asks of the choice. */
export type WantedModel = { rule: 'same' | 'more_capable'; than: string } | { rule: 'named'; name: string };

/**
 * The model of an attempt that follows another one: the same, the cheapest more capable one, or the one that a person
 * named. Null where that can't be had, so that the static rule decides.
 */
export function chooseWantedModel(candidates: readonly RoutingCandidate[], wanted: WantedModel): RoutingChoice | null {
  if (wanted.rule === 'named') {
    const named = candidates.find(({ name }) => name === wanted.name);
    return named === undefined ? null : { model: named.name, strategy: 'named', reason: 'A person named this model.' };
  }
  const before = candidates.find(({ name }) => name === wanted.than);
  if (before === undefined) return null;
  if (wanted.rule === 'same') {
    const reason = 'The same model as before, with what failed as input.';
    return { model: before.name, strategy: 'retry_same', reason };
  }
  const [better] = candidates
    .filter(({ ceiling }) => ceiling > before.ceiling)
    .sort((a, b) => a.ceiling - b.ceiling || a.estimateUsdMicros - b.estimateUsdMicros);
  if (better === undefined) {
    const reason = `No model is more capable than ${before.name}, so it tries again.`;
    return { model: before.name, strategy: 'retry_more_capable', reason };
  }
  const reason = `The next more capable model after ${before.name}, which failed.`;
  return { model: better.name, strategy: 'retry_more_capable', reason };
}

/**
 * The static rule: where money is short the cheapest model that is trusted that far; else a hard stop takes the most
 * capable one; else the cheapest whose ceiling is at least the score, and where none is trusted that far, the one with
 * the highest ceiling.
 *
 * @returns null when there is no candidate
 */
export function chooseModel(
  candidates: readonly RoutingCandidate[],
  { score, hardStop, isMoneyShort }: { score: number; hardStop: HardStop | null; isMoneyShort: boolean },
): RoutingChoice | null {
  const byCost = [...candidates].sort(
    (a, b) => a.estimateUsdMicros - b.estimateUsdMicros || a.name.localeCompare(b.name),
  );
  // The sort by cost decides between equally capable models.
  const mostCapable = [...byCost].sort((a, b) => b.ceiling - a.ceiling)[0];
  if (mostCapable === undefined) return null;
  const able = byCost.find((candidate) => candidate.ceiling >= score);
  if (isMoneyShort) {
    const cheapest = able ?? byCost[0] ?? mostCapable;
    const stop = hardStop === null ? '' : `, although the order names ${hardStop.subject}`;
    const reason = `The hard limit of the day is reached, so the cheapest model that can do it does it${stop}.`;
    return { model: cheapest.name, strategy: 'budget_forced', reason };
  }
  if (hardStop !== null) {
    return {
      model: mostCapable.name,
      strategy: 'hard_stop',
      reason: `The order names ${hardStop.subject} ("${hardStop.match}"), so the most capable model does it.`,
    };
  }
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
