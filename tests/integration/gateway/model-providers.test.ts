import { createServer, type Server } from 'node:http';

import { afterEach, describe, expect, it } from 'vitest';

import { createModelDirectory } from '../../../activities/llm/models.ts';
import { createProviders } from '../../../activities/llm/providers/create-providers.ts';
import type { ProviderRequest } from '../../../activities/llm/providers/provider.ts';
import { testConfig, testPrices } from '../../support/model-gateway.ts';

interface Seen {
  url: string;
  headers: Record<string, unknown>;
  body: unknown;
}

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that gives every request the same answer and keeps what it was asked. */
async function serve(status: number, answer: unknown): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body: unknown = text === '' ? null : JSON.parse(text);
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`, seen };
}

function ask(prompt: string): ProviderRequest {
  return {
    providerModel: 'a-model',
    step: 'edit',
    prompt: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: prompt },
      ],
    },
    outputTokensMax: 1_000,
    contextTokensMax: 32_768,
    timeouts: { connectMs: 1_000, firstByteMs: 5_000, stallMs: 5_000, totalMs: 5_000 },
    signal: AbortSignal.timeout(5_000),
  };
}

function directoryOf(settings: Record<string, string>) {
  return createModelDirectory(testConfig(settings), testPrices);
}

describe('Anthropic', () => {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5-20251001',
    content: [{ type: 'text', text: 'Done.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 60, output_tokens: 10, cache_read_input_tokens: 40, cache_creation_input_tokens: 0 },
  };

  function anthropic(baseUrl: string) {
    const provider = createProviders(testConfig({ ANTHROPIC_API_KEY: 'test-key-12345', ANTHROPIC_BASE_URL: baseUrl }));
    return provider.anthropic ?? expect.unreachable('the key makes the provider usable');
  }

  it('is asked at /v1/messages with its key, and its cached tokens are part of the input', async () => {
    const { url, seen } = await serve(200, message);
    expect(await anthropic(url).generate(ask('Change it.'))).toEqual({
      text: 'Done.',
      toolCalls: [],
      finishReason: 'stop',
      servedModel: 'claude-haiku-4-5-20251001',
      usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 40, cacheWriteInputTokens: 0 },
      firstByteMs: expect.any(Number) as number,
      scripted: false,
    });
    expect(seen).toMatchObject([{ url: '/v1/messages', headers: { 'x-api-key': 'test-key-12345' } }]);
    expect(seen[0]?.body).toMatchObject({ model: 'a-model', max_tokens: 1_000, system: [{ text: 'Be brief.' }] });
  });

  it('tells of an answer that was cut off', async () => {
    const { url } = await serve(200, { ...message, stop_reason: 'max_tokens' });
    expect((await anthropic(url).generate(ask('x'))).finishReason).toBe('length');
  });

  it.each([
    [529, 'overloaded_error', 'provider-unavailable'],
    [400, 'billing_error', 'provider-money-out'],
    [401, 'authentication_error', 'provider-unauthorized'],
    [413, 'request_too_large', 'context-exceeded'],
    [404, 'not_found_error', 'provider-refused'],
  ])('answers HTTP %i %s: %s', async (status, type, code) => {
    const { url } = await serve(status, { type: 'error', error: { type, message: 'No.' } });
    await expect(anthropic(url).generate(ask('x'))).rejects.toMatchObject({ code });
  });
});

const haikuToOpus = ['claude-haiku-4-5', 'claude-sonnet-5-5', 'claude-opus-5-5'];

describe('Ollama', () => {
  const answer = {
    model: 'qwen3',
    message: { role: 'assistant', content: 'Done.' },
    done_reason: 'stop',
    prompt_eval_count: 30,
    eval_count: 3,
  };

  function ollama(baseUrl: string) {
    const provider = createProviders(testConfig({ OLLAMA_BASE_URL: baseUrl }));
    return provider.ollama ?? expect.unreachable('Ollama needs no key');
  }

  it('is given a context that holds prompt and answer, so that it cuts nothing silently', async () => {
    const { url, seen } = await serve(200, answer);
    expect(await ollama(url).generate(ask('x'.repeat(35_000)))).toMatchObject({
      text: 'Done.',
      servedModel: 'ollama/qwen3',
      usage: { inputTokens: 30, outputTokens: 3, cachedInputTokens: 0 },
    });
    // 10,000 of prompt, 1,000 of answer and some overhead, in steps of 4,096
    expect(seen).toMatchObject([{ url: '/api/chat', body: { options: { num_ctx: 12_288, num_predict: 1_000 } } }]);
  });

  it('is not asked at all when the prompt does not fit', async () => {
    const { url, seen } = await serve(200, answer);
    await expect(ollama(url).generate(ask('x'.repeat(120_000)))).rejects.toMatchObject({ code: 'context-exceeded' });
    expect(seen).toEqual([]);
  });

  it('is usable when it runs: with the model of the settings, or else its first one', async () => {
    const { url } = await serve(200, { models: [{ name: 'qwen3:latest' }, { name: 'gemma' }] });
    const names = async (settings: Record<string, string>) => {
      const active = await directoryOf({ OLLAMA_BASE_URL: url, ...settings }).active();
      return active.map((entry) => entry.name);
    };
    expect(await names({})).toEqual(['ollama/qwen3:latest']);
    expect(await names({ OLLAMA_MODEL: 'gemma' })).toEqual(['ollama/gemma']);
    await expect(names({ OLLAMA_MODEL: 'missing' })).rejects.toMatchObject({ code: 'no-model' });
    expect(await names({ ANTHROPIC_API_KEY: 'key' })).toEqual(haikuToOpus);
    expect(await names({ ANTHROPIC_API_KEY: 'key', OLLAMA_MODEL: 'gemma' })).toEqual([...haikuToOpus, 'ollama/gemma']);
  });

  it('is not usable with models that only turn texts into vectors', async () => {
    const embedding = [
      { name: 'all-minilm:latest', details: { family: 'bert', families: ['bert'] } },
      { name: 'other', details: { family: 'nomic-bert', families: ['nomic-bert'] } },
      { name: 'mxbai-embed-large', details: { families: null } },
    ];
    for (const last of [[], [{ name: 'qwen3', details: { families: ['qwen3'] } }]]) {
      const { url } = await serve(200, { models: [...embedding, ...last] });
      const active = await directoryOf({ OLLAMA_BASE_URL: url }).active();
      expect(active.map((entry) => entry.name)).toEqual(last.map(({ name }) => `ollama/${name}`));
    }
  });
});

describe('the active models', () => {
  async function activeNames(settings: Record<string, string>): Promise<string[]> {
    const active = await directoryOf(settings).active();
    return active.map((entry) => entry.name);
  }

  it('are none without a key, a local server or a script', async () => {
    expect(await activeNames({})).toEqual([]);
  });

  it('are those of every provider with a key; the scripted one only when there is none', async () => {
    const script = { RATCHET_SCRIPTED_MODEL: '/scripts/orders.yaml' };
    expect(await activeNames(script)).toEqual(['scripted']);
    expect(await activeNames({ ...script, ANTHROPIC_API_KEY: 'key' })).toEqual(haikuToOpus);
    expect(await activeNames({ OPENAI_API_KEY: 'key', OPENAI_MODEL: 'gpt-5.4-mini' })).toEqual(['gpt-5.4-mini']);
  });

  it('take their prices from the settings where these name some', async () => {
    const settings = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_MODEL: 'mine', OPENAI_MODEL_PRICES: '0.5,2' };
    expect(await directoryOf(settings).active()).toMatchObject([
      { name: 'mine', inputUsdMicrosPerMillionTokens: 500_000, outputUsdMicrosPerMillionTokens: 2_000_000 },
    ]);
  });
});
