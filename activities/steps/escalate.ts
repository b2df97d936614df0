import { fittingOptions } from '../../domain/escalations/options.ts';
import {
  recommendOption,
  type OfferedOption,
  type OptionHistory,
  type Recommendation,
} from '../../domain/escalations/recommendation.ts';
import type { EscalationTrigger } from '../../domain/escalations/triggers.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import type { Step } from '../../domain/work-orders/work-order.ts';
import { saveDecision } from '../../prisma/repositories/decision-records.ts';
import { openEscalation, readOptionHistory } from '../../prisma/repositories/escalation-records.ts';
import { loadOrder } from '../../prisma/repositories/order-records.ts';
import type { StepDependencies } from './dependencies.ts';

/** What a person is asked about. */
export interface EscalationInput {
  orderId: string;
  attempt: number;
  /** How many questions this run has asked, this one included. */
  question: number;
  trigger: EscalationTrigger;
  failure: Failure;
  failedStep: Step | null;
  /** Whether a checkpoint holds a change that could be published. */
  hasChange: boolean;
}

export interface OpenedEscalation {
  id: string;
  options: OfferedOption[];
  recommendation: Recommendation;
}

/** Opens an escalation with the options that fit and a recommendation from how they ended before. */
export async function escalate(dependencies: StepDependencies, input: EscalationInput): Promise<OpenedEscalation> {
  const { database, ledger } = dependencies;
  const { orderId, attempt, trigger, failure, failedStep } = input;
  const order = await loadOrder(database, orderId);
  const { failureClass } = failure;
  const history = await readOptionHistory(database, { trigger, failureClass });
  const spent = await ledger.spent(orderId);
  const { options, recommendation } = recommendOption({
    options: fittingOptions({ trigger, failureClass, hasChange: input.hasChange }),
    history: history satisfies Partial<Record<string, OptionHistory>>,
    // What an attempt of this order has cost so far is the best estimate of what another one will.
    estimateUsdMicros: attempt === 0 ? 0 : Math.round(spent / attempt),
    remainingUsdMicros: Math.max(0, order.costCapUsdMicros - spent),
    attempts: attempt,
    isHighRisk: order.risk === 'high',
  });
  const { id } = await openEscalation(database, { ...input, options, recommendation });
  await saveDecision(database, {
    orderId,
    attempt: attempt === 0 ? null : attempt,
    type: 'escalation',
    agent: 'work order',
    key: id,
    input: { failure, step: failedStep },
    output: { escalationId: id, trigger, failureClass, recommendation },
    reason: failure.context.message,
    confidence: recommendation.confidence,
  });
  return { id, options, recommendation };
}
