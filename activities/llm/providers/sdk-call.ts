import { APICallError, EmptyResponseBodyError, generateText, InvalidResponseDataError, type LanguageModel } from 'ai';
import { JSONParseError, NoContentGeneratedError, TypeValidationError } from 'ai';

import type { FinishReason, ProviderAnswer, ProviderRequest } from './provider.ts';
import { toBadAnswerError, toConnectionError, toResponseError, type ProviderIdentity } from './provider-error.ts';

/**
 * One call through the AI SDK: no retries of its own, no telemetry (it would record prompts).
 *
 * @throws AppError; the signal's reason when the caller ended the call
 */
export async function callThroughSdk(
  model: LanguageModel,
  request: ProviderRequest,
  identity: ProviderIdentity,
): Promise<ProviderAnswer> {
  try {
    const result = await generateText({
      model,
      messages: request.messages,
      allowSystemInMessages: true,
      maxOutputTokens: request.outputTokensMax,
      maxRetries: 0,
      abortSignal: request.signal,
      telemetry: { isEnabled: false },
    });
    return {
      text: result.text,
      finishReason: toFinishReason(result.finishReason),
      servedModel: result.finalStep.response.modelId,
      usage: toUsage(result.usage),
      scripted: false,
    };
  } catch (error) {
    throw toSdkError(error, request, identity);
  }
}

function toFinishReason(reason: string): FinishReason {
  return reason === 'stop' || reason === 'length' || reason === 'content-filter' ? reason : 'other';
}

interface SdkUsage {
  inputTokens: number | undefined;
  inputTokenDetails: { cacheReadTokens: number | undefined };
  outputTokens: number | undefined;
}

function toUsage(usage: SdkUsage): ProviderAnswer['usage'] {
  // The SDK gives undefined where a provider says nothing: taking it for zero would make the call free.
  if (usage.inputTokens === undefined || usage.outputTokens === undefined) return null;
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cachedInputTokens: usage.inputTokenDetails.cacheReadTokens ?? 0,
  };
}

function toSdkError(error: unknown, request: ProviderRequest, identity: ProviderIdentity): unknown {
  if (request.signal.aborted) return request.signal.reason;
  if (APICallError.isInstance(error)) {
    const { statusCode } = error;
    if (statusCode === undefined) return toConnectionError(identity, error);
    if (statusCode < 300) return toBadAnswerError(identity, error.message);
    const headers = error.responseHeaders ?? {};
    return toResponseError(identity, { status: statusCode, headers, body: error.responseBody ?? '' }, new Date());
  }
  const isUnreadable =
    EmptyResponseBodyError.isInstance(error) ||
    InvalidResponseDataError.isInstance(error) ||
    JSONParseError.isInstance(error) ||
    TypeValidationError.isInstance(error) ||
    NoContentGeneratedError.isInstance(error);
  if (isUnreadable) return toBadAnswerError(identity, error.message);
  return error;
}
