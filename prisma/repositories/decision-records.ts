import { z } from 'zod';

import { stableId } from '../../platform/stable-id.ts';
import type { Database } from '../client.ts';
import type { DecisionType } from '../generated/client.ts';

export interface DecisionRecord {
  orderId: string | null;
  attempt: number | null;
  type: DecisionType;
  /** Who decided: a step of the pipeline, or a person. */
  agent: string;
  /** Tells decisions of one type in one attempt apart. */
  key: string;
  input: object;
  output: object;
  reason: string;
  confidence?: number;
}

/** Appends a decision. The same decision written twice is one row. */
export async function saveDecision(database: Database, decision: DecisionRecord): Promise<void> {
  const { orderId, key, input, output, ...columns } = decision;
  await database.decisionLog.createMany({
    data: [
      {
        ...columns,
        id: stableId('decision', orderId ?? '', decision.attempt ?? 0, decision.type, key),
        workOrderId: orderId,
        input: { ...input },
        output: { ...output },
      },
    ],
    skipDuplicates: true,
  });
}

const storedRoute = z.object({ model: z.string() });

/** The model that routing chose for an attempt; null where it chose none. */
export async function findRoutedModel(
  database: Database,
  { orderId, attempt }: { orderId: string; attempt: number },
): Promise<string | null> {
  const row = await database.decisionLog.findFirst({
    where: { workOrderId: orderId, attempt, type: 'routing' },
    select: { output: true },
  });
  return storedRoute.safeParse(row?.output).data?.model ?? null;
}
