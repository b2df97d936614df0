import type { FastifyInstance } from 'fastify';

import { AppError } from '../../domain/errors.ts';

/**
 * The API must be reached on purpose, by a name of this machine or one that was allowed. A page on the web could otherwise
 * point its own name at 127.0.0.1 (the Host header tells) or send a form here (the Origin header tells).
 *
 * @param hosts further names, without a port, in lower case
 */
export function registerAllowedHosts(app: FastifyInstance, hosts: readonly string[]): void {
  const isAllowed = (host: string | undefined) => isLoopback(host) || hosts.includes(nameOf(host) ?? '');

  app.addHook('onRequest', async (request) => {
    if (!isAllowed(request.headers.host)) {
      throw new AppError(
        'host-not-allowed',
        'The API answers only to names of this machine, such as 127.0.0.1 or localhost, and to those in RATCHET_API_HOSTS. Use one of them in the address.',
      );
    }
    const { origin } = request.headers;
    const isCrossSite = request.headers['sec-fetch-site'] === 'cross-site';
    if (isCrossSite || (origin !== undefined && !isAllowed(URL.canParse(origin) ? new URL(origin).host : undefined))) {
      throw new AppError(
        'host-not-allowed',
        'A page of another site sent this request. The API takes requests from its own pages only.',
      );
    }
  });
}

/** The name in a host with or without a port. */
function nameOf(host: string | undefined): string | undefined {
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
}

/** Whether a host with or without a port names this machine. */
function isLoopback(host: string | undefined): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
