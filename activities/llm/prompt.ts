import { createHash } from 'node:crypto';

import type { PromptSize } from '../../domain/budget/models.ts';
import type { ChatMessage, Prompt } from './providers/provider.ts';

/** Aider writes this into its system prompt: without it an attempt over midnight would pay its calls again. */
const dateLine = /^(?:- )?Current date: .*$/gm;

/**
 * What makes two requests the same: the model and the prompt, without the date that Aider adds.
 *
 * @returns SHA-256 in hex
 */
export function hashPrompt(model: string, { messages, ...rest }: Prompt): string {
  const stable = messages.map((message) =>
    message.role === 'system' ? { ...message, content: message.content.replaceAll(dateLine, '') } : message,
  );
  return createHash('sha256')
    .update(JSON.stringify([model, stable, rest]))
    .digest('hex');
}

/** Providers put instructions of their own before tools and schemas: Anthropic some 350 tokens. */
const instructionBytes = 1_024;

/** The size of a prompt in UTF-8, with the tools that are offered in it. */
export function measurePrompt({ messages, tools, responseFormat }: Prompt): PromptSize {
  const bytes = messages.reduce((sum, message) => sum + Buffer.byteLength(textOf(message)), 0);
  const extras = [tools, responseFormat].filter((extra) => extra !== undefined).map((extra) => JSON.stringify(extra));
  const extraBytes = extras.length === 0 ? 0 : instructionBytes + Buffer.byteLength(extras.join(''));
  return { bytes: bytes + extraBytes, messages: messages.length };
}

function textOf(message: ChatMessage): string {
  if (message.role !== 'assistant' || message.toolCalls === undefined) return message.content;
  return message.content + message.toolCalls.map(({ id, name, input }) => id + name + input).join('');
}

/** What a model is told when most of its order's money is gone. Part of no prompt's hash. */
const wrapUpHint =
  'Note on the budget: at least 80 % of the money for this work is spent. Finish now: answer only with what is still missing for a complete result, and begin nothing new.';

/** The most that the hint adds to a prompt: a message of its own. */
export const wrapUpHintSize: PromptSize = { bytes: Buffer.byteLength(`\n\n${wrapUpHint}`), messages: 1 };

/** The prompt with the hint at its end, where every provider takes it. */
export function withWrapUpHint(prompt: Prompt): Prompt {
  const last = prompt.messages.at(-1);
  if (last?.role !== 'user')
    return { ...prompt, messages: [...prompt.messages, { role: 'user', content: wrapUpHint }] };
  const content = `${last.content}\n\n${wrapUpHint}`;
  return { ...prompt, messages: [...prompt.messages.slice(0, -1), { role: 'user', content }] };
}
