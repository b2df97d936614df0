import { createHash } from 'node:crypto';

import { z } from 'zod';

import { gateKinds } from '../../domain/gates/gate.ts';
import type { TemporalClient } from '../../platform/temporal.ts';
import { workflowNames, type InspectRepositoryInput, type InspectRepositoryResult } from '../../workflows/contract.ts';
import { toRefusal } from './run-errors.ts';
import { runShortWorkflow } from './short-workflow.ts';

const inspectionTimeoutMs = 120_000;

/** Two tries of eleven minutes, which is what the first fetch of a large repository gets, and some slack. */
const inspectionExecutionTimeoutMs = 24 * 60_000;

const resultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('accepted'),
    baseBranch: z.string(),
    baseCommit: z.string(),
    gates: z.array(z.object({ kind: z.enum(gateKinds), command: z.string(), source: z.string() })),
    sizeBytes: z.number(),
    files: z.number(),
  }),
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string() }),
]) satisfies z.ZodType<InspectRepositoryResult>;

export type AcceptedInspection = Extract<InspectRepositoryResult, { kind: 'accepted' }>;

/**
 * Has the worker look at a repository before an order for it is accepted. Two requests for the same repository and
 * branch share one inspection, so that a client which asks again after a slow one does not start from nothing.
 *
 * @throws AppError with the code of the refusal, `repository-inspection-slow` or `temporal-unavailable`
 */
export async function inspectRepository(
  temporal: TemporalClient,
  input: InspectRepositoryInput,
): Promise<AcceptedInspection> {
  const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 32);
  const result = await runShortWorkflow(temporal, {
    name: workflowNames.inspectRepository,
    workflowId: `inspect-repository/${fingerprint}`,
    input,
    summary: 'Can this repository be worked on?',
    timeoutMs: inspectionTimeoutMs,
    executionTimeoutMs: inspectionExecutionTimeoutMs,
    onTimeout: {
      code: 'repository-inspection-slow',
      message:
        'The repository was not looked through within 2 minutes: it is large, or no worker is running. ' +
        'No order was made. Send the same request again: it goes on where this one stopped waiting.',
    },
  });
  const inspection = resultSchema.parse(result);
  if (inspection.kind === 'refused') throw toRefusal(inspection);
  return inspection;
}
