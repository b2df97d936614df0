import { WorkflowNotFoundError, type WorkflowExecutionStatusName } from '@temporalio/client';

import type { TemporalClient } from '../../platform/temporal.ts';
import { listStartedOrders } from '../../prisma/repositories/work-order-intake.ts';
import {
  closeLostWorkOrderWorkflowId,
  taskQueues,
  workflowNames,
  workOrderWorkflowId,
  type CloseLostWorkOrderInput,
} from '../../workflows/contract.ts';
import type { RunDependencies } from '../dependencies.ts';

const describeTimeoutMs = 2_000;
const startTimeoutMs = 2_000;

/** Younger news than this come from a run that is there. */
const quietMs = 60_000;

/** Ends that a run did not choose. One that completed has written its end before. */
const lostStatuses = new Set<WorkflowExecutionStatusName>(['TERMINATED', 'FAILED', 'TIMED_OUT', 'CANCELLED']);

/**
 * Whether the run of a started order can't write its end any more: Temporal does not know it, or it was ended by force.
 *
 * @throws AppError `temporal-unavailable`
 */
export async function isRunLost(temporal: TemporalClient, orderId: string): Promise<boolean> {
  const handle = temporal.client.workflow.getHandle(workOrderWorkflowId(orderId));
  try {
    const { status } = await temporal.withDeadline('the look at the run', describeTimeoutMs, () => handle.describe());
    return lostStatuses.has(status.name);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

/**
 * Has a workflow end an order whose run is lost; the API itself never writes a status. Asked again, it is the same one.
 *
 * @throws AppError `temporal-unavailable`
 */
export async function closeLostWorkOrder(temporal: TemporalClient, input: CloseLostWorkOrderInput): Promise<void> {
  await temporal.withDeadline('the end of a lost work order', startTimeoutMs, () =>
    temporal.client.workflow.start(workflowNames.closeLostWorkOrder, {
      workflowId: closeLostWorkOrderWorkflowId(input.orderId),
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: taskQueues.workflows,
      args: [input],
      staticSummary: 'End a work order whose run is gone',
    }),
  );
}

/**
 * Closes the orders whose run is lost: terminated by hand, kept by another server, or dropped by its retention.
 *
 * @returns how many
 * @throws AppError `temporal-unavailable`; those that were not looked at yet are by the next call
 */
export async function closeLostWorkOrders({ database, temporal }: RunDependencies): Promise<number> {
  const quiet = await listStartedOrders(database, new Date(Date.now() - quietMs));
  let closed = 0;
  for (const orderId of quiet) {
    if (!(await isRunLost(temporal, orderId))) continue;
    await closeLostWorkOrder(temporal, { orderId, status: 'failed' });
    closed += 1;
  }
  return closed;
}
