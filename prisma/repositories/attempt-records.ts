import { z } from 'zod';

import type { ErrorContext, FailureClass } from '../../domain/failures/failure-class.ts';
import type { Proposal } from '../../domain/work-orders/proposal.ts';
import type { DiffStat, Step } from '../../domain/work-orders/work-order.ts';
import { stableId } from '../../platform/stable-id.ts';
import type { Database } from '../client.ts';

/** Which attempt of which order. */
export interface AttemptKey {
  orderId: string;
  attempt: number;
}

export interface CheckpointRecord extends AttemptKey {
  step: Step;
  baseCommit: string;
  commit: string;
  bundle: Uint8Array<ArrayBuffer> | null;
}

/** Stores the state after a step; the step's repetition replaces it. */
export async function saveCheckpoint(database: Database, checkpoint: CheckpointRecord): Promise<void> {
  const { orderId: workOrderId, attempt, step, baseCommit, commit, bundle } = checkpoint;
  const data = { baseCommit, commit, bundle };
  await database.checkpoint.upsert({
    where: { workOrderId_attempt_step: { workOrderId, attempt, step } },
    create: { workOrderId, attempt, step, ...data },
    update: data,
  });
}

/** The commits that lead to a checkpoint, or null where none are stored for it. */
export async function findBundle(
  database: Database,
  key: AttemptKey & { commit: string },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const row = await database.checkpoint.findFirst({
    where: { workOrderId: key.orderId, attempt: key.attempt, commit: key.commit, bundle: { not: null } },
    select: { bundle: true },
  });
  return row?.bundle ?? null;
}

const storedProposal = z.object({
  summary: z.string(),
  files: z.array(z.object({ path: z.string(), intent: z.string(), isNew: z.boolean() })),
  tests: z.array(z.string()),
  risks: z.array(z.string()),
  criteriaCovered: z.array(z.string()),
});

/** Stores the plan of an attempt. */
export async function saveProposal(database: Database, key: AttemptKey, proposal: Proposal): Promise<void> {
  const plan = { ...proposal };
  const { orderId: workOrderId, attempt } = key;
  await database.proposal.upsert({
    where: { workOrderId_attempt: { workOrderId, attempt } },
    create: { workOrderId, attempt, plan },
    update: { plan },
  });
}

/** The plan of an attempt. @throws when there is none */
export async function loadProposal(database: Database, key: AttemptKey): Promise<Proposal> {
  const row = await database.proposal.findUniqueOrThrow({
    where: { workOrderId_attempt: { workOrderId: key.orderId, attempt: key.attempt } },
  });
  return storedProposal.parse(row.plan);
}

export interface GateResultRecord {
  gate: string;
  command: string;
  outcome: string;
  exitCode: number | null;
  durationMs: number;
  output: string;
}

/** Replaces the gate results of an attempt. */
export async function saveGateResults(
  database: Database,
  key: AttemptKey,
  { results, sandboxed }: { results: readonly GateResultRecord[]; sandboxed: boolean },
): Promise<void> {
  const where = { workOrderId: key.orderId, attempt: key.attempt };
  const rows = results.map((result, position) => ({
    ...where,
    ...result,
    position,
    sandboxed,
  }));
  await database.$transaction([
    database.gateResult.deleteMany({ where }),
    database.gateResult.createMany({ data: rows }),
  ]);
}

export interface OutcomeRecord extends AttemptKey {
  failure: { failureClass: FailureClass; context: ErrorContext; step: Step | null } | null;
  costUsdMicros: number;
  executionTimeMs: number;
  modelAsked: string;
  modelServed: string | null;
  routeReason: string;
  policyVersion: string;
  diffStat: DiffStat;
  testTimeMs: number;
  refinementCycles: number;
  repairRounds: number;
  complexity: { score: number; factors: object[] };
}

/** Stores what an attempt came to. The first record stays: there is exactly one per attempt. */
export async function saveOutcome(database: Database, outcome: OutcomeRecord): Promise<void> {
  const { orderId: workOrderId, attempt, failure, diffStat, complexity, costUsdMicros, ...columns } = outcome;
  await database.outcomeVector.createMany({
    data: [
      {
        ...columns,
        id: stableId('outcome', workOrderId, attempt),
        workOrderId,
        attempt,
        success: failure === null,
        ...(failure === null
          ? {}
          : { failureClass: failure.failureClass, errorContext: { ...failure.context }, failedStep: failure.step }),
        costUsdMicros: BigInt(costUsdMicros),
        diffFiles: diffStat.files,
        diffLinesAdded: diffStat.added,
        diffLinesRemoved: diffStat.removed,
        complexity: complexity.score,
        complexityFactors: complexity.factors,
      },
    ],
    skipDuplicates: true,
  });
}
