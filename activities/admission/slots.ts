import type { Policy } from '../../domain/work-orders/policy.ts';
import type { Database } from '../../prisma/client.ts';
import { releaseSlot, takeSlot } from '../../prisma/repositories/slots.ts';
import { messages } from '../../workflows/contract.ts';
import type { RunMessages } from './run-messages.ts';

export interface SlotDependencies {
  database: Database;
  runs: RunMessages;
  policy: Pick<Policy, 'admission'>;
}

/** Asks for a place to work, and tells the others who got one meanwhile. */
export async function takePlace(
  dependencies: SlotDependencies,
  claim: { orderId: string; model: string },
): Promise<{ granted: boolean; reason: string }> {
  const { granted, reason, admitted } = await takeSlot(dependencies.database, claim, dependencies.policy.admission);
  await tellAdmitted(dependencies, admitted);
  return { granted, reason };
}

/** Gives a place back, and tells those who got it. */
export async function leavePlace(dependencies: SlotDependencies, orderId: string): Promise<void> {
  await tellAdmitted(dependencies, await releaseSlot(dependencies.database, orderId, dependencies.policy.admission));
}

async function tellAdmitted({ runs }: SlotDependencies, orderIds: readonly string[]): Promise<void> {
  for (const orderId of orderIds) await runs.tell(orderId, messages.slotGranted);
}
