import type { Dialect, StopKind, WireAnswer } from './dialect.ts';

const finishReasons: Record<StopKind, string> = {
  end: 'stop',
  length: 'length',
  refusal: 'content_filter',
  tools: 'tool_calls',
  unknown: 'somebody_tripped',
};

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;

/** OpenAI's chat completions, whole and as server-sent events. */
export const openAiDialect: Dialect = {
  path: '/v1/chat/completions',
  streamType: 'text/event-stream; charset=utf-8',
  whole: (answer) =>
    JSON.stringify({
      ...head(answer, 'chat.completion'),
      choices: [{ index: 0, message: messageOf(answer), finish_reason: finishReasons[answer.stop], logprobs: null }],
      ...usageOf(answer),
    }),
  begin: (answer) => chunk(answer, { role: 'assistant', content: '' }),
  piece: (answer, text) => {
    const { toolCall } = answer;
    if (toolCall === undefined) return chunk(answer, { content: text });
    const { id, name } = toolCall;
    return (
      chunk(answer, { tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }] }) +
      chunk(answer, { tool_calls: [{ index: 0, function: { arguments: JSON.stringify(toolCall.input) } }] })
    );
  },
  end: (answer) =>
    chunk(answer, {}, finishReasons[answer.stop]) +
    event({ ...head(answer, 'chat.completion.chunk'), choices: [], ...usageOf(answer) }) +
    'data: [DONE]\n\n',
  error: ({ kind, message }) => JSON.stringify({ error: { message, type: kind, param: null, code: kind } }),
  streamError: ({ kind, message }) => event({ error: { message, type: kind, param: null, code: kind } }),
  wrongSchema: (isStream) => (isStream ? event({ id: 1, choices: 'none' }) : JSON.stringify({ choices: 'none' })),
  malformedLine: 'data: {"id": "comple\n\n',
};

function head({ model }: WireAnswer, object: string) {
  return { id: 'chatcmpl-1', object, created: 1_700_000_000, model };
}

function chunk(answer: WireAnswer, delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return event({ ...head(answer, 'chat.completion.chunk'), choices });
}

function messageOf({ text, toolCall }: WireAnswer) {
  if (toolCall === undefined) return { role: 'assistant', content: text };
  const { id, name, input } = toolCall;
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
  };
}

function usageOf({ usage }: WireAnswer) {
  if (usage === null) return {};
  return {
    usage: {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
      prompt_tokens_details: {
        cached_tokens: usage.cachedInputTokens ?? 0,
        cache_write_tokens: usage.cacheWriteInputTokens ?? 0,
      },
    },
  };
}
