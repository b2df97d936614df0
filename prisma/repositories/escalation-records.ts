import type { Failure, FailureClass } from '../../domain/failures/failure-class.ts';
import { isEscalationOption, type EscalationOption } from '../../domain/escalations/options.ts';
import type { OfferedOption, OptionHistory, Recommendation } from '../../domain/escalations/recommendation.ts';
import type { EscalationTrigger } from '../../domain/escalations/triggers.ts';
import { finalStatuses } from '../../domain/work-orders/work-order.ts';
import { stableId } from '../../platform/stable-id.ts';
import type { Database } from '../client.ts';
import { appendAuditEvent } from './audit-trail.ts';

/** What lies further back says little about the models and repositories of today. */
const historyMax = 500;

export interface EscalationRecord {
  orderId: string;
  attempt: number;
  /** Counted by the run: the same question asked twice is two escalations, a repeated write of one is not. */
  question: number;
  trigger: EscalationTrigger;
  failure: Failure;
  options: readonly OfferedOption[];
  recommendation: Recommendation;
}

/** Opens an escalation; repeated, it is the same one. What led to it is stored once and never overwritten. */
export async function openEscalation(database: Database, escalation: EscalationRecord): Promise<{ id: string }> {
  const { orderId: workOrderId, attempt, question, trigger, failure, options, recommendation } = escalation;
  const id = stableId('escalation', workOrderId, question, trigger);
  await database.escalation.createMany({
    data: [
      {
        id,
        workOrderId,
        attempt,
        trigger,
        failureClass: failure.failureClass,
        context: { subReason: failure.subReason, rule: failure.rule, ...failure.context },
        options: options.map((option) => ({ ...option })),
        recommendation: { ...recommendation },
      },
    ],
    skipDuplicates: true,
  });
  return { id };
}

export interface EscalationAnswerRecord {
  id: string;
  option: EscalationOption;
  parameters: object;
  note: string | null;
  resolvedBy: string;
  /** ISO 8601. */
  resolvedAt: string;
}

/** Stores the answer. The first one stays, and stands in the audit trail, also when it came by a signal. */
export async function closeEscalation(database: Database, answer: EscalationAnswerRecord): Promise<void> {
  const { id, option, parameters, note, resolvedBy, resolvedAt } = answer;
  await database.$transaction(async (session) => {
    const { count } = await session.escalation.updateMany({
      where: { id, state: 'open' },
      data: { state: 'resolved', chosenOption: option, parameters: { ...parameters }, note, resolvedBy, resolvedAt },
    });
    if (count === 0) return;
    await appendAuditEvent(session, {
      actor: { kind: 'system', name: 'work order' },
      ...{ action: 'closeEscalation', outcome: 'done', objectKind: 'escalation', objectId: id },
      details: { option, resolvedBy },
    });
  });
}

/**
 * How each option ended before, for the same trigger and failure class. It was a success when the order was completed.
 * Orders that still run tell nothing yet.
 */
export async function readOptionHistory(
  database: Database,
  { trigger, failureClass }: { trigger: EscalationTrigger; failureClass: FailureClass },
): Promise<Partial<Record<EscalationOption, OptionHistory>>> {
  const rows = await database.escalation.findMany({
    where: { trigger, failureClass, state: 'resolved', workOrder: { status: { in: [...finalStatuses] } } },
    select: { chosenOption: true, workOrder: { select: { status: true } } },
    orderBy: { createdAt: 'desc' },
    take: historyMax,
  });
  const history: Partial<Record<EscalationOption, OptionHistory>> = {};
  for (const { chosenOption, workOrder } of rows) {
    if (chosenOption === null || !isEscalationOption(chosenOption)) continue;
    const { tries, successes } = history[chosenOption] ?? { tries: 0, successes: 0 };
    const isSuccess = workOrder.status === 'completed';
    history[chosenOption] = { tries: tries + 1, successes: successes + (isSuccess ? 1 : 0) };
  }
  return history;
}
