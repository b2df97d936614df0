import type { z } from 'zod';

import type { Database } from '../../prisma/client.ts';
import { readEscalation, type EscalationView } from '../../prisma/repositories/escalation-queries.ts';
import type { readWorkOrder } from '../../prisma/repositories/work-order-queries.ts';
import { failureSchema, type liveStateSchema } from '../schemas/work-order.ts';

type LiveState = z.output<typeof liveStateSchema>;
type StoredWorkOrder = NonNullable<Awaited<ReturnType<typeof readWorkOrder>>>;

/** The state of an order whose run can't be asked any more, or not yet: what its record says. */
export async function readRecordedState(database: Database, order: StoredWorkOrder): Promise<LiveState> {
  const { openEscalationId } = order;
  // Whoever sees the order sees its questions.
  const escalation = openEscalationId === null ? null : await readEscalation(database, openEscalationId, 'everybody');
  const failure = failureSchema.safeParse({
    failureClass: escalation?.failureClass,
    subReason: escalation?.context['subReason'],
    rule: escalation?.context['rule'],
    context: escalation?.context,
  });
  return {
    source: 'record',
    status: order.status,
    step: order.step,
    attempt: order.attempt,
    model: order.model,
    waitingFor: order.waitingFor,
    waitingSince: escalation?.createdAt ?? null,
    // A record says only what an order waits for; one that is held while it waits for something else knows that itself.
    paused: order.waitingFor === 'paused',
    escalation: escalation !== null && failure.success ? toQuestion(escalation, failure.data) : null,
    lastFailure: failure.success ? failure.data : null,
    costUsdMicros: order.costUsdMicros,
  };
}

function toQuestion(
  { id, trigger, options, recommendation }: EscalationView,
  failure: z.output<typeof failureSchema>,
): LiveState['escalation'] {
  return { id, trigger, failure, options, recommendation };
}
