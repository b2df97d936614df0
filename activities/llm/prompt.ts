import { createHash } from 'node:crypto';

import type { PromptSize } from '../../domain/budget/models.ts';
import type { ChatMessage } from './providers/provider.ts';

/** Aider writes this into its system prompt: without it an attempt over midnight would pay its calls again. */
const dateLine = /^(?:- )?Current date: .*$/gm;

/**
 * What makes two requests the same: the model and the messages, without the date that Aider adds.
 *
 * @returns SHA-256 in hex
 */
export function hashPrompt(model: string, messages: readonly ChatMessage[]): string {
  const stable = messages.map(({ role, content }) => [
    role,
    role === 'system' ? content.replaceAll(dateLine, '') : content,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([model, stable]))
    .digest('hex');
}

/** The size of a prompt in UTF-8. */
export function measurePrompt(messages: readonly ChatMessage[]): PromptSize {
  const bytes = messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), 0);
  return { bytes, messages: messages.length };
}
