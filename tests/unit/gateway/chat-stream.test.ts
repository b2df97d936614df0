import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BrokenAnswerError } from '../../../activities/llm/providers/broken-answer.ts';
import { readChatCompletion } from '../../../activities/llm/providers/chat-answer.ts';
import { toChatBody } from '../../../activities/llm/providers/chat-body.ts';
import { readChatStream } from '../../../activities/llm/providers/chat-stream.ts';
import type { AnswerPiece, ProviderRequest } from '../../../activities/llm/providers/provider.ts';
import { AppError } from '../../../domain/errors.ts';

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
const at0 = (id: string, name: string | null, input: string) => ({
  tool_calls: [{ index: 0, id, function: { name, arguments: input } }],
});
const callOf = (id: string, name: string, input: unknown) => ({ id, function: { name, arguments: input } });
const more = (input: string) => ({ tool_calls: [{ function: { arguments: input } }] });

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const count = (prompt: number, completion: number) => ({ prompt_tokens: prompt, completion_tokens: completion });
const toFailed = (told: object, finish = 'stop') => event({ choices: [{ delta: {}, finish_reason: finish }], ...told });

/** What is made of these events when the connection is lost behind them. */
function readCut(events: string) {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from(events));
    throw new AppError('provider-unavailable', 'Cut off.');
  }
  return readChatStream(chunks(), { request: asked, identity, report: { firstByteMs: 3, error: null } });
}

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
    // vLLM, SGLang and Gemini count every call as the first.
    ['the index 0 for every call', [at0('a', 'read', '{"x"'), at0('a', 'read', ':1}'), at0('b', 'write', '{}')]],
    // vLLM once gave every piece of a call an id of its own.
    ['another id in each piece', [at0('a', 'read', '{"x"'), at0('z', null, ':1}'), begun('b', 'write', ['{}'])]],
    ['the same id in each piece', [begun('a', 'read', ['{"x"']), begun('a', '', [':1}']), begun('b', 'write', ['{}'])]],
    ['inputs as values', [{ tool_calls: [callOf('a', 'read', { x: 1 }), callOf('b', 'write', {})] }]],
  ])('has its tool calls whole, told with %s', async (_how, deltas) => {
    const { answer, pieces } = await read(toEvents(deltas, 'tool_calls'));
    expect(answer.finishReason).toBe('tool-calls');
    expect(answer.toolCalls).toEqual([
      { id: 'a', name: 'read', input: '{"x":1}' },
      { id: 'b', name: 'write', input: '{}' },
    ]);
    expect(pieces.filter(({ kind }) => kind === 'tool-call')).toHaveLength(2);
  });

  it('keeps calls apart that have neither an index nor an id, and counts as one that calls them', async () => {
    const calls = ['read', 'write'].map((name) => ({ function: { name, arguments: '{}' } }));
    const { answer } = await read(toEvents([{ tool_calls: calls }], 'stop'));
    expect(answer.toolCalls).toMatchObject([
      { name: 'read', input: '{}' },
      { name: 'write', input: '{}' },
    ]);
    expect(answer.finishReason).toBe('tool-calls');
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

  const said = event({ choices: [{ delta: { content: 'Yes.' }, finish_reason: null }] });
  const ended = event({ choices: [{ delta: {}, finish_reason: 'stop' }] });

  it.each([
    ['chunks without choices', `${event({ usage: null })}${said}${event({ choices: null })}${ended}`],
    ['filters before and after it', `${event({ choices: [], prompt_filter_results: [] })}${said}${ended}`],
    ['comments', `: OPENROUTER PROCESSING\n\n${said}: keep-alive\n\n${ended}`],
    ['events without data', `${said}data:\n\ndata: \n\n${ended}`],
    ['no space before its data', `${said}${ended}`.replaceAll('data: ', 'data:')],
    ['CRLF', `${said}${ended}`.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${said}${ended}`],
    ['data of several lines', `${said}${ended}`.replaceAll(',', ',\ndata: ')],
    ['a space behind its last word', `${said}${ended}data: [DONE] \n\n`],
    ['an empty reason to end', `${said.replace('null', '""')}${ended}${event({ choices: [{ finish_reason: '' }] })}`],
    ['the reason of Together', `${said}${ended.replace('stop', 'eos')}`],
    ['a count that nobody can read', `${said}${ended}${event({ choices: [], usage: { prompt_tokens: 'many' } })}`],
  ])('is whole with %s', async (_what, events) => {
    expect((await read(events)).answer).toMatchObject({ text: 'Yes.', finishReason: 'stop' });
  });

  it('holds a text of a megabyte in one event', async () => {
    const text = 'x'.repeat(1024 * 1024);
    const { answer } = await read(toEvents([{ content: text }]), Array<number>(100).fill(9_973));
    expect(answer.text).toBe(text);
  });

  it.each([
    ['in every chunk, growing', [{ usage: count(9, 1) }, { usage: count(9, 4) }]],
    ['first its input, then its output', [{ usage: count(9, 1) }, { usage: count(0, 4) }]],
    ['for Groq', [{ x_groq: { usage: count(9, 4) } }]],
    ['beside a reason to end', [{ choices: [{ finish_reason: 'stop', usage: count(9, 4) }] }]],
    ['without what it thought', [{ usage: { ...count(9, 1), total_tokens: 13 } }]],
  ])('is counted when the count comes %s', async (_how, chunks) => {
    const { answer } = await read(`${said}${ended}${chunks.map((chunk) => event({ choices: [], ...chunk })).join('')}`);
    expect(answer.usage).toMatchObject({ inputTokens: 9, outputTokens: 4 });
  });

  it('is not counted by a count of no input, which would make it free', async () => {
    expect((await read(`${said}${ended}${event({ choices: [], usage: count(0, 4) })}`)).answer.usage).toBeNull();
  });

  it('is billed by its input alone where the provider counts no output', async () => {
    const { answer } = await read(`${said}${ended}${event({ choices: [], usage: count(9, 0) })}`);
    expect(answer.usage).toMatchObject({ inputTokens: 9, outputTokens: 0 });
  });

  it.each([
    ['in the usual field', { prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 } }],
    ['as Anthropic counts', { cache_read_input_tokens: 90, cache_creation_input_tokens: 5 }],
  ])('pays for cached tokens that its input leaves out, told %s', async (_how, cached) => {
    const told = event({ choices: [], usage: { ...count(9, 4), ...cached } });
    expect((await read(`${said}${ended}${told}`)).answer.usage).toEqual({
      ...{ inputTokens: 104, outputTokens: 4, cachedInputTokens: 90, cacheWriteInputTokens: 5 },
    });
  });

  it('that ended is whole, whatever happens to its connection', async () => {
    const answer = readCut(`${said}${ended}data: [DONE]\n\n`);
    await expect(answer).resolves.toMatchObject({ text: 'Yes.', finishReason: 'stop' });
  });

  it.each([
    ['before it ended', said, 'provider-unavailable'],
    ['after an error as data', event({ error: { message: 'No.', code: 429 } }), 'provider-rate-limited'],
  ])('whose connection is lost %s is no answer', async (_when, events, code) => {
    const error: unknown = await readCut(events).catch((reason: unknown) => reason);
    const reason = error instanceof BrokenAnswerError ? error.reason.cause : error;
    expect(reason).toMatchObject({ code });
  });

  it('that breaks off is billed with what it thought', async () => {
    const thought = [{ type: 'thinking', thinking: [{ type: 'text', text: 'Well, well, well.' }] }];
    const events = event({ choices: [{ delta: { content: thought } }] });
    const error: unknown = await read(events).catch((reason: unknown) => reason);
    expect(error instanceof BrokenAnswerError && error.receivedBytes).toBeGreaterThanOrEqual(17);
  });

  it.each([
    ['no reason to end', 'data: {"choices":[{"delta":{"content":""}}]}\n\n', 'provider-bad-answer'],
    ['nothing at all', '', 'provider-bad-answer'],
    ['a tool call without a name', toEvents([more('{}')]), 'provider-bad-answer'],
    ['an error as data', 'data: {"error":{"message":"No.","type":"server_error"}}\n\n', 'provider-unavailable'],
    ['an error that has a status', toFailed({ error: { message: 'No.', code: 502 } }), 'provider-unavailable'],
    ['an error in a list', event([{ error: { message: 'No.', code: 503 } }]), 'provider-unavailable'],
    [
      'an error of Groq',
      toFailed({ x_groq: { error: 'This is over the maximum context length.' } }),
      'context-exceeded',
    ],
    ['a provider that failed', toFailed({}, 'error'), 'provider-unavailable'],
    ['a provider that was too busy', toFailed({}, 'insufficient_system_resource'), 'provider-unavailable'],
    ['a page', '<!doctype html><html><body>Sign in</body></html>\n\n', 'provider-bad-answer'],
    ['no choices at all', `${event({ usage: count(9, 4) })}data: [DONE]\n\n`, 'provider-bad-answer'],
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

  it('that calls tools says so, whatever form their inputs have', () => {
    const calls = [callOf('a', 'read', { x: 1 }), callOf('b', 'write', null)];
    const told = JSON.stringify({ choices: [{ message: { tool_calls: calls }, finish_reason: 'stop' }] });
    expect(readChatCompletion(told, options)).toMatchObject({
      finishReason: 'tool-calls',
      toolCalls: [
        { id: 'a', name: 'read', input: '{"x":1}' },
        { id: 'b', name: 'write', input: '' },
      ],
    });
  });

  it('that a provider broke off is billed and no answer', () => {
    const choice = { message: { content: 'Half' }, finish_reason: 'error', error: { code: 502, message: 'Gone.' } };
    const told = JSON.stringify({ choices: [choice], usage: count(9, 4) });
    expect(() => readChatCompletion(told, options)).toThrow(
      expect.objectContaining({ receivedBytes: 4, usage: expect.objectContaining({ outputTokens: 4 }) as unknown }),
    );
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
