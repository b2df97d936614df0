import { z } from 'zod';

import type { ErrorContext, FailureClass } from '../../domain/failures/failure-class.ts';
import type { GateVerdict } from '../../domain/gates/compare-with-baseline.ts';
import type { Proposal } from '../../domain/work-orders/proposal.ts';
import type { DiffStat, Step } from '../../domain/work-orders/work-order.ts';
import { stableId } from '../../platform/stable-id.ts';
import type { Database } from '../client.ts';
import { storedDiagnostic, storedTestResult } from './baselines.ts';

/** Which attempt of which order. */
export interface AttemptKey {
  orderId: string;
  attempt: number;
}

export interface CheckpointRecord extends AttemptKey {
  step: Step;
  /** 0 for the first edit and its checks, then one per repair. */
  round?: number;
  baseCommit: string;
  commit: string;
  bundle: Uint8Array<ArrayBuffer> | null;
}

/** Stores the state after a step; the step's repetition replaces it. */
export async function saveCheckpoint(database: Database, checkpoint: CheckpointRecord): Promise<void> {
  const { orderId: workOrderId, attempt, step, round = 0, baseCommit, commit, bundle } = checkpoint;
  const data = { baseCommit, commit, bundle };
  await database.checkpoint.upsert({
    where: { workOrderId_attempt_step_round: { workOrderId, attempt, step, round } },
    create: { workOrderId, attempt, step, round, ...data },
    update: data,
  });
}

/** The commits that lead to a checkpoint of an order, or null where none are stored for it. */
export async function findBundle(
  database: Database,
  key: { orderId: string; commit: string },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const row = await database.checkpoint.findFirst({
    where: { workOrderId: key.orderId, commit: key.commit, bundle: { not: null } },
    select: { bundle: true },
  });
  return row?.bundle ?? null;
}

const storedProposal = z.object({
  summary: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      intent: z.string(),
      isNew: z.boolean(),
      criteria: z.array(z.string()).default([]),
    }),
  ),
  tests: z.array(z.string()),
  risks: z.array(z.string()),
  criteriaCovered: z.array(z.string()),
  contracts: z.array(z.string()).default([]),
  criterionTests: z.array(z.object({ criterion: z.string(), test: z.string() })).default([]),
});

/** Stores the plan of an attempt. */
export async function saveProposal(database: Database, key: AttemptKey, proposal: Proposal): Promise<void> {
  const files = proposal.files.map((file) => ({ ...file }));
  const criterionTests = (proposal.criterionTests ?? []).map((named) => ({ ...named }));
  const plan = { ...proposal, files, criterionTests };
  const { orderId: workOrderId, attempt } = key;
  await database.proposal.upsert({
    where: { workOrderId_attempt: { workOrderId, attempt } },
    create: { workOrderId, attempt, plan },
    update: { plan },
  });
}

/** The plan that an attempt follows: its own, or the one of the attempt that it goes on from. Null without any. */
export async function findProposal(database: Database, key: AttemptKey): Promise<Proposal | null> {
  const row = await database.proposal.findFirst({
    where: { workOrderId: key.orderId, attempt: { lte: key.attempt } },
    orderBy: { attempt: 'desc' },
  });
  return row === null ? null : storedProposal.parse(row.plan);
}

export interface GateResultRecord {
  gate: string;
  command: string;
  outcome: string;
  exitCode: number | null;
  durationMs: number;
  output: string;
  /** Why it counts as it does, and what is worse than before. */
  verdict: object;
}

/** Replaces the gate results of one round of an attempt. */
export async function saveGateResults(
  database: Database,
  key: AttemptKey & { round: number },
  { results, sandboxed }: { results: readonly GateResultRecord[]; sandboxed: boolean },
): Promise<void> {
  const where = { workOrderId: key.orderId, attempt: key.attempt, round: key.round };
  const rows = results.map((result, position) => ({
    ...where,
    ...result,
    verdict: { ...result.verdict },
    position,
    sandboxed,
  }));
  await database.$transaction([
    database.gateResult.deleteMany({ where }),
    database.gateResult.createMany({ data: rows }),
  ]);
}

const storedVerdict = z.object({
  outcome: z.enum(['passed', 'known_failures', 'failed']),
  newDiagnostics: z.array(storedDiagnostic),
  newFailingTests: z.array(storedTestResult),
  vanishedTests: z.array(z.string()),
  knownFailures: z.number(),
  fixed: z.number(),
  // Not in rows from before it was told.
  isFaultOfBase: z.boolean().default(false),
  reason: z.string(),
});

/** The gate that failed in a round of an attempt; null when none did. */
export async function findFailedGate(
  database: Database,
  key: AttemptKey & { round: number },
): Promise<{ command: string; verdict: GateVerdict } | null> {
  const row = await database.gateResult.findFirst({
    where: { workOrderId: key.orderId, attempt: key.attempt, round: key.round, outcome: 'failed' },
    orderBy: { position: 'asc' },
  });
  return row === null ? null : { command: row.command, verdict: storedVerdict.parse(row.verdict) };
}

export interface OutcomeRecord extends AttemptKey {
  failure: { failureClass: FailureClass; context: ErrorContext; step: Step | null; fingerprint: string } | null;
  costUsdMicros: number;
  executionTimeMs: number;
  modelAsked: string;
  modelServed: string | null;
  isDegraded: boolean;
  routeReason: string;
  policyVersion: string;
  diffStat: DiffStat;
  testTimeMs: number;
  refinementCycles: number;
  repairRounds: number;
  complexity: { score: number; factors: object[] };
  /** Null where the attempt did not get as far. */
  acceptance: { score: number; parts: object[] } | null;
  guardHits: object[];
  editFormat: string | null;
}

/** Stores what an attempt came to. The first record stays: there is exactly one per attempt. */
export async function saveOutcome(database: Database, outcome: OutcomeRecord): Promise<void> {
  const {
    orderId: workOrderId,
    attempt,
    failure,
    diffStat,
    complexity,
    acceptance,
    costUsdMicros,
    ...columns
  } = outcome;
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
          : {
              failureClass: failure.failureClass,
              errorContext: { ...failure.context },
              failedStep: failure.step,
              failureFingerprint: failure.fingerprint,
            }),
        costUsdMicros: BigInt(costUsdMicros),
        diffFiles: diffStat.files,
        diffLinesAdded: diffStat.added,
        diffLinesRemoved: diffStat.removed,
        complexity: complexity.score,
        complexityFactors: complexity.factors,
        ...(acceptance === null ? {} : { acceptanceScore: acceptance.score, acceptance: acceptance.parts }),
      },
    ],
    skipDuplicates: true,
  });
}
