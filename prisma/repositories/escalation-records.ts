import type { Failure } from '../../domain/failures/failure-class.ts';
import type { EscalationOption, OfferedOption } from '../../domain/escalations/options.ts';
import { stableId } from '../../platform/stable-id.ts';
import type { Database } from '../client.ts';

export interface EscalationRecord {
  orderId: string;
  attempt: number;
  trigger: string;
  failure: Failure;
  options: readonly OfferedOption[];
}

/** Opens an escalation; repeated, it is the same one. What led to it is stored once and never overwritten. */
export async function openEscalation(database: Database, escalation: EscalationRecord): Promise<{ id: string }> {
  const { orderId: workOrderId, attempt, trigger, failure, options } = escalation;
  const id = stableId('escalation', workOrderId, attempt, trigger);
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

/** Stores the answer. The first one stays. */
export async function closeEscalation(database: Database, answer: EscalationAnswerRecord): Promise<void> {
  await database.escalation.updateMany({
    where: { id: answer.id, state: 'open' },
    data: {
      state: 'resolved',
      chosenOption: answer.option,
      parameters: { ...answer.parameters },
      note: answer.note,
      resolvedBy: answer.resolvedBy,
      resolvedAt: answer.resolvedAt,
    },
  });
}
