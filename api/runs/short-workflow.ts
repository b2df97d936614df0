import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { TemporalClient } from '../../platform/temporal.ts';
import { taskQueues } from '../../workflows/contract.ts';
import { unwrapRunError } from './run-errors.ts';

/** A workflow that a request waits for. */
export interface ShortWorkflow {
  name: string;
  /** A second request with the same id waits for the same run. */
  workflowId: string;
  input: unknown;
  /** Names it in Temporal's UI; one line. */
  summary: string;
  /** How long the request waits. */
  timeoutMs: number;
  /** How long the run may take, waiting for a worker included; a later request with the same id joins it until then. */
  executionTimeoutMs: number;
  /** What to answer when the time is over. The run itself goes on. */
  onTimeout: { code: ErrorCode; message: string };
}

const startTimeoutMs = 2_000;

/**
 * Starts a workflow (or joins the one that runs under its id) and waits for its result.
 *
 * @returns the result as it came; the caller parses it
 * @throws AppError `temporal-unavailable`, the code of `onTimeout`, or the one that the workflow failed with
 */
export async function runShortWorkflow(temporal: TemporalClient, workflow: ShortWorkflow): Promise<unknown> {
  const handle = await temporal.withDeadline(`the start of ${workflow.name}`, startTimeoutMs, () =>
    temporal.client.workflow.start(workflow.name, {
      workflowId: workflow.workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: taskQueues.workflows,
      args: [workflow.input],
      staticSummary: workflow.summary,
      // A run that no worker picked up must not begin when everybody has forgotten it.
      workflowExecutionTimeout: workflow.executionTimeoutMs,
    }),
  );
  try {
    return await temporal.withDeadline(workflow.name, workflow.timeoutMs, () => handle.result());
  } catch (error) {
    if (error instanceof AppError && error.code === 'temporal-unavailable') {
      throw new AppError(workflow.onTimeout.code, workflow.onTimeout.message, { cause: error });
    }
    throw unwrapRunError(error);
  }
}
