import { budgetLevel, type BudgetLevel } from '../../domain/budget/limits.ts';
import { costOfTokens, pricePerMillionTokens, type ModelEntry } from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import { assessComplexity, type Complexity } from '../../domain/work-orders/complexity.ts';
import { findHardStop } from '../../domain/work-orders/hard-stops.ts';
import { isInScope } from '../../domain/work-orders/proposal.ts';
import { chooseModel, chooseWantedModel, type WantedModel } from '../../domain/work-orders/routing.ts';
import { saveCheckpoint, type AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { readBudget, type BudgetInUse } from '../../prisma/repositories/budget.ts';
import { saveDecision } from '../../prisma/repositories/decision-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { splitNul } from '../git/git-command.ts';
import type { StepDependencies } from './dependencies.ts';

/** What routing decided, as the run keeps it. */
export interface Route {
  model: string;
  scripted: boolean;
  reason: string;
  policyVersion: string;
  complexity: Complexity;
  /** What the attempt is likely to cost, in micro-dollars. */
  estimateUsdMicros: number;
  /** The form in which the model is asked to write its edits. */
  editFormat: ModelEntry['editFormat'];
}

export interface RouteInput extends AttemptKey {
  wanted: WantedModel | null;
}

/** Calls of a usual order, and what each adds to the context: used for the estimate alone. */
const estimatedCalls = 3;
const estimatedPromptTokens = 3_000;
const estimatedOutputTokens = 2_000;

/**
 * Chooses the model of an attempt by the static rule and writes the routing decision with its candidates and reason.
 *
 * @throws AppError no-model when no provider is set up; budget-limit-reached when there is no money for paid work
 */
export async function routeAttempt(dependencies: StepDependencies, { wanted, ...key }: RouteInput): Promise<Route> {
  const { database, policy } = dependencies;
  const order = await loadOrder(database, key.orderId);
  const models = await dependencies.directory.active();
  const contextTokens = await countContextTokens(dependencies, order);
  const contextTokensMax = Math.max(1, ...models.map((model) => model.contextTokensMax));
  const criteria = order.acceptanceCriteria.map(({ text }) => text);
  const complexity = assessComplexity(
    { ...order, criteria, contextTokens, contextTokensMax },
    policy.complexityWeights,
  );
  const hardStop = findHardStop([order.title, order.description, ...criteria].join('\n'));
  const candidates = models.map((model) => ({
    name: model.name,
    ceiling: model.ceiling,
    estimateUsdMicros: estimate(model, contextTokens),
  }));
  const { level, ...budget } = await readLevel(dependencies);
  const choice =
    (wanted === null || (level === 'hard' && wanted.rule !== 'named') ? null : chooseWantedModel(candidates, wanted)) ??
    chooseModel(candidates, { score: complexity.score, hardStop, isMoneyShort: level === 'hard' });
  const entry = models.find((model) => model.name === choice?.model);
  if (choice === null || entry === undefined) {
    throw new AppError(
      'no-model',
      'No model provider is set up. Set ANTHROPIC_API_KEY, OPENAI_API_KEY or OPENAI_BASE_URL, or start Ollama, and start Ratchet again.',
    );
  }
  const standIns = await dependencies.directory.standInsFor(entry);
  if (level === 'kill' && pricePerMillionTokens(entry) > 0) throw limitReached();
  await saveDecision(database, {
    ...key,
    type: 'routing',
    agent: 'static rule',
    key: 'route',
    input: { complexity, hardStop, candidates, wanted, budget: { level, ...budget }, policyVersion: policy.version },
    output: { model: choice.model, strategy: choice.strategy, fallbacks: standIns.map(({ name }) => name) },
    reason: choice.reason,
  });
  const { baseCommit } = order;
  await saveCheckpoint(database, { ...key, step: 'route', baseCommit, commit: baseCommit, bundle: null });
  return {
    model: choice.model,
    scripted: entry.provider === 'scripted',
    reason: choice.reason,
    policyVersion: policy.version,
    complexity,
    estimateUsdMicros: candidates.find(({ name }) => name === choice.model)?.estimateUsdMicros ?? 0,
    editFormat: entry.editFormat,
  };
}

/** How far the limits of the day and the month are used up. */
async function readLevel({ database, policy }: StepDependencies): Promise<BudgetInUse & { level: BudgetLevel }> {
  const use = await readBudget(database, new Date());
  return { level: budgetLevel(policy.budget, use.day, use.month), ...use };
}

function limitReached(): AppError {
  return new AppError(
    'budget-limit-reached',
    'The limit of the day or the month is reached, so no paid work begins. It goes on when the next day or month (UTC) begins, or when the limits in the policy are raised; `ratchet budget` shows them.',
  );
}

function estimate(model: ModelEntry, contextTokens: number): number {
  return costOfTokens(model, {
    inputTokens: estimatedCalls * (contextTokens + estimatedPromptTokens),
    outputTokens: estimatedCalls * estimatedOutputTokens,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
  });
}

/** Tokens of the files in scope, at four bytes each; without a scope, those of the repository's map. */
async function countContextTokens({ git, mirrors, policy }: StepDependencies, order: OrderSnapshot): Promise<number> {
  if (order.filesInScope.length === 0) return policy.repositoryMapTokens;
  const gitDir = await mirrors.withCommit(order.repository, order.baseCommit);
  const listed = await git(['ls-tree', '-r', '-l', '-z', order.baseCommit], { gitDir });
  const sizes = splitNul(listed).map((entry) => {
    const [described = '', path = ''] = entry.split('\t');
    return isInScope(path, order.filesInScope) ? Number(described.split(/\s+/).at(-1)) || 0 : 0;
  });
  return Math.round(sizes.reduce((total, size) => total + size, 0) / 4);
}
