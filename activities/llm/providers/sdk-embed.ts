import type { EmbeddingModelV4 } from '@ai-sdk/provider';

import type { EmbeddingAnswer, EmbeddingRequest } from './provider.ts';
import { toBadAnswerError, type ProviderIdentity } from './provider-error.ts';
import { onWire, type WireReport } from './provider-fetch.ts';
import { toSdkError } from './sdk-error.ts';

/**
 * One request for vectors through the AI SDK's models.
 *
 * @param model made with `providerFetch` as its `fetch`
 * @throws AppError; the signal's reason when the caller ended it
 */
export async function embedThroughSdk(
  model: EmbeddingModelV4,
  request: EmbeddingRequest,
  identity: ProviderIdentity,
): Promise<EmbeddingAnswer> {
  const report: WireReport = { firstByteMs: null, error: null };
  try {
    const result = await onWire({ identity, timeouts: request.timeouts, report }, async () =>
      model.doEmbed({ values: [...request.texts], abortSignal: request.signal }),
    );
    const { embeddings: vectors, usage } = result;
    if (vectors.length !== request.texts.length) {
      throw toBadAnswerError(identity, `${vectors.length} vectors for ${request.texts.length} texts`);
    }
    return { vectors, servedModel: request.providerModel, inputTokens: usage?.tokens ?? null };
  } catch (error) {
    throw toSdkError(error, { request, identity, report });
  }
}
