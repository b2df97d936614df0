import { createHash } from 'node:crypto';

import type { BudgetLimits } from '../../domain/budget/limits.ts';
import { costOfEmbedding, type EmbeddingEntry } from '../../domain/budget/models.ts';
import { callWithRetries, type CallTools } from './paid-try.ts';
import type { EmbeddingAnswer, ModelProvider } from './providers/provider.ts';
import { makeReservation, type CallScope } from './reservation.ts';
import { timeoutsOf } from './timeouts.ts';

const callTimeoutMs = 60_000;

export interface EmbeddingCall {
  scope: CallScope;
  entry: EmbeddingEntry;
  provider: ModelProvider;
  texts: readonly string[];
  limits: BudgetLimits;
  signal: AbortSignal;
}

/**
 * Turns texts into vectors, in one paid call with its tries. No other model stands in: vectors of two models can't be
 * compared.
 *
 * @throws AppError; the signal's reason when the call was given up
 */
export async function callEmbedding(
  tools: CallTools,
  call: EmbeddingCall,
): Promise<{ answer: EmbeddingAnswer; costUsdMicros: number; written: Promise<void> }> {
  const { entry, texts, provider } = call;
  const timeouts = timeoutsOf({ provider: entry.provider, callTimeoutMs }, false);
  const promptHash = createHash('sha256')
    .update(JSON.stringify([entry.name, texts]))
    .digest('hex');
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const result = await callWithRetries<EmbeddingAnswer>(tools, {
    modelName: entry.name,
    totalTimeoutMs: timeouts.totalMs,
    signal: call.signal,
    hasPassed: () => false,
    // A text of n bytes has at most n tokens.
    reservation: (retryNumber) =>
      makeReservation(call.scope, call.limits, {
        ...{ entry, promptHash, retryNumber, operation: 'embed', fallbackFrom: null },
        amountUsdMicros: costOfEmbedding(entry, bytes),
        totalTimeoutMs: timeouts.totalMs,
      }),
    ask: (signal) => requireEmbed(provider, entry)({ providerModel: entry.providerModel, texts, timeouts, signal }),
    judge: ({ servedModel, inputTokens }, { amountUsdMicros }) => ({
      flaw: null,
      ending: {
        servedModel,
        usage:
          inputTokens === null
            ? null
            : { inputTokens, outputTokens: 0, cachedInputTokens: 0, cacheWriteInputTokens: 0 },
        firstByteMs: null,
        costUsdMicros: inputTokens === null ? amountUsdMicros : costOfEmbedding(entry, inputTokens),
        isUsageEstimated: false,
        answer: null,
      },
    }),
    judgeBroken: (error) => {
      throw error.reason;
    },
  });
  if ('stored' in result) throw new Error('Vectors are not stored, and yet there are some.');
  return result;
}

function requireEmbed(provider: ModelProvider, entry: EmbeddingEntry): NonNullable<ModelProvider['embed']> {
  if (provider.embed === undefined) throw new Error(`The provider of ${entry.name} makes no vectors.`);
  return provider.embed.bind(provider);
}
