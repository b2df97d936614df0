import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { chatStream, parseChatRequest, toCompletion, toErrorBody } from './chat-completions.ts';
import type { CompletionIdentity, EndpointRequest, StreamForm } from './endpoint-request.ts';
import { openStream, sendJson, statusOf } from './endpoint-response.ts';
import { createSessions, type Session, type SessionCalls, type SessionRequest } from './endpoint-sessions.ts';
import type { EarlyAnswer, GenerateResult, ModelGateway } from './gateway.ts';
import { messagesStream, parseMessagesRequest, toMessage, toMessagesError } from './messages.ts';

const bodyBytesMax = 20 * 1024 * 1024;

export interface ModelSession {
  /** For clients: the URL up to and with `/v1`. */
  baseUrl: string;
  token: string;
  /** Present when a socket folder was given. */
  socketPath: string | undefined;
  /** What its calls came to, once all of them are in the ledger. Throws when one can't be written. */
  calls(): Promise<SessionCalls>;
  /** The token is worth nothing afterwards. Safe to repeat. */
  close(): Promise<void>;
}

export interface ModelEndpoint {
  openSession(request: SessionRequest): Promise<ModelSession>;
  close(): Promise<void>;
}

/** How a client speaks: what it sends, and the forms of what it gets back. */
interface Dialect {
  parse(body: string): EndpointRequest;
  whole(identity: CompletionIdentity, result: GenerateResult): unknown;
  stream(identity: CompletionIdentity, includeUsage: boolean): StreamForm;
  error(error: AppError): unknown;
}

const openAi: Dialect = { parse: parseChatRequest, whole: toCompletion, stream: chatStream, error: toErrorBody };

const anthropic: Dialect = {
  parse: parseMessagesRequest,
  whole: toMessage,
  stream: messagesStream,
  error: toMessagesError,
};

/**
 * The gateway for child processes: an endpoint on the loopback interface that speaks OpenAI's chat completions and
 * Anthropic's messages. A child gets a token that is worth one model in one attempt, never a key.
 */
export async function startModelEndpoint(options: { gateway: ModelGateway; logger: Logger }): Promise<ModelEndpoint> {
  const sessions = createSessions();
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void answerRequest(request, response, { ...options, findSession: (token) => sessions.find(token) });
  const server = createServer(handle);
  await listen(server, { host: '127.0.0.1', port: 0 });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The model endpoint has no port.');
  const baseUrl = `http://127.0.0.1:${address.port}/v1`;

  return {
    async openSession(request) {
      const socket =
        request.socketFolder === undefined ? undefined : await listenOnSocket(request.socketFolder, handle);
      const { token, session } = sessions.open(request);
      return {
        baseUrl,
        token,
        socketPath: socket?.path,
        async calls() {
          await session.written;
          return { ...session.calls };
        },
        async close() {
          sessions.close(token);
          if (socket !== undefined) await stop(socket.server);
          // The connection to the database may be closed next.
          await session.written.catch(() => undefined);
        },
      };
    },
    close: () => stop(server),
  };
}

function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function listenOnSocket(folder: string, handle: Parameters<typeof createServer>[1]) {
  const path = join(folder, 'model.sock');
  // One is left behind when a worker was killed, and it would keep the address taken.
  await rm(path, { force: true });
  const server = createServer(handle);
  await listen(server, { path });
  return { path, server };
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

interface RequestContext {
  gateway: ModelGateway;
  logger: Logger;
  findSession: (token: string) => Session | null;
}

/** Never rejects: whatever goes wrong becomes an answer. */
async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const session = context.findSession(tokenOf(request));
  const path = readPath(request);
  const dialect = path === '/v1/messages' ? anthropic : openAi;
  try {
    if (session === null) {
      sendError(response, dialect, { status: 401, error: badToken() });
    } else {
      await route(request, response, { ...context, session, path, dialect });
    }
  } catch (error) {
    const known = explain(error, session, context.logger);
    if (session !== null) {
      session.calls.lastErrorCode = known.code;
      session.calls.lastErrorMessage = known.message;
    }
    sendError(response, dialect, { status: statusOf(known), error: known });
  }
}

