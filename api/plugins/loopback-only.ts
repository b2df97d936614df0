import type { FastifyInstance } from 'fastify';

import { AppError } from '../../domain/errors.ts';

/**
 * There are no accounts yet: whoever reaches the API may use it. So it must be reached on purpose, from this machine.
 * A page on the web could otherwise point its own name at 127.0.0.1 (the Host header tells) or send a form here (the
 * Origin header tells).
 */
export function registerLoopbackOnly(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (!isLoopback(request.headers.host)) {
      throw new AppError(
        'host-not-allowed',
        'The API answers only to names of this machine, such as 127.0.0.1 or localhost. Use one of them in the address.',
      );
    }
    const { origin } = request.headers;
    const isCrossSite = request.headers['sec-fetch-site'] === 'cross-site';
    if (isCrossSite || (origin !== undefined && !isLoopback(URL.canParse(origin) ? new URL(origin).host : undefined))) {
      throw new AppError(
        'host-not-allowed',
        'A page of another site sent this request. The API takes requests from pages of this machine only.',
      );
    }
  });
}

/** Whether a host with or without a port names this machine. */
function isLoopback(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
