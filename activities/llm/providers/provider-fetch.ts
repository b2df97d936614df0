import { AsyncLocalStorage } from 'node:async_hooks';

import { Agent, request as send, type Dispatcher } from 'undici';

import { AppError } from '../../../domain/errors.ts';
import type { CallTimeouts } from './provider.ts';
import { toConnectionError, type ProviderIdentity } from './provider-error.ts';

/** A model writes at most some hundred kilobytes; more comes from something that is no model. */
const bodyBytesMax = 20 * 1024 * 1024;

/** What happened on the wire during one try, beside what the SDK makes of it. */
export interface WireReport {
  firstByteMs: number | null;
  /** Why the wire failed; the SDK tells of it in its own words only. */
  error: AppError | null;
}

export interface WireOptions {
  identity: ProviderIdentity;
  timeouts: CallTimeouts;
  report: WireReport;
}

/** One pool of connections per time limit: undici knows the limit for connecting only per pool. */
const agents = new Map<number, Agent>();

function agentFor(connectMs: number): Agent {
  const known = agents.get(connectMs);
  if (known !== undefined) return known;
  const agent = new Agent({
    connect: { timeout: connectMs },
    connections: 256,
    pipelining: 1,
    maxRedirections: 0,
  } as Agent.Options);
  agents.set(connectMs, agent);
  return agent;
}

const wire = new AsyncLocalStorage<WireOptions>();

/** Runs one try; what it sends through `providerFetch` has these limits and leaves its traces in the report. */
export function onWire<Result>(options: WireOptions, run: () => Promise<Result>): Promise<Result> {
  return wire.run(options, run);
}

/**
 * A `fetch` for models that are made once and used for many tries: limits for each phase and for the size of the answer
 * come from `onWire`. Leaner than the built-in one, which costs as much as all the rest of a call.
 */
export async function providerFetch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const options = wire.getStore();
  if (options === undefined) throw new Error('A provider is asked outside of a try.');
  const { identity, timeouts, report } = options;
  const startedAtMs = performance.now();
  const fail = (error: unknown): AppError => {
    report.error ??= toWireError(identity, timeouts, error);
    return report.error;
  };
  const url = String(input instanceof Request ? input.url : input);
  const response = await post(url, init ?? {}, timeouts).catch((error: unknown) => {
    throw fail(error);
  });
  report.firstByteMs = Math.round(performance.now() - startedAtMs);
  const failInBody = (error: unknown): AppError => {
    const { code, message, retryAfterMs, context, cause } = fail(error);
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    report.error = new AppError(code, message, { ...wait, context: { ...context, begun: true }, cause });
    return report.error;
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
  // Anthropic and OpenAI stream events, Ollama lines of JSON.
  const isStream = response.statusCode < 300 && /event-stream|ndjson/.test(headers['content-type'] ?? '');
  const body = isStream ? streamOf(response, failInBody) : await readAll(response, failInBody);
  // These three may have no body.
  const isEmpty = [204, 205, 304].includes(response.statusCode);
  return new Response(isEmpty ? null : body, { status: response.statusCode, headers });
}

function post(url: string, init: RequestInit, timeouts: CallTimeouts): Promise<Dispatcher.ResponseData> {
  return send(url, {
    method: 'POST',
    headers: toHeaders(init.headers),
    body: typeof init.body === 'string' ? init.body : null,
    dispatcher: agentFor(timeouts.connectMs),
    headersTimeout: timeouts.firstByteMs,
    bodyTimeout: timeouts.stallMs,
    signal: init.signal ?? null,
  });
}

function toHeaders(headers: RequestInit['headers']): Record<string, string> {
  const isPlain = headers !== undefined && !(headers instanceof Headers) && !Array.isArray(headers);
  return isPlain ? (headers as Record<string, string>) : Object.fromEntries(new Headers(headers));
}

async function readAll({ body }: Dispatcher.ResponseData, fail: (error: unknown) => AppError): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) throw new AnswerTooLargeError();
      chunks.push(chunk);
    }
  } catch (error) {
    throw fail(error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function streamOf({ body }: Dispatcher.ResponseData, fail: (error: unknown) => AppError): ReadableStream<Uint8Array> {
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      body.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bodyBytesMax) body.destroy(new AnswerTooLargeError());
        else controller.enqueue(chunk);
      });
      body.once('end', () => controller.close());
      body.once('error', (error: unknown) => controller.error(fail(error)));
    },
    cancel() {
      body.destroy();
    },
  });
}

class AnswerTooLargeError extends Error {}

const timeoutCodes = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function toWireError(identity: ProviderIdentity, timeouts: CallTimeouts, error: unknown): AppError {
  if (error instanceof AnswerTooLargeError) {
    return new AppError(
      'provider-bad-answer',
      `${identity.title} sent more than 20 MB for one answer, so it was cut off and nothing was used. Check the address of the provider.`,
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!timeoutCodes.has(code)) return toConnectionError(identity, error);
  const [phase, limitMs] =
    code === 'UND_ERR_CONNECT_TIMEOUT'
      ? ['took no connection', timeouts.connectMs]
      : code === 'UND_ERR_HEADERS_TIMEOUT'
        ? ['began no answer', timeouts.firstByteMs]
        : ['stopped in the middle of its answer', timeouts.stallMs];
  return new AppError(
    'provider-timeout',
    `${identity.title} ${phase} for ${Math.round(limitMs / 1_000)} s. Try again later, or choose another model.`,
    { context: { phase: code, ...(code === 'UND_ERR_CONNECT_TIMEOUT' ? { unsent: true } : {}) } },
  );
}
