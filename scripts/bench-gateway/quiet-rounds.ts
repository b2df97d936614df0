/** Something that was measured, and what the host gave to others meanwhile. */
export interface Round<Result> {
  result: Result;
  /** Share of the processor time, from 0 to 1. */
  hostTook: number;
}

/**
 * The rounds that the host disturbed least: a third of them, rounded up, and all that are as quiet as the last of these.
 * Which ones they are is decided by what the host took alone, not by what was measured.
 */
export function quietRounds<Result>(rounds: readonly Round<Result>[]): Round<Result>[] {
  const took = rounds.map(({ hostTook }) => hostTook).toSorted((left, right) => left - right);
  const limit = took[Math.ceil(rounds.length / 3) - 1] ?? 0;
  return rounds.filter(({ hostTook }) => hostTook <= limit);
}
