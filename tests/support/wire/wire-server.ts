import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import { z } from 'zod';

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

const hugeBytes = 21 * 1024 * 1024;

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
    const call = { dialect: name, number, atMs: Date.now(), headers: request.headers, model: body.model, isStream, body };
    this.calls.push(call);
    await this.#act(this.behave[name](call), call, response);
  }

  async #act(behaviour: WireBehaviour, call: WireCall, response: ServerResponse): Promise<void> {
    const dialect = dialects[call.dialect];
    const answer = toAnswer(behaviour, call);
    const begin = () => response.writeHead(200, { 'content-type': call.isStream ? dialect.streamType : 'application/json' });
    const beginning = dialect.begin(answer) + dialect.piece(answer, answer.text.slice(0, 3));
    const whole = dialect.whole(answer);
    switch (behaviour.does) {
      case 'answer':
        if (behaviour.delayMs !== undefined) await wait(behaviour.delayMs);
        begin();
        if (call.isStream) await this.#stream(dialect, answer, { response, pauseMs: behaviour.pauseMs ?? 0 });
        else response.end(whole);
        this.#bill(answer);
        return;
      case 'refuse': {
        const error = behaviour.error ?? { kind: 'some_error', message: 'No.' };
        response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers });
        response.end(dialect.error(error));
        return;
      }
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'hang':
        if (behaviour.after === 'request') return;
        begin().flushHeaders();
        if (behaviour.after === 'piece') response.write(call.isStream ? beginning : ' ');
        return;
      case 'drip':
        begin();
        response.write(call.isStream ? beginning : ' ');
        await drip(response, behaviour.everyMs, call.isStream ? dialect.piece(answer, ' drip') : ' ');
        return;
      case 'cut-off':
        begin();
        response.write(call.isStream ? beginning : whole.slice(0, whole.length / 2));
        // What was written arrives before the cut does.
        await wait(50);
        response.socket?.resetAndDestroy();
        return;
      case 'end-early':
        begin().end(call.isStream ? beginning : whole.slice(0, whole.length / 2));
        return;
      case 'malformed':
        begin().end(call.isStream ? dialect.malformedLine : '{"this is": no JSON');
        return;
      case 'wrong-schema':
        begin().end(dialect.wrongSchema(call.isStream));
        return;
      case 'nothing':
        begin().end();
        return;
      case 'huge':
        begin();
        response.write(call.isStream ? beginning : ' ');
        await flood(response, call.isStream ? dialect.piece(answer, 'x'.repeat(1024 * 1024)) : ' '.repeat(1024 * 1024));
        return;
      case 'stream-error':
        begin();
        if (behaviour.after === 'piece') response.write(beginning);
        response.end(dialect.streamError(behaviour.error));
    }
  }

  async #stream(
    dialect: Dialect,
    answer: WireAnswer,
    { response, pauseMs }: { response: ServerResponse; pauseMs: number },
  ): Promise<void> {
    response.write(dialect.begin(answer));
    const half = Math.ceil(answer.text.length / 2);
    // A tool call is one piece.
    const pieces = answer.toolCall !== undefined ? [''] : answer.text === '' ? [] : [answer.text.slice(0, half), answer.text.slice(half)];
    for (const piece of pieces) {
      response.write(dialect.piece(answer, piece));
      if (pauseMs > 0) await wait(pauseMs);
    }
    response.end(dialect.end(answer));
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

async function drip(response: ServerResponse, everyMs: number, text: string): Promise<void> {
  while (!response.destroyed) {
    response.write(text);
    await wait(everyMs);
  }
}

async function flood(response: ServerResponse, text: string): Promise<void> {
  for (let bytes = 0; bytes < hugeBytes && !response.destroyed; bytes += text.length) {
    if (!response.write(text)) {
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
    }
  }
  response.end();
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
