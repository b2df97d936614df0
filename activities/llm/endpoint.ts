import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { parseChatRequest, toChunks, toCompletion, toErrorBody, type ChatRequest } from './chat-completions.ts';
import { createSessions, type Session, type SessionCalls, type SessionRequest } from './endpoint-sessions.ts';
import type { GenerateResult, ModelGateway } from './gateway.ts';

const bodyBytesMax = 20 * 1024 * 1024;

export interface ModelSession {
  /** For clients: the URL up to and with `/v1`. */
  baseUrl: string;
  token: string;
  /** Present when a socket folder was given. */
  socketPath: string | undefined;
  calls(): SessionCalls;
  /** The token is worth nothing afterwards. Safe to repeat. */
  close(): Promise<void>;
}

export interface ModelEndpoint {
  openSession(request: SessionRequest): Promise<ModelSession>;
  close(): Promise<void>;
}

/**
 * The gateway for child processes: an OpenAI-compatible endpoint on the loopback interface. A child gets a token that
 * is worth one model in one attempt, never a key.
 */
export async function startModelEndpoint(options: { gateway: ModelGateway; logger: Logger }): Promise<ModelEndpoint> {
  const sessions = createSessions();
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void answerRequest(request, response, { ...options, findSession: (authorization) => sessions.find(authorization) });
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
        calls: () => ({ ...session.calls }),
        async close() {
          sessions.close(token);
          if (socket !== undefined) await stop(socket.server);
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
  findSession: (authorization: string | undefined) => Session | null;
}

/** Never rejects: whatever goes wrong becomes an answer. */
async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const session = context.findSession(request.headers.authorization);
  try {
    if (session === null) {
      sendError(response, 401, new AppError('bad-request', 'This token is not one of an open session.'));
    } else {
      await route(request, response, { session, gateway: context.gateway });
    }
  } catch (error) {
    const known = session?.request.signal?.aborted === true ? sessionEnded() : toAppError(error, context.logger);
    if (session !== null) session.calls.lastErrorCode = known.code;
    sendError(response, statusOf(known), known);
  }
}

interface SessionContext {
  session: Session;
  gateway: ModelGateway;
}

async function route(request: IncomingMessage, response: ServerResponse, context: SessionContext): Promise<void> {
  const { model } = context.session.request;
  switch (`${request.method} ${request.url?.split('?')[0]}`) {
    case 'GET /v1/models':
      sendJson(response, 200, {
        object: 'list',
        data: [{ id: model, object: 'model', created: 0, owned_by: 'ratchet' }],
      });
      return;
    case 'POST /v1/chat/completions':
      await complete(parseChatRequest(await readBody(request)), response, context);
      return;
    default:
      throw new AppError('not-found', 'This endpoint has GET /v1/models and POST /v1/chat/completions.');
  }
}

async function complete(chat: ChatRequest, response: ServerResponse, context: SessionContext): Promise<void> {
  const { session, gateway } = context;
  const { scope, model, signal } = session.request;
  if (chat.model !== model) {
    throw new AppError('validation-failed', `This session may only ask ${model}, not ${chat.model.slice(0, 100)}.`);
  }
  // Only the session ends a call. A client that hangs up does not: its answer is being paid for, and is stored.
  const { messages, outputTokensMax } = chat;
  const result = await gateway.generate({ scope, model, messages, outputTokensMax, signal });
  session.calls.count += 1;
  session.calls.scripted ||= result.scripted;
  sendResult(response, chat, result);
}

function sendResult(response: ServerResponse, chat: ChatRequest, result: GenerateResult): void {
  const identity = { id: randomUUID(), createdAtSeconds: Math.floor(Date.now() / 1_000), model: chat.model };
  if (!chat.isStream) {
    sendJson(response, 200, toCompletion(identity, result));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  for (const chunk of toChunks(identity, result, chat.includeUsage))
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
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

function toAppError(error: unknown, logger: Logger): AppError {
  if (error instanceof AppError) return error;
  logger.error({ err: error }, 'a request to the model endpoint failed');
  return new AppError('internal-error', "The model endpoint failed. The worker's log has the reason.", {
    cause: error,
  });
}

/**
 * Clients such as Aider's retry 408, 409, 429 and 5xx on their own, up to 27 times. The gateway has already tried
 * again what was worth it, so everything else is a 400.
 */
function statusOf(error: AppError): number {
  return error.code === 'payload-too-large' ? 413 : error.code === 'not-found' ? 404 : 400;
}

function sendError(response: ServerResponse, status: number, error: AppError): void {
  sendJson(response, status, toErrorBody(error));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
