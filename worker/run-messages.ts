import type { RunMessages } from '../activities/admission/run-messages.ts';
import type { Logger } from '../platform/logger.ts';
import type { TemporalClient } from '../platform/temporal.ts';
import { workOrderWorkflowId } from '../workflows/contract.ts';

const signalTimeoutMs = 2_000;

/** Signals from activities to running orders. A run looks again by itself, so that a lost signal only costs time. */
export function createRunMessages(temporal: TemporalClient, logger: Logger): RunMessages {
  return {
    async tell(orderId, message) {
      const handle = temporal.client.workflow.getHandle(workOrderWorkflowId(orderId));
      try {
        await temporal.withDeadline(`the signal ${message}`, signalTimeoutMs, () => handle.signal(message));
      } catch (error) {
        logger.warn({ err: error, orderId, message }, 'a run could not be told; it will look again by itself');
      }
    },
  };
}
