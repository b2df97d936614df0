import { Agent, request as send, type Dispatcher } from 'undici';

import { AppError } from '../../../domain/errors.ts';
import type { CallTimeouts, ProviderRequest } from './provider.ts';
import { toConnectionError, toResponseError, type ProviderIdentity } from './provider-error.ts';

/** A model writes at most some hundred kilobytes; more comes from something that is no model. */
const bodyBytesMax = 20 * 1024 * 1024;

/** What happened on the wire during one try, beside what came of it. */
export interface WireReport {
  firstByteMs: number | null;
  /** Why the wire failed: what reads an answer may tell of it in words of its own. */
  error: AppError | null;
}

export interface WireOptions {
  identity: ProviderIdentity;
  timeouts: CallTimeouts;
  report: WireReport;
}

/** What the answer to a request is read with. */
export interface ReadOptions {
  request: ProviderRequest;
  identity: ProviderIdentity;
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

/** A request to a provider. */
export interface ProviderMessage {
  url: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal | null;
}

/** What came back, of any status. Its body can be read once, and reading it throws AppError marked as `begun`. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  chunks: AsyncIterable<Buffer>;
  text(): Promise<string>;
}

/**
 * Sends one try, with limits for each of its phases and for the size of the answer.
 *
 * @throws AppError; its report has it as well
 */
export async function postToProvider(message: ProviderMessage, options: WireOptions): Promise<WireAnswer> {
  const { identity, timeouts, report } = options;
  const startedAtMs = performance.now();
  const fail = (error: unknown): AppError => (report.error ??= toWireError(identity, timeouts, error));
  const response = await post(message, timeouts).catch((error: unknown) => {
    throw fail(error);
  });
  report.firstByteMs = Math.round(performance.now() - startedAtMs);
  const failInBody = (error: unknown): AppError => {
    const { code, message: words, retryAfterMs, context, cause } = fail(error);
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    report.error = new AppError(code, words, { ...wait, context: { ...context, begun: true }, cause });
    return report.error;
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
  const chunks = limited(response, failInBody);
  return { status: response.statusCode, headers, chunks, text: () => join(chunks) };
}

/**
 * Sends one try as JSON.
 *
 * @returns a 2xx answer
 * @throws as `postToProvider`, and AppError for every other status
 */
export async function postJson(
  { headers, body, ...message }: Omit<ProviderMessage, 'body'> & { body: unknown },
  options: WireOptions,
): Promise<WireAnswer> {
  const sent = { ...message, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await postToProvider(sent, options);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const refused = { status: answer.status, headers: answer.headers, body: await answer.text() };
  throw toResponseError(options.identity, refused, new Date());
}

function post(message: ProviderMessage, timeouts: CallTimeouts): Promise<Dispatcher.ResponseData> {
  const { url, headers, body, signal } = message;
  return send(url, {
    ...{ method: 'POST', headers, body, signal },
    dispatcher: agentFor(timeouts.connectMs),
    headersTimeout: timeouts.firstByteMs,
    bodyTimeout: timeouts.stallMs,
  });
}

async function* limited(
  { body }: Dispatcher.ResponseData,
  fail: (error: unknown) => AppError,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) throw new AnswerTooLargeError();
      yield chunk;
    }
  } catch (error) {
    throw fail(error);
  }
}

async function join(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  // Not `toString`: it would keep a byte order mark, which JSON.parse refuses.
  return new TextDecoder().decode(Buffer.concat(all));
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
