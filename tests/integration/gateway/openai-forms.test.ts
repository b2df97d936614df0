import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { createOpenAiCompatibleProvider } from '../../../activities/llm/providers/openai-compatible.ts';
import type { AnswerPiece, ProviderRequest } from '../../../activities/llm/providers/provider.ts';

type Body = Record<string, unknown>;

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Told {
  status: number;
  type: string;
  text: string;
}

/** A provider of a server that answers like this. What it was asked is kept in `asked`. */
async function providerOf(answer: (body: Body) => Told) {
  const asked: Body[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Body;
      asked.push(body);
      const { status, type, text } = answer(body);
      response.writeHead(status, { 'content-type': type }).end(text);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const provider = createOpenAiCompatibleProvider({ apiKey: undefined, baseUrl, redact: (text) => text });
  return { provider, asked };
}

function requestOf(pieces: AnswerPiece[] | null = null): ProviderRequest {
  return {
    ...{ providerModel: 'm', step: 'edit', outputTokensMax: 9, contextTokensMax: 99 },
    prompt: { messages: [{ role: 'user', content: 'Well?' }] },
    timeouts: { connectMs: 5_000, firstByteMs: 5_000, stallMs: 5_000, totalMs: 5_000 },
    signal: new AbortController().signal,
    ...(pieces === null ? {} : { onPiece: (piece) => pieces.push(piece) }),
  };
}

const json = (status: number, value: unknown): Told => ({
  ...{ status, type: 'application/json; charset=utf-8', text: JSON.stringify(value) },
});
const whole = json(200, { model: 'm', choices: [{ message: { content: 'Yes.' }, finish_reason: 'stop' }] });
const chunk = JSON.stringify({ choices: [{ delta: { content: 'Yes.' }, finish_reason: 'stop' }] });
const stream: Told = { status: 200, type: 'text/event-stream', text: `data: ${chunk}\n\ndata: [DONE]\n\n` };

it('asks a server again under the newer name of the limit when it knows that name alone, and remembers it', async () => {
  const { provider, asked } = await providerOf((body) => {
    if (!('max_tokens' in body)) return whole;
    const message = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return json(400, { error: { message, param: 'max_tokens', code: 'unsupported_parameter' } });
  });
  await provider.generate(requestOf());
  await provider.generate(requestOf());
  expect(asked.map(({ max_tokens: older, max_completion_tokens: newer }) => [older, newer])).toEqual([
    [9, undefined],
    [undefined, 9],
    [undefined, 9],
  ]);
});

it('asks a server again without the options of a stream when it refuses them', async () => {
  const { provider, asked } = await providerOf((body) => {
    if (!('stream_options' in body)) return stream;
    const detail = [{ type: 'extra_forbidden', loc: ['body', 'stream_options', 'include_usage'] }];
    return json(422, { object: 'error', message: { detail }, type: 'invalid_request_error', code: null });
  });
  const answer = await provider.generate(requestOf([]));
  expect(answer).toMatchObject({ text: 'Yes.', usage: null });
  expect(asked.map((body) => 'stream_options' in body)).toEqual([true, false]);
});

it.each([
  ['the same refusal again', "Use 'max_completion_tokens' instead.", 2],
  ['another refusal', 'There is no such model.', 1],
])('gives up on %s', async (_what, message, calls) => {
  const { provider, asked } = await providerOf(() => json(400, { error: { message } }));
  await expect(provider.generate(requestOf())).rejects.toMatchObject({ code: 'provider-refused' });
  expect(asked).toHaveLength(calls);
});

it('takes a whole answer of a server that knows no streams, and passes it on', async () => {
  const { provider } = await providerOf(() => whole);
  const pieces: AnswerPiece[] = [];
  expect(await provider.generate(requestOf(pieces))).toMatchObject({ text: 'Yes.', finishReason: 'stop' });
  expect(pieces).toEqual([{ kind: 'text', text: 'Yes.' }]);
});

it('says what a server said that answered a question for a stream with an error and 200', async () => {
  const { provider } = await providerOf(() => json(200, { error: { message: 'Slow down.', code: 429 } }));
  await expect(provider.generate(requestOf([]))).rejects.toMatchObject({ code: 'provider-rate-limited' });
});

it('reads a whole answer behind a byte order mark', async () => {
  const { provider } = await providerOf(() => ({ ...whole, text: `\uFEFF${whole.text}` }));
  expect(await provider.generate(requestOf())).toMatchObject({ text: 'Yes.' });
});

it('takes no tokens for no count of vectors', async () => {
  const { provider } = await providerOf(() => json(200, { data: [{ embedding: [1] }], usage: { prompt_tokens: 0 } }));
  const answer = await provider.embed?.({ ...requestOf(), texts: ['Well?'] });
  expect(answer).toMatchObject({ vectors: [[1]], inputTokens: null });
});

it('follows no redirection', async () => {
  const { provider, asked } = await providerOf(() => json(307, {}));
  await expect(provider.generate(requestOf())).rejects.toMatchObject({ code: 'provider-refused' });
  expect(asked).toHaveLength(1);
});
