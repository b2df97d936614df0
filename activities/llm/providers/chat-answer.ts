import { z } from 'zod';

import type { TokenUsage } from '../../../domain/budget/models.ts';
import type { FinishReason, ProviderAnswer, ToolCall } from './provider.ts';
import { parseJson, toBadAnswerError, toResponseError, type ProviderIdentity } from './provider-error.ts';
import type { ReadOptions } from './provider-wire.ts';
import { toCallId } from './tool-calls.ts';

/** A text that may be left out or null. */
export const chatWordsSchema = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** Null where a server does not say which model answers. */
export const servedModelSchema = z
  .string()
  .nullish()
  .transform((name) => (name === '' ? null : (name ?? null)));

/** Most servers send a text; some send parts, of which those with another type are thoughts. */
export const chatContentSchema = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
  .nullish()
  .transform(toText);

export const chatUsageSchema = z
  .object({
    prompt_tokens: z.number().nullish(),
    completion_tokens: z.number().nullish(),
    prompt_tokens_details: z
      .object({ cached_tokens: z.number().nullish(), cache_write_tokens: z.number().nullish() })
      .nullish(),
  })
  .nullish();

const completionSchema = z.object({
  model: servedModelSchema,
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: chatContentSchema,
          refusal: chatWordsSchema,
          tool_calls: z
            .array(
              z.object({ id: z.string().nullish(), function: z.object({ name: z.string(), arguments: z.string() }) }),
            )
            .nullish(),
        }),
      }),
    ],
    z.unknown(),
  ),
  usage: chatUsageSchema,
});

/**
 * Reads a whole chat completion.
 *
 * @throws AppError `provider-bad-answer`
 */
export function readChatCompletion(text: string, { request, identity, report }: ReadOptions): ProviderAnswer {
  const value = parseJson(text, identity);
  refuseToldError(value, identity);
  const parsed = completionSchema.safeParse(value);
  if (!parsed.success) throw toBadAnswerError(identity, z.prettifyError(parsed.error));
  const { model, choices, usage } = parsed.data;
  const { message, finish_reason: reason } = choices[0];
  const toolCalls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }): ToolCall => {
    return { id: toCallId(id), name, input };
  });
  return {
    text: message.content + message.refusal,
    toolCalls,
    finishReason: toFinishReason(reason, message.refusal !== ''),
    servedModel: model ?? request.providerModel,
    usage: toUsage(usage),
    firstByteMs: report.firstByteMs,
    scripted: false,
  };
}

/**
 * Some servers tell of an error as data, in a stream all of them: it has no status of its own.
 *
 * @throws AppError when the value tells of one
 */
export function refuseToldError(value: unknown, identity: ProviderIdentity): void {
  if (typeof value !== 'object' || value === null || !('error' in value) || value.error === null) return;
  throw toResponseError(identity, { status: 200, headers: {}, body: JSON.stringify(value) }, new Date());
}

function toText(content: string | { type: string; text?: string | undefined }[] | null | undefined): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return content.map(({ type, text = '' }) => (type === 'text' ? text : '')).join('');
}

const finishReasons = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content_filter', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
]);

/** @param isRefusal the model said in a field of its own that it will not answer */
export function toFinishReason(reason: string | null | undefined, isRefusal: boolean): FinishReason {
  const known = finishReasons.get(reason ?? '') ?? 'other';
  return known === 'stop' && isRefusal ? 'content-filter' : known;
}

/** @returns null where the provider does not say: taking nothing or zero for a count would make the call free */
export function toUsage(usage: z.infer<typeof chatUsageSchema>): TokenUsage | null {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens, prompt_tokens_details: details } = usage ?? {};
  if (inputTokens === undefined || inputTokens === null || inputTokens === 0) return null;
  if (outputTokens === undefined || outputTokens === null) return null;
  const { cached_tokens: cached, cache_write_tokens: cacheWrites } = details ?? {};
  return { inputTokens, outputTokens, cachedInputTokens: cached ?? 0, cacheWriteInputTokens: cacheWrites ?? 0 };
}
