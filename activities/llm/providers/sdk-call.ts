import {
  InvalidResponseDataError,
  type LanguageModelV4,
  type LanguageModelV4FinishReason,
  type LanguageModelV4StreamPart,
  type LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { BrokenAnswerError, toStreamFailure } from './broken-answer.ts';
import type { FinishReason, ProviderAnswer, ProviderRequest } from './provider.ts';
import type { ProviderIdentity } from './provider-error.ts';
import { onWire } from './provider-fetch.ts';
import type { WireReport } from './provider-wire.ts';
import { toSdkError } from './sdk-error.ts';
import { toSdkOptions } from './sdk-prompt.ts';
import { StreamedAnswer } from './streamed-answer.ts';

/**
 * One call through the AI SDK's models, below everything that retries, records or waits.
 *
 * @param model made with `providerFetch` as its `fetch`
 * @throws AppError; BrokenAnswerError when an answer stopped in its middle, also when the caller ended it there; else
 *   the signal's reason when the caller ended it
 */
export async function callThroughSdk(
  model: LanguageModelV4,
  request: ProviderRequest,
  identity: ProviderIdentity,
): Promise<ProviderAnswer> {
  const report: WireReport = { firstByteMs: null, error: null };
  try {
    return await onWire({ identity, timeouts: request.timeouts, report }, () =>
      request.onPiece === undefined ? generate(model, request, report) : stream(model, request, { identity, report }),
    );
  } catch (error) {
    if (error instanceof BrokenAnswerError) throw error;
    throw toSdkError(error, { request, identity, report });
  }
}

async function generate(model: LanguageModelV4, request: ProviderRequest, report: WireReport): Promise<ProviderAnswer> {
  const result = await model.doGenerate(toSdkOptions(request));
  const texts = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const toolCalls = result.content.flatMap((part) =>
    part.type === 'tool-call' ? [{ id: part.toolCallId, name: part.toolName, input: part.input }] : [],
  );
  return {
    text: texts.join(''),
    toolCalls,
    finishReason: toFinishReason(result.finishReason),
    servedModel: result.response?.modelId ?? request.providerModel,
    usage: toUsage(result.usage),
    firstByteMs: report.firstByteMs,
    scripted: false,
  };
}

async function stream(
  model: LanguageModelV4,
  request: ProviderRequest,
  { identity, report }: { identity: ProviderIdentity; report: WireReport },
): Promise<ProviderAnswer> {
  const { stream: parts } = await model.doStream(toSdkOptions(request));
  const answer = new StreamedAnswer(request.onPiece ?? (() => undefined));
  const { finish, failure } = await readParts(parts, answer);
  const usage = finish === null ? null : toUsage(finish.usage);
  if (finish === null || failure !== null) {
    const told = failure ?? new InvalidResponseDataError({ data: null, message: 'The stream ended too early.' });
    const reason = toSdkError(told, { request, identity, report });
    throw toStreamFailure(reason, { signal: request.signal, identity }, { bytes: answer.bytes, usage });
  }
  return {
    ...answer.whole(),
    finishReason: toFinishReason(finish.finishReason),
    servedModel: answer.servedModel ?? request.providerModel,
    usage,
    firstByteMs: report.firstByteMs,
    scripted: false,
  };
}

type FinishPart = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;

/** Reads a stream to its end, whichever end that is. */
async function readParts(
  parts: AsyncIterable<LanguageModelV4StreamPart>,
  answer: StreamedAnswer,
): Promise<{ finish: FinishPart | null; failure: unknown }> {
  let finish: FinishPart | null = null;
  let failure: unknown = null;
  try {
    for await (const part of parts) {
      if (part.type === 'error') failure ??= part.error;
      else if (part.type === 'finish') finish = part;
      else addPart(answer, part);
    }
  } catch (error) {
    failure ??= error;
  }
  const isCutOff = finish !== null && ['error', 'interrupted'].includes(finish.finishReason.unified);
  if (isCutOff) failure ??= new InvalidResponseDataError({ data: null, message: 'The stream was cut off.' });
  return { finish, failure };
}

function addPart(answer: StreamedAnswer, part: LanguageModelV4StreamPart): void {
  switch (part.type) {
    case 'response-metadata':
      answer.servedModel ??= part.modelId ?? null;
      return;
    case 'text-delta':
      answer.addText(part.delta);
      return;
    case 'reasoning-delta':
      answer.addThought(part.delta);
      return;
    case 'tool-input-start':
      answer.beginToolCall(part.id, part.toolName);
      return;
    case 'tool-input-delta':
      answer.extendToolCall(part.id, part.delta);
      return;
    case 'tool-call': {
      const known = answer.inputOf(part.toolCallId);
      if (known === undefined) answer.beginToolCall(part.toolCallId, part.toolName);
      if (known === undefined || known === '') answer.extendToolCall(part.toolCallId, part.input);
      return;
    }
    default:
  }
}

function toFinishReason({ unified }: LanguageModelV4FinishReason): FinishReason {
  return unified === 'error' || unified === 'interrupted' ? 'other' : unified;
}

function toUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): ProviderAnswer['usage'] {
  // The SDK gives undefined or zero where a provider says nothing: taking it for a count would make the call free.
  if (inputTokens.total === undefined || inputTokens.total === 0 || outputTokens.total === undefined) return null;
  return {
    inputTokens: inputTokens.total,
    outputTokens: outputTokens.total,
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    cacheWriteInputTokens: inputTokens.cacheWrite ?? 0,
  };
}
