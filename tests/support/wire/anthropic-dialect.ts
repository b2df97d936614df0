import type { Dialect, StopKind, WireAnswer } from './dialect.ts';

const stopReasons: Record<StopKind, string> = {
  end: 'end_turn',
  length: 'max_tokens',
  refusal: 'refusal',
  tools: 'tool_use',
  unknown: 'somebody_tripped',
};

const event = (type: string, value: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`;

/** Anthropic's Messages, whole and as server-sent events. */
export const anthropicDialect: Dialect = {
  path: '/v1/messages',
  streamType: 'text/event-stream; charset=utf-8',
  whole: (answer) =>
    JSON.stringify({
      ...head(answer),
      content: contentOf(answer),
      stop_reason: stopReasons[answer.stop],
      usage: usageOf(answer),
    }),
  begin: (answer) =>
    event('message_start', {
      message: { ...head(answer), content: [], stop_reason: null, usage: { ...usageOf(answer), output_tokens: 1 } },
    }) +
    (answer.toolCall === undefined
      ? event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
      : event('content_block_start', {
          index: 0,
          content_block: { type: 'tool_use', id: answer.toolCall.id, name: answer.toolCall.name, input: {} },
        })) +
    event('ping', {}),
  piece: (answer, text) => {
    const { toolCall } = answer;
    const delta =
      toolCall === undefined
        ? { type: 'text_delta', text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(toolCall.input) };
    return event('content_block_delta', { index: 0, delta });
  },
  end: (answer) =>
    event('content_block_stop', { index: 0 }) +
    event('message_delta', {
      delta: { stop_reason: stopReasons[answer.stop], stop_sequence: null },
      usage: { output_tokens: answer.usage?.outputTokens ?? 0 },
    }) +
    event('message_stop', {}),
  error: ({ kind, message }) => JSON.stringify({ type: 'error', error: { type: kind, message } }),
  streamError: ({ kind, message }) => event('error', { error: { type: kind, message } }),
  wrongSchema: (isStream) =>
    isStream
      ? event('message_start', { message: { id: 7 } })
      : JSON.stringify({ type: 'message', content: 'no blocks' }),
  malformedLine: 'event: message_start\ndata: {"type":"message_st\n\n',
};

function head({ model }: WireAnswer) {
  return { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null };
}

function contentOf({ text, toolCall }: WireAnswer): unknown[] {
  const texts = text === '' ? [] : [{ type: 'text', text }];
  return toolCall === undefined ? texts : [{ type: 'tool_use', ...toolCall }];
}

function usageOf({ usage }: WireAnswer) {
  const cached = usage?.cachedInputTokens ?? 0;
  const written = usage?.cacheWriteInputTokens ?? 0;
  return {
    input_tokens: (usage?.inputTokens ?? 0) - cached - written,
    output_tokens: usage?.outputTokens ?? 0,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: written,
  };
}
