import type { BudgetUse } from '../../domain/budget/limits.ts';
import type { Database } from '../client.ts';

/** What is used of the running day and month. */
export interface BudgetInUse {
  day: BudgetUse;
  month: BudgetUse;
}

/**
 * What is settled and reserved in the day and the month of a moment, in UTC. Reservations whose time is over give their
 * money back first.
 */
export async function readBudget(database: Database, now: Date): Promise<BudgetInUse> {
  await database.$executeRaw`SELECT expire_model_calls()`;
  const day = now.toISOString().slice(0, 10);
  const keys = { day: `day:${day}`, month: `month:${day.slice(0, 7)}` };
  const accounts = await database.budgetAccount.findMany({ where: { key: { in: Object.values(keys) } } });
  const useOf = (key: string): BudgetUse => {
    const account = accounts.find((candidate) => candidate.key === key);
    return {
      settledUsdMicros: Number(account?.settledUsdMicros ?? 0n),
      reservedUsdMicros: Number(account?.reservedUsdMicros ?? 0n),
      calls: account?.settledCalls ?? 0,
    };
  };
  return { day: useOf(keys.day), month: useOf(keys.month) };
}
