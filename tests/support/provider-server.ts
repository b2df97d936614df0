import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import { z } from 'zod';

import type { StopKind, WireAnswer } from './wire/dialect.ts';
import { openAiDialect } from './wire/openai-dialect.ts';

const requestSchema = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
});

/** One request as it arrived. */
export interface ProviderCall {
  /** 1 for the first. */
  number: number;
  atMs: number;
  authorization: string | undefined;
  model: string;
  /** All texts of the messages, one below the other. */
  text: string;
  body: z.infer<typeof requestSchema>;
}

/** What the provider does with a request. */
export interface ProviderReply {
  /** The answer's text. */
  text?: string;
  finishReason?: string;
  /** Null leaves the counts out. */
  usage?: { inputTokens: number; outputTokens: number; cachedInputTokens?: number } | null;
  delayMs?: number;
  /** Never answers. */
  hang?: boolean;
  /** Closes the connection without a word. */
  cut?: boolean;
  /** Not 2xx: answers with this instead. */
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it stands instead of a completion. */
  rawBody?: string;
}

export interface ProviderServer {
  /** Up to and with `/v1`: for OPENAI_BASE_URL. */
  baseUrl: string;
  /** Every request so far, the failed ones too. */
  calls: ProviderCall[];
  close(): Promise<void>;
}

/**
 * An OpenAI-compatible provider on the loopback interface that says what a function tells it to, whole or as a stream,
 * and counts what it is asked.
 */
export async function startProviderServer(options: {
  reply: (call: ProviderCall) => ProviderReply | Promise<ProviderReply>;
}): Promise<ProviderServer> {
  const calls: ProviderCall[] = [];
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.endsWith('/chat/completions')) {
      response.writeHead(404).end();
      return;
    }
    const call = await readCall(request, calls.length + 1);
    calls.push(call);
    await send(response, call, await options.reply(call));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider server has no port.');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    calls,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readCall(request: IncomingMessage, number: number): Promise<ProviderCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  const text = body.messages.map((message) => textOf(message.content)).join('\n');
  const { authorization } = request.headers;
  return { number, atMs: performance.now(), authorization, model: body.model, text, body };
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

async function send(response: ServerResponse, call: ProviderCall, reply: ProviderReply): Promise<void> {
  if (reply.delayMs !== undefined) await wait(reply.delayMs);
  if (reply.hang === true) return;
  if (reply.cut === true) {
    response.destroy();
    return;
  }
  const isStream = call.body.stream === true && reply.status === undefined && reply.rawBody === undefined;
  const contentType = isStream ? openAiDialect.streamType : 'application/json';
  response.writeHead(reply.status ?? 200, { 'content-type': contentType, ...reply.headers });
  const answer = toAnswer(call, reply);
  const { begin, piece, end, whole } = openAiDialect;
  response.end(reply.rawBody ?? (isStream ? begin(answer) + piece(answer, answer.text) + end(answer) : whole(answer)));
}

const stopKinds: Record<string, StopKind> = { stop: 'end', length: 'length', content_filter: 'refusal' };

function toAnswer({ model }: ProviderCall, { text, finishReason = 'stop', usage }: ProviderReply): WireAnswer {
  return {
    model,
    text: text ?? 'An answer.',
    stop: stopKinds[finishReason] ?? 'unknown',
    usage: usage === undefined ? { inputTokens: 100, outputTokens: 10 } : usage,
  };
}
