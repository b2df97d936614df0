import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readChatCompletion } from '../../../activities/llm/providers/chat-answer.ts';
import { toChatBody } from '../../../activities/llm/providers/chat-body.ts';
import { readChatStream } from '../../../activities/llm/providers/chat-stream.ts';
import type { AnswerPiece, ProviderRequest } from '../../../activities/llm/providers/provider.ts';

const identity = { title: 'The server', keySetting: 'OPENAI_API_KEY', redact: (text: string) => text };

const asked: ProviderRequest = {
  ...{ providerModel: 'asked', step: 'edit', prompt: { messages: [] }, outputTokensMax: 9, contextTokensMax: 9 },
  timeouts: { connectMs: 1, firstByteMs: 1, stallMs: 1, totalMs: 1 },
  signal: new AbortController().signal,
};

/** What servers send: the deltas of one choice, then why it ended, then the count. */
function toEvents(deltas: readonly object[], finish = 'stop'): string {
  const chunks = [
    ...deltas.map((delta) => ({ model: 'm-1', choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 2 } } },
  ];
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}

async function read(events: string, sizes: readonly number[] = []) {
  const pieces: AnswerPiece[] = [];
  const request: ProviderRequest = { ...asked, onPiece: (piece) => pieces.push(piece) };
  const answer = await readChatStream(cut(Buffer.from(events), sizes), {
    ...{ request, identity, report: { firstByteMs: 3, error: null } },
  });
  return { answer, pieces };
}

/** The same bytes in pieces of these sizes, the last one as large as the rest. */
async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
  yield bytes.subarray(at);
}

const begun = (id: string, name: string, input: readonly string[] = []) => ({
  tool_calls: [{ id, function: { name, arguments: input.join('') } }],
});
const more = (input: string) => ({ tool_calls: [{ function: { arguments: input } }] });

describe('a stream of chat completions', () => {
  it('is the same answer however the network cuts it', async () => {
    const events = toEvents([{ content: 'Grüße, ' }, { content: '🌍 and more' }]);
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (chosen) => {
        const { answer, pieces } = await read(events, chosen);
        expect(answer).toEqual({
          ...{ text: 'Grüße, 🌍 and more', toolCalls: [], finishReason: 'stop', servedModel: 'm-1', firstByteMs: 3 },
          usage: { inputTokens: 9, outputTokens: 4, cachedInputTokens: 2, cacheWriteInputTokens: 0 },
          scripted: false,
        });
        expect(pieces).toHaveLength(2);
      }),
    );
  });

  it.each([
    [
      'an index each',
      [
        { tool_calls: [{ index: 0, id: 'a', function: { name: 'read', arguments: '{"x"' } }] },
        { tool_calls: [{ index: 1, id: 'b', function: { name: 'write', arguments: '{}' } }] },
        { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      ],
    ],
    ['ids and no index', [begun('a', 'read', ['{"x"']), more(':1}'), begun('b', 'write', ['{}'])]],
    [
      'a name that comes after the input has begun',
      [
        { tool_calls: [{ index: 0, id: 'a', function: { arguments: '{"x"' } }] },
        { tool_calls: [{ index: 0, function: { name: 'read', arguments: ':1}' } }] },
        begun('b', 'write', ['{}']),
      ],
    ],
  ])('has its tool calls whole, told with %s', async (_how, deltas) => {
    const { answer, pieces } = await read(toEvents(deltas, 'tool_calls'));
    expect(answer.finishReason).toBe('tool-calls');
    expect(answer.toolCalls).toEqual([
      { id: 'a', name: 'read', input: '{"x":1}' },
      { id: 'b', name: 'write', input: '{}' },
    ]);
    expect(pieces.filter(({ kind }) => kind === 'tool-call')).toHaveLength(2);
  });

  it('passes on what is said and not what is thought', async () => {
    const thoughts = [
      { reasoning_content: 'Hm.' },
      { reasoning: 'Well.' },
      { content: [{ type: 'thinking', text: 'So.' }] },
    ];
    const { answer, pieces } = await read(toEvents([...thoughts, { content: [{ type: 'text', text: 'Done.' }] }]));
    expect(answer.text).toBe('Done.');
    expect(pieces).toEqual([{ kind: 'text', text: 'Done.' }]);
  });

  it('that the model refuses counts as refused', async () => {
    expect((await read(toEvents([{ refusal: 'I will not.' }]))).answer.finishReason).toBe('content-filter');
  });

  it.each([
    ['no reason to end', 'data: {"choices":[{"delta":{"content":""}}]}\n\n', 'provider-bad-answer'],
    ['nothing at all', '', 'provider-bad-answer'],
    ['a tool call without a name', toEvents([more('{}')]), 'provider-bad-answer'],
    ['an error as data', 'data: {"error":{"message":"No.","type":"server_error"}}\n\n', 'provider-unavailable'],
  ])('with %s is no answer', async (_what, events, code) => {
    await expect(read(events)).rejects.toMatchObject({ code });
  });
});

describe('a whole chat completion', () => {
  const options = { request: asked, identity, report: { firstByteMs: 3, error: null } };

  it('that tells of an error as data fails with that error', () => {
    const told = JSON.stringify({ error: { message: 'Slow down.', code: 'rate_limit_exceeded' } });
    expect(() => readChatCompletion(told, options)).toThrow(expect.objectContaining({ code: 'provider-rate-limited' }));
  });

  it('gives calls of tools an id where the server leaves it out', () => {
    const message = { content: null, tool_calls: [1, 2].map(() => ({ function: { name: 'read', arguments: '{}' } })) };
    const told = JSON.stringify({ choices: [{ message, finish_reason: 'tool_calls' }] });
    const { toolCalls } = readChatCompletion(told, options);
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2);
    expect(toolCalls[0]?.id).toMatch(/^call_/);
  });

  it.each([[{}], [{ model: null }], [{ model: '' }]])(
    'of a server that says %j was served by the model that was asked',
    (said) => {
      const told = JSON.stringify({ ...said, choices: [{ message: { content: 'Yes.' }, finish_reason: 'stop' }] });
      expect(readChatCompletion(told, options)).toMatchObject({ servedModel: 'asked', firstByteMs: 3 });
    },
  );
});

it('a question holds no empty list of tool calls, which OpenAI refuses', () => {
  const messages = [{ role: 'assistant' as const, content: 'Done.', toolCalls: [] }];
  expect(toChatBody({ ...asked, prompt: { messages } })['messages']).toEqual([{ role: 'assistant', content: 'Done.' }]);
});
