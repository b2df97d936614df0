import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import type { GenerateResult } from './gateway.ts';
import { parseRequest, type CompletionIdentity, type EndpointRequest, type StreamForm } from './endpoint-request.ts';
import type { AnswerPiece, ChatMessage, FinishReason } from './providers/provider.ts';

/** The part of OpenAI's chat completions that the endpoint understands. */
const textPartSchema = z.object({ type: z.literal('text'), text: z.string() });
const contentSchema = z.union([
  z.string(),
  z.array(textPartSchema).transform((parts) => parts.map((part) => part.text).join('\n')),
  z.null().transform(() => ''),
]);
const toolCallSchema = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: contentSchema }),
  z.object({ role: z.literal('user'), content: contentSchema }),
  z.object({
    role: z.literal('assistant'),
    content: contentSchema.optional(),
    tool_calls: z.array(toolCallSchema).nullish(),
  }),
  z.object({ role: z.literal('tool'), content: contentSchema, tool_call_id: z.string() }),
]);
const toolSchema = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().min(1),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }),
  }),
});
const responseFormatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.unknown()).optional() }),
  }),
]);

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.literal(1, 'only one answer can be asked for').nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), z.object({ function: z.object({ name: z.string() }) })])
    .nullish(),
  functions: z.array(z.unknown()).max(0, 'are older than tools: send tools').nullish(),
  response_format: responseFormatSchema.nullish(),
  stop: z.union([z.string().transform((text) => [text]), z.array(z.string()).max(4)]).nullish(),
});

type ChatRequest = z.infer<typeof requestSchema>;

/**
 * Reads the body of a chat completion request. Sampling settings are ignored: several models refuse them.
 *
 * @throws AppError `validation-failed`
 */
export function parseChatRequest(body: string): EndpointRequest {
  const data = parseRequest(requestSchema, body, 'a chat completion of texts');
  const { response_format: format, tool_choice: choice } = data;
  return {
    model: data.model,
    prompt: {
      messages: toMessages(data.messages),
      tools: data.tools?.map(({ function: { name, description, parameters } }) => ({ name, description, parameters })),
      toolChoice:
        typeof choice === 'object' && choice !== null ? { name: choice.function.name } : (choice ?? undefined),
      responseFormat: toResponseFormat(format ?? { type: 'text' }),
      stopSequences: data.stop ?? undefined,
    },
    outputTokensMax: data.max_completion_tokens ?? data.max_tokens ?? undefined,
    isStream: data.stream === true,
    includeUsage: data.stream_options?.include_usage === true,
  };
}

function toResponseFormat(format: z.infer<typeof responseFormatSchema>): EndpointRequest['prompt']['responseFormat'] {
  if (format.type === 'text') return undefined;
  if (format.type === 'json_object') return {};
  const { schema, name } = format.json_schema;
  return { schema, name };
}

function toMessages(messages: ChatRequest['messages']): ChatMessage[] {
  // Only the call that a result belongs to knows the tool's name.
  const toolNames = new Map<string, string>();
  return messages.map((message): ChatMessage => {
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: 'system', content: message.content };
      case 'user':
        return { role: 'user', content: message.content };
      case 'assistant': {
        const toolCalls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => {
          toolNames.set(id, name);
          return { id, name, input };
        });
        return { role: 'assistant', content: message.content ?? '', ...(toolCalls.length > 0 ? { toolCalls } : {}) };
      }
      case 'tool': {
        const toolName = toolNames.get(message.tool_call_id);
        if (toolName === undefined) {
          throw new AppError('validation-failed', `No tool call has the id ${message.tool_call_id.slice(0, 100)}.`);
        }
        return { role: 'tool', content: message.content, toolCallId: message.tool_call_id, toolName };
      }
    }
  });
}

const finishReasons: Record<FinishReason, string> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'stop',
};

/** An answer as a chat completion. */
export function toCompletion(identity: CompletionIdentity, result: GenerateResult) {
  const { text, toolCalls } = result;
  const calls = toolCalls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: input },
  }));
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return {
    ...head(identity, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReasons[result.finishReason], logprobs: null }],
    ...toUsage(result),
    ...toRatchetFields(result),
  };
}

/** An answer as the chunks of a stream. */
export function chatStream(identity: CompletionIdentity, includeUsage: boolean): StreamForm {
  const shared = head(identity, 'chat.completion.chunk');
  const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (delta: object, finishReason: string | null) =>
    event({ ...shared, choices: [{ index: 0, delta, finish_reason: finishReason }] });
  return {
    begin: () => chunk({ role: 'assistant', content: '' }, null),
    piece: (piece) => chunk(toDelta(piece), null),
    end: (result) =>
      [
        chunk({}, finishReasons[result.finishReason]),
        ...(includeUsage ? [event({ ...shared, choices: [], ...toUsage(result), ...toRatchetFields(result) })] : []),
        'data: [DONE]\n\n',
      ].join(''),
    error: (error) => event(toErrorBody(error)),
  };
}

function toDelta(piece: AnswerPiece): object {
  switch (piece.kind) {
    case 'text':
      return { content: piece.text };
    case 'tool-call':
      return {
        tool_calls: [
          { index: piece.index, id: piece.id, type: 'function', function: { name: piece.name, arguments: '' } },
        ],
      };
    case 'tool-input':
      return { tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] };
  }
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

/** What OpenAI's form has no place for. */
function toRatchetFields({ servedModel, degraded, scripted, repeated }: GenerateResult) {
  return { ratchet: { served_model: servedModel, degraded, scripted, repeated } };
}

/** An error in the shape that OpenAI's clients read. `code` is a code of our catalogue. */
export function toErrorBody(error: AppError) {
  return { error: { message: error.message, type: 'ratchet_error', param: null, code: error.code } };
}