/** Without its query, and decoded: clients encode some of what names of models have of slashes and colons. */
function readPath({ url = '' }: IncomingMessage): string {
  const path = url.split('?')[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** OpenAI's clients send a bearer token, Anthropic's a header of their own. */
function tokenOf({ headers }: IncomingMessage): string {
  const key = headers['x-api-key'];
  return typeof key === 'string' ? key : (/^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
}

function badToken(): AppError {
  return new AppError('bad-request', 'This token is not one of an open session.');
}

interface SessionContext {
  session: Session;
  gateway: ModelGateway;
  logger: Logger;
  path: string;
  dialect: Dialect;
}

async function route(request: IncomingMessage, response: ServerResponse, context: SessionContext): Promise<void> {
  const { model: id } = context.session.request;
  const model = { id, object: 'model', created: 0, owned_by: 'ratchet' };
  switch (`${request.method} ${context.path}`) {
    case 'GET /v1/models':
      sendJson(response, 200, { object: 'list', data: [model] });
      return;
    case `GET /v1/models/${id}`:
      sendJson(response, 200, model);
      return;
    case 'POST /v1/chat/completions':
    case 'POST /v1/messages':
      await complete(context.dialect.parse(await readBody(request)), response, context);
      return;
    default:
      throw new AppError(
        'not-found',
        'This endpoint has GET /v1/models, POST /v1/chat/completions and POST /v1/messages.',
      );
  }
}

async function complete(asked: EndpointRequest, response: ServerResponse, context: SessionContext): Promise<void> {
  const { session, gateway, dialect } = context;
  const { scope, model, signal } = session.request;
  if (asked.model !== model) {
    throw new AppError('validation-failed', `This session may only ask ${model}, not ${asked.model.slice(0, 100)}.`);
  }
  const { prompt, outputTokensMax } = asked;
  const identity = { id: randomUUID(), createdAtSeconds: Math.floor(Date.now() / 1_000), model };
  const stream = asked.isStream ? openStream(response, dialect.stream(identity, asked.includeUsage)) : null;
  // Only the session ends a call. A client that hangs up does not: its answer is being paid for, and is stored.
  const call = { ...prompt, scope, model, outputTokensMax, signal };
  let early: EarlyAnswer;
  try {
    early = await gateway.answerEarly(stream === null ? call : { ...call, onPiece: (piece) => stream.write(piece) });
    // All pieces of a stream are with the client already: it loses nothing, and its next call need not wait.
    if (stream !== null) await early.written;
  } catch (error) {
    const known = explain(error, session, context.logger);
    stream?.fail(known);
    throw known;
  }
  const { result } = early;
  countAnswer(session, early);
  if (stream === null) sendJson(response, 200, dialect.whole(identity, result));
  else stream.end(result);
}

function countAnswer(session: Session, { result: { usage, scripted, degraded }, written }: EarlyAnswer): void {
  const { calls } = session;
  session.written = Promise.all([session.written, written]).then(() => undefined);
  // Whoever asks for the calls gets the error.
  session.written.catch(() => undefined);
  calls.count += 1;
  calls.inputTokens += usage?.inputTokens ?? 0;
  calls.outputTokens += usage?.outputTokens ?? 0;
  calls.scripted ||= scripted;
  calls.degraded ||= degraded;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end but not kept: a client that is cut off while it sends never sees the answer.
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  if (bytes > bodyBytesMax) throw new AppError('payload-too-large', 'The request is larger than 20 MB.');
  return Buffer.concat(chunks).toString('utf8');
}

/** Answered all the same: a client that finds its connection cut would try again. */
function sessionEnded(): AppError {
  return new AppError('internal-error', 'This session has ended.');
}

function explain(error: unknown, session: Session | null, logger: Logger): AppError {
  if (session?.request.signal?.aborted === true) return sessionEnded();
  if (error instanceof AppError) return error;
  logger.error({ err: error }, 'a request to the model endpoint failed');
  return new AppError('internal-error', "The model endpoint failed. The worker's log has the reason.", {
    cause: error,
  });
}

function sendError(
  response: ServerResponse,
  dialect: Dialect,
  { status, error }: { status: number; error: AppError },
): void {
  sendJson(response, status, dialect.error(error));
}
