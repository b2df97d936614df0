import type { ServerResponse } from 'node:http';

import type { AppError } from '../../domain/errors.ts';
import type { StreamForm } from './endpoint-request.ts';
import type { GenerateResult } from './gateway.ts';

/** A stream whose head is sent with its first piece: until then an error can still have a status of its own. */
export function openStream(response: ServerResponse, form: StreamForm) {
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(form.begin());
  };
  return {
    write(piece: Parameters<StreamForm['piece']>[0]): void {
      begin();
      response.write(form.piece(piece));
    },
    end(result: GenerateResult): void {
      begin();
      response.end(form.end(result));
    },
    /** What was sent is no answer: the stream ends with the error and without its last words. */
    fail(error: AppError): void {
      if (response.headersSent) response.end(form.error(error));
    },
  };
}

/**
 * Clients such as Aider's retry 408, 409, 429 and 5xx on their own, up to 27 times. The gateway has already tried
 * again what was worth it, so everything else is a 400.
 */
export function statusOf(error: AppError): number {
  return error.code === 'payload-too-large' ? 413 : error.code === 'not-found' ? 404 : 400;
}

/** Sends a whole answer, unless one has begun. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  // The official clients look at this header before they look at the status.
  response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' });
  response.end(JSON.stringify(body));
}
