import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { listTopFailures } from '../../prisma/repositories/failure-queries.ts';
import { visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { problems } from '../schemas/common.ts';
import { topFailuresQuery, topFailuresSchema } from '../schemas/records.ts';

const dayMs = 24 * 60 * 60_000;

/** What goes wrong most. */
export function failureRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/failures/top', { schema: topSchema }, async (request) => {
      const { limit, failureClass, days } = request.query;
      const sinceMs = days === undefined ? undefined : Date.now() - days * dayMs;
      return {
        items: await listTopFailures(database, { limit, failureClass, sinceMs, visibility: visibilityOf(request) }),
      };
    });
  };
}

const topSchema = {
  tags: ['failures'],
  operationId: 'listTopFailures',
  summary: 'The errors that most orders failed with',
  querystring: topFailuresQuery,
  response: { 200: topFailuresSchema, ...problems() },
};
