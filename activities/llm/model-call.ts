import { wrapUpShare, type BudgetLimits } from '../../domain/budget/limits.ts';
import {
  costOfTokens,
  estimateTokens,
  largestCost,
  pricePerMillionTokens,
  type ModelEntry,
  type PromptSize,
  type TokenUsage,
} from '../../domain/budget/models.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Reservation } from '../../prisma/repositories/model-calls.ts';
import { callWithRetries, type CallTools, type Judgement, type PaidCall, type PaidResult } from './paid-try.ts';
import { measurePrompt, withWrapUpHint, wrapUpHintSize } from './prompt.ts';
import type { BrokenAnswerError } from './providers/broken-answer.ts';
import type { AnswerPiece, CallTimeouts, ModelProvider, Prompt, ProviderAnswer } from './providers/provider.ts';
import { makeReservation, type CallScope } from './reservation.ts';

export interface ModelCall {
  scope: CallScope;
  promptHash: string;
  entry: ModelEntry;
  provider: ModelProvider;
  prompt: Prompt;
  outputTokensMax: number;
  limits: BudgetLimits;
  timeouts: CallTimeouts;
  /** The model that was asked for when `entry` stands in for it. */
  fallbackFrom: string | null;
  signal: AbortSignal;
  onPiece: ((piece: AnswerPiece) => void) | undefined;
  /** Whether any piece of an answer has gone there: then nothing is tried again. */
  hasPassed: () => boolean;
}

/** What is stored with an answer beside the answer itself. */
export interface ServedAnswer extends ProviderAnswer {
  /** Name of the entry that answered. */
  entryName: string;
  provider: string;
  /** Another model stood in for the one that was asked for. */
  degraded: boolean;
}

/**
 * Asks one model with all its tries.
 *
 * @throws AppError; the signal's reason when the call was given up
 */
export async function callModel(tools: CallTools, call: ModelCall): Promise<PaidResult<ServedAnswer>> {
  const { entry, scope, prompt, signal } = call;
  const size = measurePrompt(prompt);
  const needed = estimateTokens(size) + call.outputTokensMax;
  if (needed > entry.contextTokensMax) {
    throw new AppError(
      'context-exceeded',
      `The request needs about ${needed} tokens and ${entry.name} holds ${entry.contextTokensMax}. Narrow the files in scope, or choose a model with a larger context.`,
    );
  }
  const paid: PaidCall<ServedAnswer> = {
    modelName: entry.name,
    totalTimeoutMs: call.timeouts.totalMs,
    signal,
    hasPassed: call.hasPassed,
    reservation: (retryNumber) => toReservation(call, size, retryNumber),
    async ask(trySignal, usedUsdMicros) {
      const isNearlySpent = usedUsdMicros >= wrapUpShare * scope.costCapUsdMicros;
      const answer = await call.provider.generate({
        providerModel: entry.providerModel,
        step: scope.step,
        prompt: isNearlySpent && pricePerMillionTokens(entry) > 0 ? withWrapUpHint(prompt) : prompt,
        outputTokensMax: call.outputTokensMax,
        contextTokensMax: entry.contextTokensMax,
        timeouts: call.timeouts,
        signal: trySignal,
        onPiece: call.onPiece,
      });
      const served = { entryName: entry.name, provider: entry.provider, degraded: call.fallbackFrom !== null };
      return { ...answer, usage: readableUsage(answer.usage), ...served };
    },
    judge: (answer, reservation) => judge(call, answer, reservation),
    judgeBroken: (error, reservation) => judgeBroken(call, size, { error, reservation }),
  };
  return callWithRetries(tools, paid);
}

function judge(call: ModelCall, answer: ServedAnswer, reservation: Reservation): Judgement {
  const { servedModel, usage, firstByteMs } = answer;
  // Without a count from the provider the whole reservation is taken: less could pass the cap unseen.
  const costUsdMicros = usage === null ? reservation.amountUsdMicros : costOfTokens(call.entry, usage);
  const flaw = findFlaw(answer, call);
  const kept = flaw === null ? answer : null;
  return {
    flaw,
    ending: { servedModel, usage, firstByteMs, costUsdMicros, isUsageEstimated: false, answer: kept },
  };
}

function judgeBroken(
  { entry }: ModelCall,
  size: PromptSize,
  { error, reservation }: { error: BrokenAnswerError; reservation: Reservation },
): Judgement {
  const estimated = {
    inputTokens: estimateTokens(size),
    outputTokens: estimateTokens({ bytes: error.receivedBytes, messages: 0 }),
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
  };
  // A provider that counted before it broke off has said at least as much of its input.
  const told = readableUsage(error.usage);
  const usage = told !== null && told.outputTokens > 0 ? told : estimated;
  const ending = { servedModel: entry.providerModel, usage, firstByteMs: null, answer: null };
  // A guess of ours passes no cap: the provider was told to stop there.
  const costUsdMicros = Math.min(costOfTokens(entry, usage), reservation.amountUsdMicros);
  return { flaw: null, ending: { ...ending, costUsdMicros, isUsageEstimated: usage === estimated } };
}

/** Reserved from the first call on: a call costs the same whether its order's money is nearly spent or not. */
function withRoomForHint({ bytes, messages }: PromptSize): PromptSize {
  return { bytes: bytes + wrapUpHintSize.bytes, messages: messages + wrapUpHintSize.messages };
}

/** What the ledger's columns hold. */
const tokensMax = 2 ** 31 - 1;

/** Null for counts that no count can be, such as halves or less than none: as good as not counted. */
function readableUsage(usage: TokenUsage | null): TokenUsage | null {
  const isReadable = (count: number) => Number.isInteger(count) && count >= 0 && count <= tokensMax;
  return usage !== null && Object.values(usage).every(isReadable) ? usage : null;
}

function toReservation(call: ModelCall, size: PromptSize, retryNumber: number): Reservation {
  const { scope, entry, limits, promptHash, fallbackFrom } = call;
  return makeReservation(scope, limits, {
    ...{ entry, promptHash, retryNumber, fallbackFrom, operation: 'generate', totalTimeoutMs: call.timeouts.totalMs },
    amountUsdMicros: largestCost(entry, withRoomForHint(size), call.outputTokensMax),
  });
}

/** Why an answer that came can't be used, or null. */
function findFlaw(answer: ProviderAnswer, { entry, outputTokensMax }: ModelCall): AppError | null {
  const flawed = (code: ErrorCode, message: string) =>
    new AppError(code, message, { context: { model: entry.name, finishReason: answer.finishReason } });
  if (answer.finishReason === 'length') {
    return flawed(
      'output-truncated',
      `${entry.name} stopped at the limit of ${outputTokensMax} tokens, so its answer is incomplete and was not used. Ask for a smaller change.`,
    );
  }
  if (answer.finishReason === 'content-filter') {
    return flawed(
      'provider-refused',
      `${entry.name} refused to answer because of its content policy. Reword the work order, or choose another model.`,
    );
  }
  if (answer.finishReason === 'other') {
    return flawed(
      'provider-bad-answer',
      `${entry.name} stopped for a reason that is not known here, so its answer may be incomplete and was not used. Try again, or choose another model.`,
    );
  }
  if (answer.text.trim() === '' && answer.toolCalls.length === 0) {
    return flawed('provider-bad-answer', `${entry.name} answered with nothing. Try again, or choose another model.`);
  }
  return null;
}
