import { WorkflowNotFoundError } from '@temporalio/client';

import { AppError } from '../../domain/errors.ts';
import type { EscalationAnswer } from '../../domain/escalations/answer.ts';
import type { TemporalClient } from '../../platform/temporal.ts';
import { messages, workOrderWorkflowId } from '../../workflows/contract.ts';
import { closeLostWorkOrder, isRunLost } from './lost-work-orders.ts';
import { unwrapRunError } from './run-errors.ts';

const signalTimeoutMs = 2_000;
const queryTimeoutMs = 3_000;
/** A run whose worker has died is with another one after 3 s (`worker/queues.ts`), and is replayed there first. */
const updateTimeoutMs = 10_000;

/** A signal to a run. */
export interface RunMessage {
  /** One of `messages`. */
  name: string;
  args?: unknown[];
  /** Names it in the sentence of an error, such as `the request to pause`. */
  what: string;
}

/**
 * Sends a signal to the run of an order. It is heard even when no worker is there yet.
 *
 * @throws AppError `work-order-finished` when no run is left, `temporal-unavailable`
 */
export async function tellRun(temporal: TemporalClient, orderId: string, message: RunMessage): Promise<void> {
  const handle = temporal.client.workflow.getHandle(workOrderWorkflowId(orderId));
  const { name, args = [], what } = message;
  try {
    await temporal.withDeadline(what, signalTimeoutMs, () => handle.signal(name, ...args));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const sentence = `The run of this work order has ended already, so ${what} reaches nobody.`;
    throw new AppError('work-order-finished', sentence, { cause: error });
  }
}

/**
 * Asks a run to end at its next safe point. An order whose run is lost is ended by a workflow of its own.
 *
 * @throws AppError `work-order-finished` when no run is left, `temporal-unavailable`
 */
export async function cancelRun(temporal: TemporalClient, orderId: string): Promise<void> {
  try {
    await tellRun(temporal, orderId, { name: messages.cancelWorkOrder, what: 'the request to cancel' });
  } catch (error) {
    const isGone = error instanceof AppError && error.code === 'work-order-finished';
    if (!isGone || !(await isRunLost(temporal, orderId))) throw error;
    await closeLostWorkOrder(temporal, { orderId, status: 'cancelled' });
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
