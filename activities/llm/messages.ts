import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import { parseRequest, type CompletionIdentity, type EndpointRequest, type StreamForm } from './endpoint-request.ts';
import type { GenerateResult } from './gateway.ts';
import type { AnswerPiece, ChatMessage, FinishReason, ToolCall } from './providers/provider.ts';
import { parseToolInput } from './providers/tool-calls.ts';

/** The part of Anthropic's Messages that the endpoint understands. */
const textBlock = z.object({ type: z.literal('text'), text: z.string() });
const texts = z.union([
  z.string(),
  z.array(textBlock).transform((blocks) => blocks.map(({ text }) => text).join('\n')),
]);
const toolUseBlock = z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() });
const toolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: texts.optional(),
});
const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: z.union([z.string(), z.array(z.union([textBlock, toolResultBlock]))]) }),
  z.object({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.union([textBlock, toolUseBlock]))]),
  }),
]);

const requestSchema = z.object({
  model: z.string(),
  max_tokens: z.int().positive(),
  system: texts.optional(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).max(4).optional(),
  tools: z
    .array(
      z.object({
        name: z.string().min(1),
        description: z.string().optional(),
        input_schema: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  tool_choice: z
    .discriminatedUnion('type', [
      z.object({ type: z.enum(['auto', 'any', 'none']) }),
      z.object({ type: z.literal('tool'), name: z.string() }),
    ])
    .optional(),
});

type MessagesRequest = z.infer<typeof requestSchema>;

/**
 * Reads the body of a request in Anthropic's form. Sampling settings are ignored, as in OpenAI's.
 *
 * @throws AppError `validation-failed`
 */
export function parseMessagesRequest(body: string): EndpointRequest {
  const data = parseRequest(requestSchema, body, 'a request for a message of texts');
  const system = data.system === undefined ? [] : [{ role: 'system' as const, content: data.system }];
  return {
    model: data.model,
    prompt: {
      messages: [...system, ...toMessages(data.messages)],
      tools: data.tools?.map(({ name, description, input_schema: parameters }) => ({ name, description, parameters })),
      toolChoice: toToolChoice(data.tool_choice),
      stopSequences: data.stop_sequences,
    },
    outputTokensMax: data.max_tokens,
    isStream: data.stream === true,
    includeUsage: true,
  };
}

function toToolChoice(choice: MessagesRequest['tool_choice']): EndpointRequest['prompt']['toolChoice'] {
  if (choice === undefined) return undefined;
  if (choice.type === 'tool') return { name: choice.name };
  return choice.type === 'any' ? 'required' : choice.type;
}

function toMessages(messages: MessagesRequest['messages']): ChatMessage[] {
  const toolNames = new Map<string, string>();
  return messages.flatMap(({ role, content }): ChatMessage[] => {
    if (typeof content === 'string') return [{ role, content }];
    if (role === 'assistant') {
      const toolCalls = content.flatMap((block): ToolCall[] => {
        if (block.type !== 'tool_use') return [];
        toolNames.set(block.id, block.name);
        return [{ id: block.id, name: block.name, input: JSON.stringify(block.input ?? {}) }];
      });
      const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
      return [{ role, content: text, ...(toolCalls.length > 0 ? { toolCalls } : {}) }];
    }
    return content.map((block): ChatMessage => {
      if (block.type === 'text') return { role, content: block.text };
      const toolName = toolNames.get(block.tool_use_id);
      if (toolName === undefined) {
        throw new AppError('validation-failed', `No tool call has the id ${block.tool_use_id.slice(0, 100)}.`);
      }
      return { role: 'tool', content: block.content ?? '', toolCallId: block.tool_use_id, toolName };
    });
  });
}

const stopReasons: Record<FinishReason, string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  other: 'end_turn',
};

/** An answer as a message of Anthropic's. */
export function toMessage({ id, model }: CompletionIdentity, result: GenerateResult) {
  const { text, toolCalls } = result;
  const blocks = toolCalls.map(({ id: callId, name, input }) => ({
    type: 'tool_use',
    id: callId,
    name,
    input: parseToolInput(input),
  }));
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [...(text === '' ? [] : [{ type: 'text', text }]), ...blocks],
    stop_reason: stopReasons[result.finishReason],
    stop_sequence: null,
    usage: toUsage(result),
  };
}

/** An answer as the events of a stream. */
export function messagesStream({ id, model }: CompletionIdentity): StreamForm {
  /** Index of the block that is open; -1: none was opened yet. */
  let block = -1;
  let isText = false;
  const event = (type: string, value: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`;
  const stop = () => (block === -1 ? '' : event('content_block_stop', { index: block }));
  const open = (content: object) => {
    const closed = stop();
    block += 1;
    return closed + event('content_block_start', { index: block, content_block: content });
  };
  const delta = (value: object) => event('content_block_delta', { index: block, delta: value });
  const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null };

  function piece(next: AnswerPiece): string {
    if (next.kind === 'tool-input') return delta({ type: 'input_json_delta', partial_json: next.text });
    if (next.kind === 'tool-call') {
      isText = false;
      return open({ type: 'tool_use', id: next.id, name: next.name, input: {} });
    }
    const opened = isText ? '' : open({ type: 'text', text: '' });
    isText = true;
    return opened + delta({ type: 'text_delta', text: next.text });
  }

  return {
    begin: () =>
      event('message_start', {
        message: { ...message, stop_sequence: null, usage: { input_tokens: 0, output_tokens: 0 } },
      }),
    piece,
    end: (result) =>
      [
        stop(),
        event('message_delta', {
          delta: { stop_reason: stopReasons[result.finishReason], stop_sequence: null },
          usage: toUsage(result),
        }),
        event('message_stop', {}),
      ].join(''),
    error: (error) => event('error', toMessagesError(error)),
  };
}

/** Anthropic's clients demand counts: where the provider gave none they are zero. */
function toUsage({ usage }: GenerateResult) {
  const cached = usage?.cachedInputTokens ?? 0;
  const written = usage?.cacheWriteInputTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cached - written),
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: written,
    output_tokens: usage?.outputTokens ?? 0,
  };
}

/** An error in the shape that Anthropic's clients read. */
export function toMessagesError(error: AppError) {
  return { type: 'error', error: { type: 'ratchet_error', message: error.message, code: error.code } };
}
