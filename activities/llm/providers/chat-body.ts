import type { ChatMessage, Prompt, ProviderRequest } from './provider.ts';
import { parseToolInput } from './tool-calls.ts';

/** A request as the body of OpenAI's chat completions. Values that are undefined are left out of the JSON. */
export function toChatBody(request: ProviderRequest): Record<string, unknown> {
  const { messages, tools = [], toolChoice, responseFormat, stopSequences } = request.prompt;
  return {
    model: request.providerModel,
    max_tokens: request.outputTokensMax,
    messages: messages.map(toMessage),
    stop: stopSequences,
    response_format: toResponseFormat(responseFormat),
    // A choice without tools is refused.
    ...(tools.length === 0
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function', function: tool })), tool_choice: toToolChoice(toolChoice) }),
    // Without the option a stream has no count of tokens.
    ...(request.onPiece === undefined ? {} : { stream: true, stream_options: { include_usage: true } }),
  };
}

function toMessage(message: ChatMessage): unknown {
  const { role, content } = message;
  if (role === 'tool') return { role, content, tool_call_id: message.toolCallId };
  const { toolCalls = [] } = role === 'assistant' ? message : {};
  // An empty list of calls is refused.
  if (toolCalls.length === 0) return { role, content };
  const calls = toolCalls.map(({ id, name, input }) => ({
    ...{ id, type: 'function', function: { name, arguments: JSON.stringify(parseToolInput(input)) } },
  }));
  return { role, content: content === '' ? null : content, tool_calls: calls };
}

/** With its schema: which models take one says the price table. */
function toResponseFormat(format: Prompt['responseFormat']): unknown {
  if (format === undefined) return undefined;
  if (format.schema === undefined) return { type: 'json_object' };
  return {
    type: 'json_schema',
    json_schema: { name: format.name ?? 'response', schema: format.schema, strict: true },
  };
}

function toToolChoice(choice: Prompt['toolChoice'] = 'auto'): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: choice };
}
