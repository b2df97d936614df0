import { budgetLevel, projectMonth, type BudgetLimits, type BudgetUse } from '../../domain/budget/limits.ts';
import type { BudgetInUse } from '../../prisma/repositories/budget.ts';

/** What is spent and left of the day and the month, as the API shows it. */
export function toBudget(limits: BudgetLimits & { policyVersion: string }, { day, month }: BudgetInUse, now: Date) {
  const date = now.toISOString().slice(0, 10);
  return {
    level: budgetLevel(limits, day, month),
    day: {
      ...toPeriod(day, limits.dayKillUsdMicros),
      date,
      softUsdMicros: limits.daySoftUsdMicros,
      hardUsdMicros: limits.dayHardUsdMicros,
      killUsdMicros: limits.dayKillUsdMicros,
    },
    month: {
      ...toPeriod(month, limits.monthHardUsdMicros),
      month: date.slice(0, 7),
      targetUsdMicros: limits.monthTargetUsdMicros,
      hardUsdMicros: limits.monthHardUsdMicros,
      projectedUsdMicros: projectMonth(month.settledUsdMicros, now),
    },
    policyVersion: limits.policyVersion,
  };
}

function toPeriod({ settledUsdMicros, reservedUsdMicros, calls }: BudgetUse, capUsdMicros: number) {
  const used = settledUsdMicros + reservedUsdMicros;
  return {
    settledUsdMicros,
    reservedUsdMicros,
    remainingUsdMicros: Math.max(0, capUsdMicros - used),
    usedShare: capUsdMicros === 0 ? 1 : used / capUsdMicros,
    calls,
  };
}
