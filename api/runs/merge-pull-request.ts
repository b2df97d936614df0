import { z } from 'zod';

import type { TemporalClient } from '../../platform/temporal.ts';
import { workflowNames, type MergePullRequestInput, type MergePullRequestResult } from '../../workflows/contract.ts';
import { toRefusal } from './run-errors.ts';
import { runShortWorkflow } from './short-workflow.ts';

const mergeTimeoutMs = 30_000;

/** A merge that nobody picked up in a minute must not surprise anybody later. */
const mergeExecutionTimeoutMs = 60_000;

const resultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('merged'), mergeCommit: z.string() }),
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string() }),
]) satisfies z.ZodType<MergePullRequestResult>;

/**
 * Merges a pull request through the worker, which is the only process that touches repositories.
 *
 * @throws AppError with the code of the refusal, `step-timeout` or `temporal-unavailable`
 */
export async function mergePullRequest(temporal: TemporalClient, input: MergePullRequestInput): Promise<void> {
  const result = resultSchema.parse(
    await runShortWorkflow(temporal, {
      name: workflowNames.mergePullRequest,
      workflowId: `merge-pull-request/${input.pullRequestId}`,
      input,
      summary: 'Merge a pull request',
      timeoutMs: mergeTimeoutMs,
      executionTimeoutMs: mergeExecutionTimeoutMs,
      onTimeout: {
        code: 'step-timeout',
        message:
          'The merge did not end within 30 s; it may still end well. Look at the pull request again in a minute.',
      },
    }),
  );
  if (result.kind === 'refused') throw toRefusal(result);
}
