import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../../domain/errors.ts';

/** Answers what no route takes: 405 with the methods that there are, or 404. Register it before the routes. */
export function registerUnknownRoutes(app: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];

  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`);
    if (!url.includes('*')) routes.push({ pattern, methods: [method].flat() });
  });

  function refuse(request: FastifyRequest, reply: FastifyReply): never {
    const path = request.url.split('?')[0] ?? '';
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods));
    if (methods.size === 0) {
      throw new AppError('not-found', `There is nothing at ${path.slice(0, 200)}. The addresses are listed at /docs.`);
    }
    const allow = [...methods].sort().join(', ');
    void reply.header('allow', allow);
    throw new AppError('method-not-allowed', `${request.method} is not possible here; ${allow} is.`);
  }

  // Before the body is read: what is wrong with it does not matter where nobody would take it.
  app.addHook('preParsing', async (request, reply) => {
    if (request.is404) refuse(request, reply);
  });
  // For routes that send somebody on to here.
  app.setNotFoundHandler(async (request, reply) => refuse(request, reply));
}
