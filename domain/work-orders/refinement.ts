import type { Proposal } from './proposal.ts';

/** One round of planning: a plan and what is wrong with it. */
export interface Cycle {
  /** The first is 1. */
  cycle: number;
  findings: readonly string[];
  proposal: Proposal;
}

/** Cycles in a row without a better plan after which another one is not worth its price. */
const fruitlessCyclesMax = 2;

/** Whether the plan should be asked for once more. It ends at a plan without findings, after two cycles without progress, and at the limit. */
export function shouldRefine(cycles: readonly Cycle[], cyclesMax = 3): boolean {
  if (cycles.length >= cyclesMax) return false;
  const best = bestCycle(cycles);
  if (best === null) return true;
  const fruitless = cycles.length - 1 - cycles.indexOf(best);
  return best.findings.length > 0 && fruitless < fruitlessCyclesMax;
}

/** The cycle with the fewest findings, of several the earliest; null when there is none. */
export function bestCycle<Kind extends Cycle>(cycles: readonly Kind[]): Kind | null {
  return cycles.reduce<Kind | null>(
    (best, cycle) => (best === null || cycle.findings.length < best.findings.length ? cycle : best),
    null,
  );
}
