import { describeNewErrors } from '../../domain/gates/verdict-failure.ts';
import { repairMessage } from '../../domain/text/prompts/repair.ts';
import { findFailedGate, findProposal } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder } from '../../prisma/repositories/order-records.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import type { StepProgress } from '../heartbeat.ts';
import type { StepDependencies } from './dependencies.ts';
import { editFrom, type EditResult } from './edit.ts';
import type { AttemptInput } from './plan.ts';
import { findOffSwitch, flagOfRound } from './repair-switch.ts';

export interface RepairInput extends AttemptInput {
  /** Number of the repair in its attempt; the first is 1. */
  round: number;
  /** The checkpoint that did not pass. */
  commit: string;
  failure: Failure;
}

/**
 * Gives the errors that are new back to the same model in the same workspace, and takes a checkpoint of what it made of
 * them. The editor sees the planned files and the one that the error names. Where repairs were turned off since the
 * gates ran, nothing is asked and the attempt ends with what they found.
 */
export async function repairAttempt(
  dependencies: StepDependencies,
  input: RepairInput,
  progress: StepProgress,
): Promise<EditResult> {
  const { database, flags } = dependencies;
  const { orderId, attempt, round, commit, failure } = input;
  if ((await findOffSwitch(flags, round)) !== null)
    return { commit, diffStat: { files: 0, added: 0, removed: 0 }, failure };
  const order = await loadOrder(database, orderId);
  const gate = await findFailedGate(database, { orderId, attempt, round: round - 1 });
  const errors = gate === null ? [] : describeNewErrors(gate.verdict).map(dependencies.redact);
  const { title, description } = order;
  const message = repairMessage({ title, description, failure, errors, command: gate?.command ?? null });
  const planned = (await findProposal(database, input))?.files.map(({ path }) => path) ?? order.filesInScope;
  const edit = { step: 'repair' as const, round, from: commit, message, files: planned };
  const repair = () => editFrom(dependencies, { order, input, round: edit }, progress);
  return flags.measured(flagOfRound(round), repair, progress.signal);
}
