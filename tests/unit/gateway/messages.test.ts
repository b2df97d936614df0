import { describe, expect, it } from 'vitest';

import { messagesStream, parseMessagesRequest, toMessage } from '../../../activities/llm/messages.ts';
import type { GenerateResult } from '../../../activities/llm/gateway.ts';

const identity = { id: '1', createdAtSeconds: 1, model: 'claude-haiku-4-5' };
const result: GenerateResult = {
  ...{ text: '', toolCalls: [], finishReason: 'tool-calls', provider: 'anthropic', servedModel: 'claude-haiku-4-5' },
  ...{ degraded: false, scripted: false, usage: null, costUsdMicros: 0, repeated: false },
};

/** What a stream says, event by event. */
function eventsOf(stream: string): { type: string; index?: number }[] {
  return Array.from(
    stream.matchAll(/^data: (.*)$/gm),
    ([, json = '']) => JSON.parse(json) as { type: string; index?: number },
  );
}

describe("an answer in Anthropic's form", () => {
  it('passes on what was paid for, also a tool call that is no JSON', () => {
    const toolCalls = [
      { id: 'a', name: 'f', input: '{"half": ' },
      { id: 'b', name: 'g', input: '' },
    ];
    expect(toMessage(identity, { ...result, toolCalls }).content).toEqual([
      { type: 'tool_use', id: 'a', name: 'f', input: { unreadable: '{"half": ' } },
      { type: 'tool_use', id: 'b', name: 'g', input: {} },
    ]);
  });

  it('counts cached tokens apart, as that company does', () => {
    const usage = { inputTokens: 100, outputTokens: 7, cachedInputTokens: 30, cacheWriteInputTokens: 20 };
    expect(toMessage(identity, { ...result, usage }).usage).toEqual({
      ...{ input_tokens: 50, cache_read_input_tokens: 30, cache_creation_input_tokens: 20, output_tokens: 7 },
    });
  });

  it('is a stream of blocks that are opened and closed in turn, text and tools in any order', () => {
    const form = messagesStream(identity);
    const stream = [
      form.begin(),
      form.piece({ kind: 'text', text: 'I ' }),
      form.piece({ kind: 'text', text: 'look.' }),
      form.piece({ kind: 'tool-call', index: 0, id: 'a', name: 'f' }),
      form.piece({ kind: 'tool-input', index: 0, text: '{}' }),
      form.piece({ kind: 'text', text: 'Done.' }),
      form.end(result),
    ].join('');
    const told = eventsOf(stream).map(({ type, index }) => (index === undefined ? type : `${type} ${index}`));
    expect(told).toEqual([
      'message_start',
      ...['content_block_start 0', 'content_block_delta 0', 'content_block_delta 0', 'content_block_stop 0'],
      ...['content_block_start 1', 'content_block_delta 1', 'content_block_stop 1'],
      ...['content_block_start 2', 'content_block_delta 2', 'content_block_stop 2'],
      ...['message_delta', 'message_stop'],
    ]);
  });
});

describe("a request in Anthropic's form", () => {
  const request = { model: 'claude-haiku-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello.' }] };

  it('is refused with what is wrong about it', () => {
    expect(() => parseMessagesRequest('{')).toThrow('not JSON');
    expect(() => parseMessagesRequest(JSON.stringify({ ...request, max_tokens: 0 }))).toThrow('max_tokens');
    const result = { type: 'tool_result', tool_use_id: 'unknown', content: 'x' };
    const orphan = { ...request, messages: [{ role: 'user', content: [result] }] };
    expect(() => parseMessagesRequest(JSON.stringify(orphan))).toThrow('No tool call has the id unknown');
  });
});
