import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { listDecisions } from '../../prisma/repositories/decision-queries.ts';
import { visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { requireWorkOrderId } from '../representations/work-order.ts';
import { problems, workOrderParams } from '../schemas/common.ts';
import { decisionListQuery, decisionPageSchema } from '../schemas/records.ts';

const tags = ['decisions'];

/** Recorded choices, with why. */
export function decisionRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/decisions', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, type } = request.query;
      return listDecisions(database, { type, visibility: visibilityOf(request) }, { limit, cursor, withTotal: total });
    });

    app.get('/work-orders/:id/decisions', { schema: listOfOrderSchema }, async (request) => {
      const { limit, cursor, total, type } = request.query;
      const workOrderId = await requireWorkOrderId(database, request.params.id, visibilityOf(request));
      return listDecisions(
        database,
        { type, workOrderId, visibility: 'everybody' },
        { limit, cursor, withTotal: total },
      );
    });
  };
}

const listSchema = {
  tags,
  operationId: 'listDecisions',
  summary: 'List decisions, newest first',
  querystring: decisionListQuery,
  response: { 200: decisionPageSchema, ...problems() },
};

const listOfOrderSchema = {
  tags,
  operationId: 'listDecisionsOfWorkOrder',
  summary: 'List the decisions of an order, newest first',
  params: workOrderParams,
  querystring: decisionListQuery,
  response: { 200: decisionPageSchema, ...problems(404) },
};
