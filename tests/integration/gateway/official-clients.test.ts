import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startModelEndpoint, type ModelEndpoint, type ModelSession } from '../../../activities/llm/endpoint.ts';
import { createConfigRedactor, createLogger } from '../../../platform/logger.ts';
import { failureOf } from '../../support/gateway-tests.ts';
import { testConfig } from '../../support/model-gateway.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';
import type { DialectName } from '../../support/wire/dialect.ts';

const test = setUpWireTests();

let endpoint: ModelEndpoint;

beforeEach(async () => {
  const config = testConfig({});
  const logger = createLogger('test', config, createConfigRedactor(config));
  endpoint = await startModelEndpoint({ gateway: test.gateway(), logger });
});

afterEach(() => endpoint.close());

/** As a child process has them: one session, and the two companies' own clients with nothing but address and token. */
async function open(model: string): Promise<{ session: ModelSession; openAi: OpenAI; anthropic: Anthropic }> {
  const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 5_000_000 };
  const session = await endpoint.openSession({ scope, model });
  return {
    session,
    openAi: new OpenAI({ baseURL: session.baseUrl, apiKey: session.token }),
    // This client adds /v1 itself.
    anthropic: new Anthropic({ baseURL: session.baseUrl.replace(/\/v1$/, ''), apiKey: session.token }),
  };
}

const models: [DialectName, string][] = [
  ['anthropic', 'claude-haiku-4-5'],
  ['openai', 'gpt-5.4-mini'],
  ['ollama', 'ollama/qwen3:latest'],
];

/** The first call asks for a tool, the second one answers. */
function askForTool(dialect: DialectName): void {
  const toolCall = { id: 'call-1', name: 'weather', input: { city: 'Oslo' } };
  test.server.behave[dialect] = ({ number }) =>
    number === 1 ? { does: 'answer', stop: 'tools', text: '', toolCall } : { does: 'answer', text: 'It rains.' };
}

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const sentTo = (dialect: DialectName, index: number) => JSON.stringify(test.server.callsOf(dialect)[index]?.body);

describe.each(models)("OpenAI's client, in front of %s", (dialect, model) => {
  const messages = [{ role: 'user' as const, content: 'How is the weather?' }];

  it('gets an answer, a stream of it, and the list of models', async () => {
    const { openAi, session } = await open(model);
    const whole = await openAi.chat.completions.create({ model, messages, max_completion_tokens: 500 });
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'An answer.' } });
    expect(whole.usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 10 });
    test.server.behave[dialect] = () => ({ does: 'answer', text: 'Piece by piece.', pauseMs: 20 });
    const stream = openAi.chat.completions.stream({
      ...{ model, messages: [{ role: 'user', content: 'Slowly.' }], stream_options: { include_usage: true } },
    });
    const pieces: string[] = [];
    stream.on('content', (piece) => pieces.push(piece));
    expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe('Piece by piece.');
    expect(pieces).toHaveLength(2);
    expect(await stream.totalUsage()).toMatchObject({ total_tokens: 110 });
    expect((await openAi.models.list()).data.map(({ id }) => id)).toEqual([model]);
    expect(await openAi.models.retrieve(model)).toMatchObject({ id: model });
    expect(await session.calls()).toMatchObject({ count: 2, lastErrorCode: null });
  });

  it.each([false, true])('is asked for a tool, gives its result and gets an answer (stream: %s)', async (isStream) => {
    askForTool(dialect);
    const { openAi } = await open(model);
    const runner = isStream
      ? openAi.chat.completions.runTools({ model, messages, tools: [weatherTool()], stream: true })
      : openAi.chat.completions.runTools({ model, messages, tools: [weatherTool()] });
    expect(await runner.finalContent()).toBe('It rains.');
    expect(sentTo(dialect, 0)).toContain('weather');
    expect(sentTo(dialect, 1)).toContain('rain in Oslo');
    expect(test.server.calls).toHaveLength(2);
  });

  it('gets JSON of the schema that it sends', async () => {
    test.server.behave[dialect] = () => ({ does: 'answer', text: '{"city":"Oslo"}' });
    const { openAi } = await open(model);
    const answer = await openAi.chat.completions.parse({
      model,
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema: parameters, strict: true } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ city: 'Oslo' });
    expect(sentTo(dialect, 0)).toContain('"city":{"type":"string"}');
  });

  it('gets an error once, and tries nothing again', async () => {
    test.server.behave[dialect] = () => ({ does: 'refuse', status: 401 });
    const { openAi } = await open(model);
    for (const stream of [false, true]) {
      const error = await failureOf(openAi.chat.completions.create({ model, messages, stream }));
      expect(error).toBeInstanceOf(OpenAI.APIError);
      expect(error).toMatchObject({ status: 400, code: 'provider-unauthorized' });
    }
    expect(test.server.calls).toHaveLength(2);
  });

  it('gets an error in the middle of a stream, and tries nothing again', async () => {
    test.server.behave[dialect] = () => ({ does: 'cut-off' });
    const { openAi } = await open(model);
    const stream = openAi.chat.completions.stream({ model, messages });
    expect(await failureOf(stream.finalChatCompletion())).toMatchObject({
      message: expect.stringContaining('stopped in the middle') as string,
    });
    expect(test.server.calls).toHaveLength(1);
  });
});

