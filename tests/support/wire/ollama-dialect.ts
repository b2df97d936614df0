import type { Dialect, StopKind, WireAnswer } from './dialect.ts';

const doneReasons: Record<StopKind, string> = {
  end: 'stop',
  length: 'length',
  refusal: 'refused',
  tools: 'stop',
  unknown: 'somebody_tripped',
};

const line = (value: unknown) => `${JSON.stringify(value)}\n`;

/** Ollama's own chat, whole and as lines of JSON. */
export const ollamaDialect: Dialect = {
  path: '/api/chat',
  streamType: 'application/x-ndjson',
  whole: (answer) => JSON.stringify({ ...part(answer, answer.text, toolCallsOf(answer)), ...last(answer) }),
  begin: (answer) => line(part(answer, '', {})),
  piece: (answer, text) =>
    line(answer.toolCall === undefined ? part(answer, text, {}) : part(answer, '', toolCallsOf(answer))),
  end: (answer) => line({ ...part(answer, '', {}), ...last(answer) }),
  error: ({ message }) => JSON.stringify({ error: message }),
  streamError: ({ message }) => line({ error: message }),
  wrongSchema: (isStream) => (isStream ? line({ message: 'no message' }) : JSON.stringify({ message: 'no message' })),
  malformedLine: '{"model": "qwe\n',
};

function part({ model }: WireAnswer, content: string, more: object) {
  return {
    model,
    created_at: '2026-11-21T12:00:00Z',
    message: { role: 'assistant', content, ...more },
    done: false,
  };
}

function toolCallsOf({ toolCall }: WireAnswer) {
  if (toolCall === undefined) return {};
  return { tool_calls: [{ function: { name: toolCall.name, arguments: toolCall.input } }] };
}

function last({ stop, usage }: WireAnswer) {
  const counts = usage === null ? {} : { prompt_eval_count: usage.inputTokens, eval_count: usage.outputTokens };
  return { done: true, done_reason: doneReasons[stop], ...counts };
}
