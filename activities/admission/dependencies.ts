import { checkDependencies, type DependencyState } from '../../domain/admission/dependencies.ts';
import type { Policy } from '../../domain/work-orders/policy.ts';
import type { Database } from '../../prisma/client.ts';
import { listDependents, readDependencies } from '../../prisma/repositories/dependencies.ts';
import { readOrderOutcome } from '../../prisma/repositories/order-records.ts';
import { messages } from '../../workflows/contract.ts';
import type { RunMessages } from './run-messages.ts';

export interface DependencyDependencies {
  database: Database;
  runs: RunMessages;
  policy: Pick<Policy, 'dependencyRule'>;
}

/** Whether an order may begin. */
export async function checkOrderDependencies(
  { database, policy }: DependencyDependencies,
  orderId: string,
): Promise<DependencyState> {
  return checkDependencies(await readDependencies(database, orderId), policy.dependencyRule);
}

/** Whether an order that somebody waits for is done; one that does not exist never will be. */
export async function isOrderDone({ database, policy }: DependencyDependencies, orderId: string): Promise<boolean> {
  const outcome = await readOrderOutcome(database, orderId);
  if (outcome === null) return false;
  return checkDependencies([{ ...outcome, kind: 'hard' }], policy.dependencyRule).state === 'ready';
}

/** Tells the orders that depend on one that it has ended or was merged. */
export async function tellDependents({ database, runs }: DependencyDependencies, orderId: string): Promise<void> {
  for (const dependent of await listDependents(database, orderId)) await runs.tell(dependent, messages.dependencyEnded);
}
