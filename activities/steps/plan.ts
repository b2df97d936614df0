import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import { planPrompt, planSystemPrompt } from '../../domain/text/prompts/plan.ts';
import { checkProposal, isInScope, type Proposal } from '../../domain/work-orders/proposal.ts';
import { bestCycle, shouldRefine, type Cycle } from '../../domain/work-orders/refinement.ts';
import { refusePath } from '../../domain/work-orders/work-order.ts';
import {
  findProposal,
  saveCheckpoint,
  saveProposal,
  type AttemptKey,
} from '../../prisma/repositories/attempt-records.ts';
import { saveDecision } from '../../prisma/repositories/decision-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { splitNul } from '../git/git-command.ts';
import { readFilesAt } from '../git/read-files.ts';
import { generateStructured } from '../llm/structured.ts';
import type { StepProgress } from '../heartbeat.ts';
import type { StepDependencies } from './dependencies.ts';

/** What a step of an attempt is given beside its key. */
export interface AttemptInput extends AttemptKey {
  model: string;
  /** What a person added when a new attempt was asked for. */
  guidance: string | null;
  /** The excerpt of what failed before, when there was an attempt before. */
  previousFailure: string | null;
  /** Multiple of the usual view of the repository. */
  contextFactor: number;
  /** What becomes of the plan of the attempt before: mended, or left for another one. */
  plan: 'mend' | 'discard';
}

/** What the run needs to know of a plan; the plan itself is in the records. */
export interface PlanSummary {
  summary: string;
  files: string[];
  findings: string[];
  cycles: number;
  /** Set when the plan says that the order contradicts itself. */
  failure: Failure | null;
}

const listedFilesMax = 400;
const shownFilesMax = 20;
const shownBytesMax = 100_000;

const answerSchema = z.object({
  summary: z.string().min(1).max(4_000),
  files: z
    .array(
      z.object({
        path: z.string().max(500),
        intent: z.string().max(2_000),
        isNew: z.boolean().default(false),
        criteria: z.array(z.string().max(50)).max(50).default([]),
      }),
    )
    .max(100),
  tests: z.array(z.string().max(1_000)).max(50).default([]),
  risks: z.array(z.string().max(1_000)).max(50).default([]),
  criteriaCovered: z.array(z.string().max(50)).max(50).default([]),
  contracts: z.array(z.string().max(500)).max(50).default([]),
  criterionTests: z
    .array(z.object({ criterion: z.string().max(50), test: z.string().max(500) }))
    .max(50)
    .default([]),
  /** Requirements that can't be met together. */
  conflicts: z.array(z.string().max(1_000)).max(20).default([]),
});

type Answer = z.infer<typeof answerSchema>;

/** One cycle with what the model said of contradictions. */
interface AnsweredCycle extends Cycle {
  conflicts: string[];
}

/**
 * Asks the model for a plan, checks it, and gives the findings back until there are none or it is not worth another
 * call. The best cycle is kept, not the last, and of it what can be followed.
 *
 * @throws AppError provider-bad-answer when no plan could be read or nothing of it can be followed
 */
export async function planAttempt(
  dependencies: StepDependencies,
  input: AttemptInput,
  progress: StepProgress,
): Promise<PlanSummary> {
  const { database, policy } = dependencies;
  const order = await loadOrder(database, input.orderId);
  if (policy.refinementCyclesMax === 0)
    return { summary: order.title, files: [], findings: [], cycles: 0, failure: null };
  const repository = await readRepository(dependencies, { order, contextFactor: input.contextFactor }, progress.signal);
  const cycles = await refine(dependencies, { order, input, repository }, progress);
  const best = bestCycle(cycles);
  if (best === null) throw new AppError('provider-bad-answer', `${input.model} gave no plan.`);
  const proposal = {
    ...best.proposal,
    files: best.proposal.files.filter(({ path }) => canFollow(path, order.filesInScope)),
  };
  const findings = [...best.findings];
  const summary = { summary: proposal.summary, files: proposal.files.map(({ path }) => path), findings };
  if (best.conflicts.length > 0) {
    return { ...summary, cycles: cycles.length, failure: failureOfConflicts(best.conflicts) };
  }
  if (proposal.files.length === 0) {
    throw new AppError('provider-bad-answer', `The plan of ${input.model} cannot be followed: ${findings.join(' ')}`);
  }
  await saveProposal(database, input, proposal);
  const { baseCommit } = order;
  await saveCheckpoint(database, { ...input, step: 'plan', baseCommit, commit: baseCommit, bundle: null });
  return { ...summary, cycles: cycles.length, failure: null };
}

interface PlanWork {
  order: OrderSnapshot;
  input: AttemptInput;
  repository: RepositoryView;
}

