import { log, proxyActivities } from '@temporalio/workflow';

import type { RecordActivities, WaitingActivities } from '../activities/index.ts';
import { recordOptions, waitingOptions } from './activity-options.ts';
import type { CloseLostWorkOrderInput } from './contract.ts';

const records = proxyActivities<RecordActivities>(recordOptions);
const settling = proxyActivities<WaitingActivities>(waitingOptions);

const reason = 'Its run is gone from Temporal, so it cannot go on.';

/**
 * Ends an order in place of its run, which Temporal does not know any more or ended by force. The one who starts it has
 * made sure of that; an order that has ended stays as it is.
 */
export async function closeLostWorkOrder({ orderId, status }: CloseLostWorkOrderInput): Promise<void> {
  const progress = await records.readProgress({ orderId });
  if (progress === null) return;
  const at = new Date().toISOString();
  const { openEscalationId: id, lastEventSequence, attempt, model } = progress;
  if (id !== null) {
    const answer = { option: 'abort' as const, parameters: {}, note: reason, resolvedBy: 'work order' };
    await records.closeEscalation({ id, ...answer, resolvedAt: at });
  }
  const failureClass = status === 'failed' ? 'orchestration_error' : progress.failureClass;
  // The first number belongs to the beginning of a run, and this one may never have begun.
  const sequence = Math.max(lastEventSequence + 1, 2);
  const state = { status, step: null, attempt, waitingFor: null, model, failureClass };
  await records.appendEvents([{ orderId, sequence, type: 'ended', at, ...state, details: { reason } }]);
  // What could not be removed now is removed by the sweep when a worker starts; the order has ended all the same.
  await settling.settleWorkOrder({ orderId, removesBranches: false }).catch((error: unknown) => {
    log.warn('The workspaces of a lost order could not be removed', { orderId, error });
  });
}
