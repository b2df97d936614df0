import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { z } from 'zod';

import { act } from './act.ts';
import { anthropicDialect } from './anthropic-dialect.ts';
import { answers, type WireBehaviour } from './behaviour.ts';
import type { Dialect, DialectName, WireAnswer } from './dialect.ts';
import { ollamaDialect } from './ollama-dialect.ts';
import { openAiDialect } from './openai-dialect.ts';

export const dialects: Record<DialectName, Dialect> = {
  anthropic: anthropicDialect,
  openai: openAiDialect,
  ollama: ollamaDialect,
};

const requestSchema = z.looseObject({ model: z.string(), stream: z.boolean().optional() });

/** One request as it arrived. */
export interface WireCall {
  dialect: DialectName;
  /** 1 for the first in its dialect. */
  number: number;
  /** Milliseconds since 1970. */
  atMs: number;
  headers: IncomingMessage['headers'];
  model: string;
  isStream: boolean;
  body: z.infer<typeof requestSchema>;
}

/** What the answers that were sent whole came to. */
export interface Billed {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/**
 * All three providers on one loopback port, each of which does what a test tells it to, misbehaving included. Counts
 * every request, and every token that it sent an answer for.
 */
export class WireServer {
  readonly calls: WireCall[] = [];
  readonly billed: Billed = { calls: 0, inputTokens: 0, outputTokens: 0 };
  /** What each does with a request; tests set these. */
  readonly behave: Record<DialectName, (call: WireCall) => WireBehaviour> = {
    anthropic: () => answers,
    openai: () => answers,
    ollama: () => answers,
  };
  /** Names of the models that Ollama has. */
  ollamaModels = ['qwen3:latest'];
  /** What was asked for vectors. */
  readonly embeddings: { path: string; body: Record<string, unknown> }[] = [];
  url = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The wire server has no port.');
    this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** The requests of one dialect, in their order. */
  callsOf(dialect: DialectName): WireCall[] {
    return this.calls.filter((call) => call.dialect === dialect);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const text = await readText(request);
    if (path === '/api/tags') {
      sendJson(response, { models: this.ollamaModels.map((name) => ({ name })) });
      return;
    }
    if (path === '/api/embed' || path === '/v1/embeddings') {
      this.#embed(path, text, response);
      return;
    }
    const name = (Object.keys(dialects) as DialectName[]).find((candidate) => dialects[candidate].path === path);
    if (name === undefined) {
      response.writeHead(404).end();
      return;
    }
    const body = requestSchema.parse(JSON.parse(text));
    const number = this.callsOf(name).length + 1;
    // Ollama streams unless it is told not to.
    const isStream = body.stream ?? name === 'ollama';
    const call = {
      dialect: name,
      number,
      atMs: Date.now(),
      headers: request.headers,
      model: body.model,
      isStream,
      body,
    };
    this.calls.push(call);
    const behaviour = this.behave[name](call);
    const answer = toAnswer(behaviour, call);
    await act({ behaviour, dialect: dialects[name], answer, isStream, response });
    if (behaviour.does === 'answer') this.#bill(answer);
  }

  #bill({ usage }: WireAnswer): void {
    this.billed.calls += 1;
    this.billed.inputTokens += usage?.inputTokens ?? 0;
    this.billed.outputTokens += usage?.outputTokens ?? 0;
  }

  #embed(path: string, text: string, response: ServerResponse): void {
    const body = z.looseObject({ input: z.array(z.string()) }).parse(JSON.parse(text));
    this.embeddings.push({ path, body });
    const vectors = body.input.map((one, index) => [index, one.length]);
    sendJson(
      response,
      path === '/api/embed'
        ? { model: body['model'], embeddings: vectors, prompt_eval_count: 12 }
        : {
            object: 'list',
            data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
            usage: { prompt_tokens: 12, total_tokens: 12 },
          },
    );
  }
}

function toAnswer(behaviour: WireBehaviour, { model }: WireCall): WireAnswer {
  const usual = { model, text: 'An answer.', stop: 'end' as const, usage: { inputTokens: 100, outputTokens: 10 } };
  if (behaviour.does !== 'answer') return usual;
  const { text = usual.text, stop = usual.stop, usage = usual.usage, toolCall } = behaviour;
  return { model, text, stop, usage, toolCall };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
