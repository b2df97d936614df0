import type { FastifyInstance } from 'fastify';

import { AppError } from '../../domain/errors.ts';
import { createProblem, problemMediaType } from '../problem.ts';

/** Answers what no route takes: 405 with the methods that there are, or 404. Register it before the routes. */
export function registerUnknownRoutes(app: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];

  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`);
    if (!url.includes('*')) routes.push({ pattern, methods: [method].flat() });
  });

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods));
    if (methods.size === 0) {
      throw new AppError('not-found', `There is nothing at ${path.slice(0, 200)}. The addresses are listed at /docs.`);
    }
    const allow = [...methods].sort().join(', ');
    const problem = createProblem(
      'method-not-allowed',
      `${request.method} is not possible here; ${allow} is.`,
      request.id,
    );
    return reply.code(405).header('allow', allow).header('content-type', problemMediaType).send(problem);
  });
}
