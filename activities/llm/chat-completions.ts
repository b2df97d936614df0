import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import type { GenerateResult } from './gateway.ts';
import type { ChatMessage } from './providers/provider.ts';

/** The part of OpenAI's chat completions that the endpoint understands. */
const textPartSchema = z.object({ type: z.literal('text'), text: z.string() });
const contentSchema = z.union([
  z.string(),
  z.array(textPartSchema).transform((parts) => parts.map((part) => part.text).join('\n')),
  z.null().transform(() => ''),
]);
const messageSchema = z
  .object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: contentSchema })
  .transform(({ role, content }): ChatMessage => ({ role: role === 'developer' ? 'system' : role, content }));

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.literal(1, 'only one answer can be asked for').nullish(),
});

const toolsSchema = z.object({
  tools: z.array(z.unknown()).max(0).nullish(),
  functions: z.array(z.unknown()).max(0).nullish(),
});

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  outputTokensMax: number | undefined;
  isStream: boolean;
  includeUsage: boolean;
}

/**
 * Reads the body of a chat completion request. Sampling settings are ignored: several models refuse them.
 *
 * @throws AppError `validation-failed`
 */
export function parseChatRequest(body: string): ChatRequest {
  const json = parseJson(body);
  if (!toolsSchema.safeParse(json).success) {
    throw new AppError(
      'validation-failed',
      'This endpoint has no tools: send the request without `tools` and `functions`.',
    );
  }
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) {
    throw new AppError(
      'validation-failed',
      `This is not a chat completion of texts: ${z.prettifyError(parsed.error)}.`,
    );
  }
  const { data } = parsed;
  return {
    model: data.model,
    messages: data.messages,
    outputTokensMax: data.max_completion_tokens ?? data.max_tokens ?? undefined,
    isStream: data.stream === true,
    includeUsage: data.stream_options?.include_usage === true,
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AppError('validation-failed', 'The body of the request is not JSON.', { cause });
  }
}

/** What an answer is called and when it was made. */
export interface CompletionIdentity {
  id: string;
  /** Seconds since 1970. */
  createdAtSeconds: number;
  model: string;
}

/** An answer as a chat completion. */
export function toCompletion(identity: CompletionIdentity, result: GenerateResult) {
  return {
    ...head(identity, 'chat.completion'),
    choices: [
      { index: 0, message: { role: 'assistant', content: result.text }, finish_reason: 'stop', logprobs: null },
    ],
    ...toUsage(result),
  };
}

/** An answer as the chunks of a stream: it is complete before the first one is sent. */
export function toChunks(identity: CompletionIdentity, result: GenerateResult, includeUsage: boolean): unknown[] {
  const shared = head(identity, 'chat.completion.chunk');
  const chunk = (delta: object, finishReason: string | null) => ({
    ...shared,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  });
  return [
    chunk({ role: 'assistant', content: '' }, null),
    chunk({ content: result.text }, null),
    chunk({}, 'stop'),
    ...(includeUsage ? [{ ...shared, choices: [], ...toUsage(result) }] : []),
  ];
}

function head({ id, createdAtSeconds, model }: CompletionIdentity, object: string) {
  return { id: `chatcmpl-${id}`, object, created: createdAtSeconds, model };
}

/** Left out when the provider did not count: a client may count for itself, but must not be told a guess. */
function toUsage({ usage }: GenerateResult) {
  if (usage === null) return {};
  return {
    usage: {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
      prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
    },
  };
}

/** An error in the shape that OpenAI's clients read. `code` is a code of our catalogue. */
export function toErrorBody(error: AppError) {
  return { error: { message: error.message, type: 'ratchet_error', param: null, code: error.code } };
}
