import { z } from 'zod';

import type { TokenUsage } from '../../../domain/budget/models.ts';
import { toStreamFailure } from './broken-answer.ts';
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
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().nullish() }))])
  .nullish();

type ChatContent = z.infer<typeof chatContentSchema>;

/** JSON as a text or, with some servers, as the value itself. */
export const chatInputSchema = z
  .union([z.string(), z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value))])
  .nullish()
  .transform((input) => input ?? '');

const countSchema = z
  .number()
  .nullish()
  .transform((count) => count ?? 0);

/** A count that can't be read is none: the answer beside it is paid for and good. */
export const chatUsageSchema = z
  .object({
    prompt_tokens: countSchema,
    completion_tokens: countSchema,
    total_tokens: countSchema,
    prompt_tokens_details: z
      .object({ cached_tokens: countSchema, cache_write_tokens: countSchema })
      .nullish()
      .transform((details) => details ?? { cached_tokens: 0, cache_write_tokens: 0 }),
    /** Servers that pass on what Anthropic counts. */
    cache_read_input_tokens: countSchema,
    cache_creation_input_tokens: countSchema,
  })
  .nullish()
  .catch(null);

type ChatUsage = z.infer<typeof chatUsageSchema>;

const completionSchema = z.object({
  model: servedModelSchema,
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        error: z.unknown().optional(),
        message: z.object({
          content: chatContentSchema,
          refusal: chatWordsSchema,
          tool_calls: z
            .array(
              z.object({
                id: z.string().nullish(),
                function: z.object({ name: z.string().min(1), arguments: chatInputSchema }),
              }),
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
 * @throws AppError; BrokenAnswerError when the server tells that it broke off
 */
export function readChatCompletion(text: string, { request, identity, report }: ReadOptions): ProviderAnswer {
  const value = parseJson(text, identity);
  refuseToldError(value, identity);
  const parsed = completionSchema.safeParse(value);
  if (!parsed.success) throw toBadAnswerError(identity, z.prettifyError(parsed.error));
  const { model, choices, usage } = parsed.data;
  const [choice] = choices;
  const { message, finish_reason: reason } = choice;
  const toolCalls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }): ToolCall => {
    return { id: toCallId(id), name, input };
  });
  const said = toText(message.content) + message.refusal;
  const bytes = Buffer.byteLength(said + toolCalls.map(({ name, input }) => name + input).join(''));
  const answer: ProviderAnswer = {
    text: said,
    toolCalls,
    finishReason: toFinishReason(reason, { isRefusal: message.refusal !== '', callsTools: toolCalls.length > 0 }),
    servedModel: model ?? request.providerModel,
    usage: toUsage(usage, null),
    firstByteMs: report.firstByteMs,
    scripted: false,
  };
  try {
    refuseBrokenChoice(choice, identity);
  } catch (error) {
    throw toStreamFailure(error, { signal: request.signal, identity }, { bytes, usage: answer.usage });
  }
  return answer;
}

/**
 * Some servers tell of an error as data, in a stream all of them: it has no status of its own.
 *
 * @throws AppError when the value tells of one
 */
export function refuseToldError(value: unknown, identity: ProviderIdentity): void {
  const told: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof told !== 'object' || told === null) return;
  const hasError = 'error' in told && told.error !== undefined && told.error !== null;
  // vLLM: the error itself, with nothing around it.
  if (!hasError && !('object' in told && told.object === 'error')) return;
  throw toResponseError(identity, { status: 200, headers: {}, body: JSON.stringify(told) }, new Date());
}

/**
 * A server that broke off in the middle of an answer says so in the choice: OpenRouter and Mistral by `error`, DeepSeek
 * by `insufficient_system_resource`.
 *
 * @throws AppError when it did
 */
export function refuseBrokenChoice(
  choice: { finish_reason?: string | null | undefined; error?: unknown },
  identity: ProviderIdentity,
): void {
  refuseToldError(choice, identity);
  const { finish_reason: message } = choice;
  if (message !== 'error' && message !== 'insufficient_system_resource') return;
  refuseToldError({ error: { message, type: 'server_error' } }, identity);
}

/** @returns what of a content is said and not thought */
export function toText(content: ChatContent): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return content.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join('');
}

const finishReasons = new Map<string, FinishReason>([
  ['stop', 'stop'],
  // Together, and servers that imitate Hugging Face.
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['length', 'length'],
  // Mistral: its context is full.
  ['model_length', 'length'],
  ['content_filter', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
]);

/**
 * @param isRefusal the model said in a field of its own that it will not answer
 * @param callsTools some servers say `stop` beside calls of tools
 */
export function toFinishReason(
  reason: string | null | undefined,
  { isRefusal, callsTools }: { isRefusal: boolean; callsTools: boolean },
): FinishReason {
  const known = finishReasons.get(reason ?? '') ?? 'other';
  if (known !== 'stop') return known;
  if (isRefusal) return 'content-filter';
  return callsTools ? 'tool-calls' : known;
}

/**
 * What was counted so far. No input is no count: it would make the call free.
 *
 * @param before what an earlier chunk of the same stream counted; a server that passes on what Anthropic counts tells of
 *   the input first and of the output last
 * @returns null where the provider does not say
 */
export function toUsage(usage: ChatUsage, before: TokenUsage | null): TokenUsage | null {
  if (usage === undefined || usage === null) return before;
  const {
    prompt_tokens: prompt,
    completion_tokens: written,
    total_tokens: total,
    prompt_tokens_details: details,
  } = usage;
  if (prompt === 0) return before === null || written === 0 ? before : { ...before, outputTokens: written };
  const cachedInputTokens = Math.max(details.cached_tokens, usage.cache_read_input_tokens);
  const cacheWriteInputTokens = Math.max(details.cache_write_tokens, usage.cache_creation_input_tokens);
  // More from the cache than there is: some servers, xAI's and those that pass on Anthropic's count, leave it out.
  const cached = cachedInputTokens + cacheWriteInputTokens;
  const inputTokens = cached > prompt ? prompt + cached : prompt;
  // xAI and Gemini leave thoughts out of the output, but not out of the sum, and bill them.
  const outputTokens = Math.max(written, total - inputTokens);
  if (outputTokens === 0 && before !== null) return before;
  return { inputTokens, outputTokens, cachedInputTokens, cacheWriteInputTokens };
}