function weatherTool() {
  return {
    type: 'function' as const,
    function: {
      name: 'weather',
      description: 'How the weather is.',
      parameters,
      parse: JSON.parse as (input: string) => { city: string },
      function: ({ city }: { city: string }) => `rain in ${city}`,
    },
  };
}

describe.each(models)("Anthropic's client, in front of %s", (dialect, model) => {
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'How is the weather?' }];
  const tools = [
    { name: 'weather', description: 'How it is.', input_schema: { ...parameters, type: 'object' as const } },
  ];

  it('gets an answer, a stream of it, and the list of models', async () => {
    const { anthropic } = await open(model);
    const whole = await anthropic.messages.create({ model, max_tokens: 500, system: 'Be brief.', messages });
    expect(whole).toMatchObject({ content: [{ type: 'text', text: 'An answer.' }], stop_reason: 'end_turn' });
    expect(whole.usage).toMatchObject({ input_tokens: 100, output_tokens: 10 });
    expect(sentTo(dialect, 0)).toContain('Be brief.');
    test.server.behave[dialect] = () => ({ does: 'answer', text: 'Piece by piece.', pauseMs: 20 });
    const pieces: string[] = [];
    const stream = anthropic.messages.stream({
      model,
      max_tokens: 500,
      messages: [{ role: 'user', content: 'Slowly.' }],
    });
    stream.on('text', (piece) => pieces.push(piece));
    expect(await stream.finalMessage()).toMatchObject({
      content: [{ text: 'Piece by piece.' }],
      usage: { output_tokens: 10 },
    });
    expect(pieces).toHaveLength(2);
    expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual([model]);
  });

  it.each([false, true])('is asked for a tool, gives its result and gets an answer (stream: %s)', async (isStream) => {
    askForTool(dialect);
    const { anthropic } = await open(model);
    const ask = (history: Anthropic.MessageParam[]) => {
      const request = { model, max_tokens: 500, messages: history, tools };
      return isStream ? anthropic.messages.stream(request).finalMessage() : anthropic.messages.create(request);
    };
    const first = await ask(messages);
    expect(first.stop_reason).toBe('tool_use');
    const use = first.content.find((block) => block.type === 'tool_use');
    expect(use).toMatchObject({ name: 'weather', input: { city: 'Oslo' } });
    const result = { type: 'tool_result' as const, tool_use_id: use?.id ?? '', content: 'rain in Oslo' };
    const last = await ask([
      ...messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [result] },
    ]);
    expect(last.content).toMatchObject([{ type: 'text', text: 'It rains.' }]);
    expect(sentTo(dialect, 1)).toContain('rain in Oslo');
    expect(test.server.calls).toHaveLength(2);
  });

  it('gets an error once, and tries nothing again', async () => {
    test.server.behave[dialect] = () => ({ does: 'refuse', status: 401 });
    const { anthropic } = await open(model);
    for (const stream of [false, true]) {
      const error = await failureOf(anthropic.messages.create({ model, max_tokens: 500, messages, stream }));
      expect(error).toBeInstanceOf(Anthropic.APIError);
      expect(error).toMatchObject({ status: 400 });
    }
    expect(test.server.calls).toHaveLength(2);
  });

  it('gets an error in the middle of a stream, and tries nothing again', async () => {
    test.server.behave[dialect] = () => ({ does: 'cut-off' });
    const { anthropic } = await open(model);
    const stream = anthropic.messages.stream({ model, max_tokens: 500, messages });
    expect(await failureOf(stream.finalMessage())).toMatchObject({
      message: expect.stringContaining('stopped in the middle') as string,
    });
    expect(test.server.calls).toHaveLength(1);
  });
});

describe('a client that hangs up in the middle of a stream', () => {
  it('has paid for all of it, once, and gets it from the store when it asks again', async () => {
    test.server.behave.openai = () => ({ does: 'answer', text: 'First, second.', pauseMs: 150 });
    const { openAi } = await open('gpt-5.4-mini');
    const request = { model: 'gpt-5.4-mini', messages: [{ role: 'user' as const, content: 'Slowly.' }] };
    const stream = await openAi.chat.completions.create({ ...request, stream: true });
    for await (const chunk of stream) if ((chunk.choices[0]?.delta.content ?? '') !== '') break;
    stream.controller.abort();
    await expect.poll(() => test.storedAnswers()).toBe(1);
    const again = await openAi.chat.completions.create(request);
    expect(again.choices[0]?.message.content).toBe('First, second.');
    expect(test.server.billed).toMatchObject({ calls: 1, inputTokens: 100, outputTokens: 10 });
    expect(await test.ledgerRows()).toMatchObject([{ state: 'settled', errorCode: null, isUsageEstimated: false }]);
  });
});

it('a session that ends in the middle of a stream ends the stream of its client', async () => {
  test.server.behave.openai = () => ({ does: 'hang', after: 'piece' });
  const controller = new AbortController();
  const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 5_000_000 };
  const session = await endpoint.openSession({ scope, model: 'gpt-5.4-mini', signal: controller.signal });
  const openAi = new OpenAI({ baseURL: session.baseUrl, apiKey: session.token });
  const messages = [{ role: 'user' as const, content: 'Slowly.' }];
  const stream = openAi.chat.completions.stream({ model: 'gpt-5.4-mini', messages });
  stream.on('content', () => controller.abort());
  expect(await failureOf(stream.finalChatCompletion())).toMatchObject({
    message: expect.stringContaining('session has ended') as string,
  });
});
