import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';

import type { ChatMessage, ProviderRequest, ToolCall } from './provider.ts';
import { parseToolInput } from './tool-calls.ts';

/** A request in the form of the AI SDK's models. */
export function toSdkOptions(request: ProviderRequest): LanguageModelV4CallOptions {
  const { messages, tools, toolChoice, responseFormat, stopSequences } = request.prompt;
  return {
    prompt: messages.map(toSdkMessage),
    maxOutputTokens: request.outputTokensMax,
    abortSignal: request.signal,
    ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            name,
            inputSchema: parameters,
            ...(description === undefined ? {} : { description }),
          })),
          toolChoice: toSdkToolChoice(toolChoice ?? 'auto'),
        }),
    ...(responseFormat === undefined
      ? {}
      : {
          responseFormat: {
            type: 'json' as const,
            ...(responseFormat.schema === undefined ? {} : { schema: responseFormat.schema }),
            ...(responseFormat.name === undefined ? {} : { name: responseFormat.name }),
          },
        }),
  };
}

function toSdkToolChoice(choice: NonNullable<ProviderRequest['prompt']['toolChoice']>) {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool' as const, toolName: choice.name };
}

function toSdkMessage(message: ChatMessage): LanguageModelV4Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.content }] };
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.content === '' ? [] : [{ type: 'text' as const, text: message.content }]),
          ...(message.toolCalls ?? []).map(toSdkToolCall),
        ],
      };
    case 'tool': {
      const { toolCallId, toolName, content } = message;
      const output = { type: 'text' as const, value: content };
      return { role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName, output }] };
    }
  }
}

function toSdkToolCall({ id, name, input }: ToolCall) {
  return { type: 'tool-call' as const, toolCallId: id, toolName: name, input: parseToolInput(input) };
}
