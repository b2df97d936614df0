import { WorkflowNotFoundError } from '@temporalio/client';

import { AppError } from '../../domain/errors.ts';
import type { TemporalClient } from '../../platform/temporal.ts';
import type { EscalationAnswer } from '../../domain/escalations/answer.ts';
import { messages, workOrderWorkflowId } from '../../workflows/contract.ts';
import { closeLostWorkOrder, isRunLost } from './lost-work-orders.ts';
import { unwrapRunError } from './run-errors.ts';

const signalTimeoutMs = 2_000;
const queryTimeoutMs = 3_000;
const updateTimeoutMs = 5_000;

/**
 * Asks a run to end at its next safe point. An order whose run is lost is ended by a workflow of its own.
 *
 * @throws AppError `work-order-finished` when no run is left, `temporal-unavailable`
 */
export async function cancelRun(temporal: TemporalClient, orderId: string): Promise<void> {
  const handle = temporal.client.workflow.getHandle(workOrderWorkflowId(orderId));
  try {
    await temporal.withDeadline('the request to cancel', signalTimeoutMs, () =>
      handle.signal(messages.cancelWorkOrder),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    if (await isRunLost(temporal, orderId)) {
      await closeLostWorkOrder(temporal, { orderId, status: 'cancelled' });
      return;
    }
    const message = 'The run of this work order has ended already, so there is nothing to cancel.';
    throw new AppError('work-order-finished', message, { cause: error });
  }
}

/**
 * Asks a run what it is doing.
 *
 * @returns its answer, to be parsed, or null when Temporal does not know the run
 * @throws AppError `temporal-unavailable` also when no worker is there to answer
 */
export async function queryRun(temporal: TemporalClient, orderId: string): Promise<unknown> {
  const handle = temporal.client.workflow.getHandle(workOrderWorkflowId(orderId));
  try {
    return await temporal.withDeadline('the question to the run', queryTimeoutMs, () => handle.query(messages.live));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/**
 * Hands a person's answer to the run that waits for it. The run decides: the first valid answer wins.
 *
 * @throws AppError `escalation-closed`, `option-not-offered`, `temporal-unavailable`
 */
export async function answerEscalation(
  temporal: TemporalClient,
  orderId: string,
  answer: EscalationAnswer,
): Promise<void> {
  const handle = temporal.client.workflow.getHandle(workOrderWorkflowId(orderId));
  try {
    await temporal.withDeadline('the answer to the escalation', updateTimeoutMs, () =>
      handle.executeUpdate(messages.resolveEscalation, { args: [answer] }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw unwrapRunError(error);
    const message = 'The run that asked has ended, so the escalation needs no answer any more.';
    throw new AppError('escalation-closed', message, { cause: error });
  }
}
