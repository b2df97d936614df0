/** What may be spent by all work together, in micro-dollars. Days and months are those of UTC. */
export interface BudgetLimits {
  /** From here on people are warned. */
  daySoftUsdMicros: number;
  /** From here on only the cheapest able model is asked. */
  dayHardUsdMicros: number;
  /** No paid call passes this. */
  dayKillUsdMicros: number;
  /** From here on people are warned. */
  monthTargetUsdMicros: number;
  /** No paid call passes this. */
  monthHardUsdMicros: number;
}

/** What is used of a limit. */
export interface BudgetUse {
  settledUsdMicros: number;
  /** Taken for calls that are running. */
  reservedUsdMicros: number;
  /** Calls that were paid, or answered for nothing. */
  calls: number;
}

/** `ok`, `soft` (warned), `hard` (the cheapest model only), `kill` (no paid call). */
export type BudgetLevel = 'ok' | 'soft' | 'hard' | 'kill';

/** One sentence that says which limits contradict each other, or null. */
export function refuseLimits(limits: BudgetLimits): string | null {
  const { daySoftUsdMicros: soft, dayHardUsdMicros: hard, dayKillUsdMicros: kill } = limits;
  if (!(soft < hard && hard < kill)) return 'the daily limits must rise: soft below hard, hard below kill';
  const { monthTargetUsdMicros: target, monthHardUsdMicros: monthHard } = limits;
  return target < monthHard ? null : 'the target of the month must lie below its hard limit';
}

/** How far the limits are used up, by what is settled and reserved. A limit that is reached counts. */
export function budgetLevel(limits: BudgetLimits, day: BudgetUse, month: BudgetUse): BudgetLevel {
  const today = day.settledUsdMicros + day.reservedUsdMicros;
  const thisMonth = month.settledUsdMicros + month.reservedUsdMicros;
  if (today >= limits.dayKillUsdMicros || thisMonth >= limits.monthHardUsdMicros) return 'kill';
  if (today >= limits.dayHardUsdMicros) return 'hard';
  return today >= limits.daySoftUsdMicros || thisMonth >= limits.monthTargetUsdMicros ? 'soft' : 'ok';
}

/**
 * What a month will have cost at its end when it goes on as it began: spent x days of the month / days so far.
 *
 * @param now the running day counts as a whole one
 * @returns micro-dollars, rounded up
 */
export function projectMonth(spentUsdMicros: number, now: Date): number {
  const daysInMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)).getUTCDate();
  return Math.ceil((spentUsdMicros * daysInMonth) / now.getUTCDate());
}

/** From this share of an order's cap on the model is told to finish. */
export const wrapUpShare = 0.8;
