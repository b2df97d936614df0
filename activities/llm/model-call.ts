import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { priceVersionOf } from '../../domain/budget/model-catalogue.ts';
import { costOfTokens, estimateTokens, largestCost, type ModelEntry } from '../../domain/budget/models.ts';
import { formatUsdMicros } from '../../domain/budget/money.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AnswerKey, FailedTry, ModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import type { ChatMessage, ModelProvider, ProviderAnswer } from './providers/provider.ts';
import { measurePrompt } from './prompt.ts';
import { planRetry, type RetryPolicy } from './retry.ts';

/** A reservation outlives its call by this much: the answer is still being written, or a clock differs. */
const reservationSlackMs = 15 * 60_000;

export interface ModelCall {
  key: AnswerKey;
  entry: ModelEntry;
  provider: ModelProvider;
  messages: ChatMessage[];
  outputTokensMax: number;
  costCapUsdMicros: number;
  signal: AbortSignal;
}

export interface ModelCallTools {
  ledger: ModelCallRepository;
  logger: Logger;
  /** Limit of one try, connection included. */
  callTimeoutMs: number;
  retryPolicy: RetryPolicy;
}

export interface PaidAnswer {
  answer: ProviderAnswer;
  costUsdMicros: number;
}

/**
 * Asks a provider, at most `triesMax` times, each try with a row of its own in the ledger. Nothing below this retries.
 *
 * @throws AppError; the signal's reason when the call was given up
 */
export async function callModel(tools: ModelCallTools, call: ModelCall): Promise<PaidAnswer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryOnce(tools, call);
    } catch (error) {
      if (call.signal.aborted) throw error;
      const delayMs = planRetry(error, { triesMade: tries, random: Math.random(), policy: tools.retryPolicy });
      if (delayMs === null) throw error;
      await wait(delayMs, undefined, { signal: call.signal });
    }
  }
}

async function tryOnce(tools: ModelCallTools, call: ModelCall): Promise<PaidAnswer> {
  const reservation = await reserve(tools, call);
  const startedAtMs = performance.now();
  const latency = () => Math.round(performance.now() - startedAtMs);
  const wasSent = !call.signal.aborted;
  let answer: ProviderAnswer;
  try {
    answer = await askProvider(tools, call);
  } catch (error) {
    const errorCode = call.signal.aborted ? 'aborted' : error instanceof AppError ? error.code : 'internal-error';
    const failure = { id: reservation.id, errorCode, latencyMs: latency() };
    // Nobody heard how it ended: the provider may go on with it and bill it.
    const isBillable = wasSent && (errorCode === 'aborted' || errorCode === 'provider-timeout');
    await writeFailure(tools, failure, isBillable);
    throw error;
  }
  // Without a count from the provider the whole reservation is taken: less could pass the cap unseen.
  const costUsdMicros = answer.usage === null ? reservation.amountUsdMicros : costOfTokens(call.entry, answer.usage);
  const flaw = findFlaw(answer, call);
  const settlement = {
    id: reservation.id,
    servedModel: answer.servedModel,
    costUsdMicros,
    usage: answer.usage,
    latencyMs: latency(),
    errorCode: flaw?.code ?? null,
  };
  if (flaw !== null) {
    // It is of no use, but the provider bills it all the same.
    await tools.ledger.settle(settlement);
    throw flaw;
  }
  await tools.ledger.settle(settlement, {
    key: call.key,
    value: { ...answer, usage: answer.usage && { ...answer.usage } },
  });
  const { workOrderId, attempt, step } = call.key;
  tools.logger.info(
    { workOrderId, attempt, step, model: answer.servedModel, costUsdMicros, latencyMs: settlement.latencyMs },
    'model call settled',
  );
  return { answer, costUsdMicros };
}

async function reserve({ ledger, callTimeoutMs }: ModelCallTools, call: ModelCall) {
  const size = measurePrompt(call.messages);
  const needed = estimateTokens(size) + call.outputTokensMax;
  if (needed > call.entry.contextTokensMax) {
    throw new AppError(
      'context-exceeded',
      `The request needs about ${needed} tokens and ${call.entry.name} holds ${call.entry.contextTokensMax}. Narrow the files in scope, or choose a model with a larger context.`,
    );
  }
  const reservation = {
    ...call.key,
    id: randomUUID(),
    provider: call.entry.provider,
    askedModel: call.entry.name,
    amountUsdMicros: largestCost(call.entry, size, call.outputTokensMax),
    capUsdMicros: call.costCapUsdMicros,
    validForMs: callTimeoutMs + reservationSlackMs,
    priceVersion: priceVersionOf(call.entry),
  };
  if (await ledger.reserve(reservation)) return reservation;
  const [cap, estimate] = [call.costCapUsdMicros, reservation.amountUsdMicros].map(formatUsdMicros);
  throw new AppError(
    'budget-exceeded',
    `The next model call could cost up to ${estimate}, which is more than the work order's cap of ${cap} leaves. Create a new order with a higher --cost-cap.`,
    { context: { workOrderId: call.key.workOrderId, estimateUsdMicros: reservation.amountUsdMicros } },
  );
}

async function askProvider({ callTimeoutMs }: ModelCallTools, call: ModelCall): Promise<ProviderAnswer> {
  const timeout = AbortSignal.timeout(callTimeoutMs);
  try {
    return await call.provider.generate({
      providerModel: call.entry.providerModel,
      step: call.key.step,
      messages: call.messages,
      outputTokensMax: call.outputTokensMax,
      contextTokensMax: call.entry.contextTokensMax,
      signal: AbortSignal.any([call.signal, timeout]),
    });
  } catch (error) {
    if (!timeout.aborted || call.signal.aborted) throw error;
    throw new AppError(
      'provider-timeout',
      `${call.entry.name} did not answer within ${Math.round(callTimeoutMs / 1_000)} s. Try again later, or choose another model.`,
      { cause: error },
    );
  }
}

async function writeFailure(
  { ledger, logger }: ModelCallTools,
  failure: FailedTry,
  isBillable: boolean,
): Promise<void> {
  try {
    await (isBillable ? ledger.leaveReserved(failure) : ledger.release(failure));
  } catch (error) {
    // What the provider said matters more to the caller, and the reservation frees itself when its time is over.
    logger.warn({ err: error, modelCallId: failure.id }, 'the failure of a model call could not be written');
  }
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
  if (answer.text.trim() === '') {
    return flawed('provider-bad-answer', `${entry.name} answered with nothing. Try again, or choose another model.`);
  }
  return null;
}