async function refine(
  dependencies: StepDependencies,
  work: PlanWork,
  progress: StepProgress,
): Promise<AnsweredCycle[]> {
  const { database, policy, flags } = dependencies;
  const { order, input, repository } = work;
  const before = await findProposal(database, { ...input, attempt: input.attempt - 1 });
  const rules = { filesMax: policy.diffFilesMax };
  const cycles: AnsweredCycle[] = [];
  const cyclesMax = async () => ((await flags.isOn('PLAN_REFINEMENT')) ? policy.refinementCyclesMax : 1);
  while (shouldRefine(cycles, cycles.length === 0 ? 1 : await cyclesMax())) {
    const cycle = cycles.length + 1;
    progress.say(
      cycle === 1 ? `Asking ${input.model} for a plan` : `Asking ${input.model} to mend its plan (${cycle})`,
    );
    const earlier = cycles.at(-1) ?? (before === null ? null : { proposal: before, findings: [] });
    const ask = () => askForPlan(dependencies, { ...work, earlier }, progress.signal);
    const { answer, costUsdMicros } =
      cycle === 1 ? await ask() : await flags.measured('PLAN_REFINEMENT', ask, progress.signal);
    const { conflicts, ...proposal } = answer;
    const findings = checkProposal(proposal, { ...order, rules }, new Set(repository.files));
    await saveCycle(dependencies, input, {
      cycle,
      findingsBefore: cycles.at(-1)?.findings ?? [],
      findingsAfter: findings,
      files: proposal.files.length,
      costUsdMicros,
    });
    cycles.push({ cycle, findings, proposal, conflicts });
    if (conflicts.length > 0) break;
  }
  return cycles;
}

async function saveCycle(
  { database }: StepDependencies,
  { orderId, attempt, model }: AttemptInput,
  {
    cycle,
    findingsBefore,
    ...output
  }: {
    cycle: number;
    findingsBefore: readonly string[];
    findingsAfter: readonly string[];
    files: number;
    costUsdMicros: number;
  },
): Promise<void> {
  const left = output.findingsAfter.length;
  await saveDecision(database, {
    orderId,
    attempt,
    type: 'refinement_cycle',
    agent: model,
    key: `cycle-${cycle}`,
    input: { cycle, findingsBefore },
    output,
    reason: left === 0 ? 'The plan has no findings.' : `The plan has ${left} ${left === 1 ? 'finding' : 'findings'}.`,
  });
}

function failureOfConflicts(conflicts: readonly string[]): Failure {
  const message = `The order asks for things that can't be met together: ${conflicts.join(' ')}`;
  return failureOfClass('unknown', 'conflicting-requirements', message.slice(0, 500));
}

function canFollow(path: string, filesInScope: readonly string[]): boolean {
  return refusePath(path) === null && isInScope(path, filesInScope);
}

interface RepositoryView {
  files: string[];
  contents: { path: string; text: string }[];
}

async function readRepository(
  { git, mirrors }: StepDependencies,
  { order, contextFactor }: { order: OrderSnapshot; contextFactor: number },
  signal: AbortSignal,
): Promise<RepositoryView> {
  const gitDir = await mirrors.withCommit(order.repository, order.baseCommit, signal);
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', order.baseCommit], { gitDir });
  const files = splitNul(listed);
  const inScope = files.filter((path) => order.filesInScope.length > 0 && isInScope(path, order.filesInScope));
  const contents: RepositoryView['contents'] = [];
  let bytesLeft = shownBytesMax * contextFactor;
  const shown = inScope.slice(0, Math.round(shownFilesMax * contextFactor));
  const specs = shown.map((path) => `${order.baseCommit}:${path}`);
  const texts = await readFilesAt(git, gitDir, specs);
  for (const [index, path] of shown.entries()) {
    const text = texts[index] ?? '';
    if (text.length > bytesLeft || text.includes('\0')) continue;
    bytesLeft -= text.length;
    contents.push({ path, text });
  }
  return { files, contents };
}

async function askForPlan(
  { gateway, policy }: StepDependencies,
  {
    order,
    input,
    repository,
    earlier,
  }: PlanWork & { earlier: { proposal: Proposal; findings: readonly string[] } | null },
  signal: AbortSignal,
): Promise<{ answer: Answer; costUsdMicros: number }> {
  const { orderId: workOrderId, attempt, model, guidance, previousFailure, plan } = input;
  const scope = { workOrderId, attempt, step: 'plan', costCapUsdMicros: order.costCapUsdMicros };
  const files = repository.files.slice(0, Math.round(listedFilesMax * input.contextFactor));
  const { contents } = repository;
  const question = planPrompt({ ...order, files, contents, guidance, previousFailure, earlier, plan });
  const messages = [
    { role: 'system' as const, content: planSystemPrompt },
    { role: 'user' as const, content: question },
  ];
  const asked = { scope, model, messages, signal };
  const { value, costUsdMicros } = await generateStructured(gateway, asked, {
    schema: answerSchema,
    callsMax: policy.planCallsMax,
  });
  return { answer: value, costUsdMicros };
}
