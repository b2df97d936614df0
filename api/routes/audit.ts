import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { listAuditEvents } from '../../prisma/repositories/audit-trail.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { auditListQuery, auditPageSchema } from '../schemas/access.ts';
import { problems } from '../schemas/common.ts';

/** Who did what. */
export function auditRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/audit-events', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, ...filter } = request.query;
      return listAuditEvents(database, filter, { limit, cursor, withTotal: total });
    });
  };
}

const listSchema = {
  tags: ['audit'],
  operationId: 'listAuditEvents',
  summary: 'The audit trail, newest first',
  querystring: auditListQuery,
  response: { 200: auditPageSchema, ...problems() },
};
