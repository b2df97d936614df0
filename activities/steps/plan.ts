import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import { planPrompt, planSystemPrompt } from '../../domain/text/prompts/plan.ts';
import { checkProposal, isInScope, type Proposal } from '../../domain/work-orders/proposal.ts';
import { refusePath } from '../../domain/work-orders/work-order.ts';
import { saveCheckpoint, saveProposal, type AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { saveDecision } from '../../prisma/repositories/decision-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { readFileAt } from '../git/mirror.ts';
import type { GenerateResult } from '../llm/gateway.ts';
import type { StepProgress } from '../heartbeat.ts';
import type { StepDependencies } from './dependencies.ts';

/** What a step of an attempt is given beside its key. */
export interface AttemptInput extends AttemptKey {
  model: string;
  /** What a person added when a new attempt was asked for. */
  guidance: string | null;
  /** The excerpt of what failed before, when there was an attempt before. */
  previousFailure: string | null;
}

/** What the run needs to know of a plan; the plan itself is in the records. */
export interface PlanSummary {
  summary: string;
  files: string[];
  findings: string[];
}

const listedFilesMax = 400;
const shownFilesMax = 20;
const shownBytesMax = 100_000;

const answerSchema = z.object({
  summary: z.string().min(1).max(4_000),
  files: z
    .array(z.object({ path: z.string().max(500), intent: z.string().max(2_000), isNew: z.boolean().default(false) }))
    .max(100),
  tests: z.array(z.string().max(1_000)).max(50).default([]),
  risks: z.array(z.string().max(1_000)).max(50).default([]),
  criteriaCovered: z.array(z.string().max(50)).max(50).default([]),
});

/**
 * Asks the model for a plan, checks it, and keeps what can be followed of it.
 *
 * @throws AppError provider-bad-answer when no plan could be read or nothing of it can be followed
 */
export async function planAttempt(
  dependencies: StepDependencies,
  input: AttemptInput,
  progress: StepProgress,
): Promise<PlanSummary> {
  const { database } = dependencies;
  const order = await loadOrder(database, input.orderId);
  const repository = await readRepository(dependencies, order, progress.signal);
  progress.say(`Asking ${input.model} for a plan`);
  const { proposal: answered, answer } = await askForPlan(dependencies, { order, input, repository }, progress.signal);
  const findings = checkProposal(answered, order, new Set(repository.files));
  const proposal = { ...answered, files: answered.files.filter(({ path }) => canFollow(path, order.filesInScope)) };
  if (proposal.files.length === 0) {
    throw new AppError('provider-bad-answer', `The plan of ${input.model} cannot be followed: ${findings.join(' ')}`);
  }
  await saveProposal(database, input, proposal);
  await saveDecision(database, {
    orderId: input.orderId,
    attempt: input.attempt,
    type: 'refinement_cycle',
    agent: input.model,
    key: 'cycle-1',
    input: { cycle: 1, findingsBefore: [] },
    output: { findingsAfter: findings, files: proposal.files.length, costUsdMicros: answer.costUsdMicros },
    reason:
      findings.length === 0 ? 'The plan has no findings.' : 'The plan is kept with its findings: there is one cycle.',
  });
  const { baseCommit } = order;
  await saveCheckpoint(database, { ...input, step: 'plan', baseCommit, commit: baseCommit, bundle: null });
  return { summary: proposal.summary.slice(0, 500), files: proposal.files.map(({ path }) => path), findings };
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
  order: OrderSnapshot,
  signal: AbortSignal,
): Promise<RepositoryView> {
  const gitDir = await mirrors.withCommit(order.repository, order.baseCommit, signal);
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', order.baseCommit], { gitDir });
  const files = listed.split('\0').filter((path) => path !== '');
  const inScope = files.filter((path) => order.filesInScope.length > 0 && isInScope(path, order.filesInScope));
  const contents: RepositoryView['contents'] = [];
  let bytesLeft = shownBytesMax;
  for (const path of inScope.slice(0, shownFilesMax)) {
    const text = (await readFileAt(git, gitDir, `${order.baseCommit}:${path}`)) ?? '';
    if (text.length > bytesLeft || text.includes('\0')) continue;
    bytesLeft -= text.length;
    contents.push({ path, text });
  }
  return { files, contents };
}

async function askForPlan(
  { gateway, policy }: StepDependencies,
  { order, input, repository }: { order: OrderSnapshot; input: AttemptInput; repository: RepositoryView },
  signal: AbortSignal,
): Promise<{ proposal: Proposal; answer: GenerateResult }> {
  const { orderId: workOrderId, attempt, model, guidance, previousFailure } = input;
  const scope = { workOrderId, attempt, step: 'plan', costCapUsdMicros: order.costCapUsdMicros };
  const files = repository.files.slice(0, listedFilesMax);
  const question = planPrompt({ ...order, files, contents: repository.contents, guidance, previousFailure });
  const messages = [
    { role: 'system' as const, content: planSystemPrompt },
    { role: 'user' as const, content: question },
  ];
  for (let call = 1; call <= policy.planCallsMax; call += 1) {
    const answer = await gateway.generate({ scope, model, messages: [...messages], signal });
    const proposal = readPlan(answer.text);
    if (typeof proposal !== 'string') return { proposal, answer };
    messages.push({
      role: 'user' as const,
      content: `${question}\n\nYour answer before could not be read: ${proposal} Answer with the JSON object alone.`,
    });
    messages.splice(1, 1);
  }
  throw new AppError(
    'provider-bad-answer',
    `${model} did not answer with a plan that can be read, even when asked again.`,
  );
}

/** The plan in an answer, or one sentence that tells what is wrong with it. A fence around the object is allowed. */
function readPlan(text: string): Proposal | string {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  if (from === -1 || to < from) return 'There is no JSON object in it.';
  let value: unknown;
  try {
    value = JSON.parse(text.slice(from, to + 1));
  } catch (error) {
    return `The JSON is not valid (${error instanceof Error ? error.message : 'unknown'}).`;
  }
  const parsed = answerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
