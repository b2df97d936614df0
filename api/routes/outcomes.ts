import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { listOutcomes } from '../../prisma/repositories/outcome-queries.ts';
import { visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { requireWorkOrderId } from '../representations/work-order.ts';
import { problems, workOrderParams } from '../schemas/common.ts';
import { outcomeListQuery, outcomePageSchema } from '../schemas/records.ts';

const tags = ['outcomes'];

/** What attempts came to. */
export function outcomeRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/outcomes', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, failureClass } = request.query;
      return listOutcomes(
        database,
        { failureClass, visibility: visibilityOf(request) },
        { limit, cursor, withTotal: total },
      );
    });

    app.get('/work-orders/:id/outcomes', { schema: listOfOrderSchema }, async (request) => {
      const { limit, cursor, total, failureClass } = request.query;
      const workOrderId = await requireWorkOrderId(database, request.params.id, visibilityOf(request));
      return listOutcomes(
        database,
        { failureClass, workOrderId, visibility: 'everybody' },
        { limit, cursor, withTotal: total },
      );
    });
  };
}

const listSchema = {
  tags,
  operationId: 'listOutcomes',
  summary: 'List outcomes, newest first',
  querystring: outcomeListQuery,
  response: { 200: outcomePageSchema, ...problems() },
};

const listOfOrderSchema = {
  tags,
  operationId: 'listOutcomesOfWorkOrder',
  summary: 'List the outcomes of an order, newest first',
  params: workOrderParams,
  querystring: outcomeListQuery,
  response: { 200: outcomePageSchema, ...problems(404) },
};
