import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hashPrompt, measurePrompt, withWrapUpHint, wrapUpHintSize } from '../../../activities/llm/prompt.ts';
import type { ChatMessage, Prompt } from '../../../activities/llm/providers/provider.ts';
import { timeoutsOf } from '../../../activities/llm/timeouts.ts';
import { hasProviderAnswered, isProviderAway } from '../../../activities/llm/retry.ts';
import { AppError, errorCatalogue, type ErrorCode } from '../../../domain/errors.ts';

const user = (content: string): ChatMessage => ({ role: 'user', content });

describe('the key of a question', () => {
  const prompt: Prompt = { messages: [user('Change it.')] };

  it('is another one for another model, message, tool, form or stop', () => {
    const variants: Prompt[] = [
      prompt,
      { messages: [user('Change it!')] },
      { messages: [user('Change it.'), user('Now.')] },
      { ...prompt, tools: [{ name: 'f', parameters: {} }] },
      { ...prompt, responseFormat: {} },
      { ...prompt, stopSequences: ['END'] },
    ];
    const keys = [hashPrompt('b', prompt), ...variants.map((variant) => hashPrompt('a', variant))];
    expect(new Set(keys).size).toBe(keys.length);
    expect(hashPrompt('a', { ...prompt, tools: undefined })).toBe(hashPrompt('a', prompt));
  });

  it('is the same on another day, and only the date of a system prompt is left out of it', () => {
    const on = (date: string, role: 'system' | 'user'): Prompt => ({
      messages: [{ role, content: `Be brief.\n- Current date: ${date}\nGo.` }],
    });
    expect(hashPrompt('a', on('2026-11-21', 'system'))).toBe(hashPrompt('a', on('2026-11-22', 'system')));
    expect(hashPrompt('a', on('2026-11-21', 'user'))).not.toBe(hashPrompt('a', on('2026-11-22', 'user')));
  });
});

describe('the hint that the money is nearly spent', () => {
  it('stands at the end, in the last message of the user or in one of its own', () => {
    const answered: ChatMessage = { role: 'tool', content: 'rain', toolCallId: 'a', toolName: 'weather' };
    const messages = withWrapUpHint({ messages: [user('Change it.')] }).messages;
    expect(messages).toHaveLength(1);
    expect(messages[0]?.content).toMatch(/^Change it\.\n\nNote on the budget/);
    expect(withWrapUpHint({ messages: [user('Change it.'), answered] }).messages.map(({ role }) => role)).toEqual([
      ...['user', 'tool', 'user'],
    ]);
  });

  it('is never more than what was reserved for it', () => {
    const message = fc.constantFrom<ChatMessage>(
      user('Change it.'),
      { role: 'system', content: 'Be brief.' },
      { role: 'assistant', content: 'Yes.', toolCalls: [{ id: 'a', name: 'f', input: '{}' }] },
    );
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), (messages) => {
        const before = measurePrompt({ messages });
        const after = measurePrompt(withWrapUpHint({ messages }));
        expect(after.bytes).toBeLessThanOrEqual(before.bytes + wrapUpHintSize.bytes);
        expect(after.messages).toBeLessThanOrEqual(before.messages + wrapUpHintSize.messages);
      }),
    );
  });
});

describe('the limits of a try', () => {
  it('bound each phase of a stream, and only the total of a whole answer', () => {
    const entry = { provider: 'anthropic' as const, callTimeoutMs: 150_000 };
    expect(timeoutsOf(entry, true)).toEqual({
      connectMs: 5_000,
      firstByteMs: 60_000,
      stallMs: 30_000,
      totalMs: 150_000,
    });
    expect(timeoutsOf(entry, false)).toMatchObject({ firstByteMs: 150_000, stallMs: 150_000 });
  });

  it('let a model think that says nothing meanwhile', () => {
    const entry = { provider: 'openai' as const, callTimeoutMs: 150_000 };
    expect(timeoutsOf(entry, true)).toMatchObject({ firstByteMs: 120_000, stallMs: 120_000 });
  });

  it('give a local model time to be loaded, and no phase more than the total', () => {
    expect(timeoutsOf({ provider: 'ollama', callTimeoutMs: 600_000 }, true).firstByteMs).toBe(300_000);
    const short = timeoutsOf({ provider: 'openai', callTimeoutMs: 10_000 }, true);
    expect(short).toMatchObject({ firstByteMs: 10_000, stallMs: 10_000, totalMs: 10_000 });
  });
});

it('a provider has answered or is away, never both, and is away only with what another try can cure', () => {
  for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
    const error = new AppError(code, 'No.');
    expect(isProviderAway(error) && hasProviderAnswered(error)).toBe(false);
    if (isProviderAway(error)) expect(error.catalogueEntry.retryable).toBe(true);
    // Every code of a provider is one or the other.
    if (code.startsWith('provider-')) expect(isProviderAway(error) || hasProviderAnswered(error)).toBe(true);
  }
});
