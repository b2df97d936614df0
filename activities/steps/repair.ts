import { describeNewErrors } from '../../domain/gates/verdict-failure.ts';
import { repairMessage } from '../../domain/text/prompts/repair.ts';
import { findFailedGate, findProposal } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder } from '../../prisma/repositories/order-records.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import type { StepProgress } from '../heartbeat.ts';
import type { StepDependencies } from './dependencies.ts';
import { editFrom, type EditResult } from './edit.ts';
import type { AttemptInput } from './plan.ts';

export interface RepairInput extends AttemptInput {
  /** Number of the repair in its attempt; the first is 1. */
  round: number;
  /** The checkpoint that did not pass. */
  commit: string;
  failure: Failure;
}

/**
 * Gives the errors that are new back to the same model in the same workspace, and takes a checkpoint of what it made of
 * them. The editor sees the planned files and the one that the error names.
 */
export async function repairAttempt(
  dependencies: StepDependencies,
  input: RepairInput,
  progress: StepProgress,
): Promise<EditResult> {
  const { database } = dependencies;
  const { orderId, attempt, round, commit, failure } = input;
  const order = await loadOrder(database, orderId);
  const gate = await findFailedGate(database, { orderId, attempt, round: round - 1 });
  const errors = gate === null ? [] : describeNewErrors(gate.verdict).map(dependencies.redact);
  const { title, description } = order;
  const message = repairMessage({ title, description, failure, errors, command: gate?.command ?? null });
  const planned = (await findProposal(database, input))?.files.map(({ path }) => path) ?? order.filesInScope;
  const edit = { step: 'repair' as const, round, from: commit, message, files: planned };
  return editFrom(dependencies, { order, input, round: edit }, progress);
}
