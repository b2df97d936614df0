import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { isFinal } from '../../domain/work-orders/work-order.ts';
import { listWorkOrders } from '../../prisma/repositories/work-order-queries.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { readRecordedState } from '../representations/live-state.ts';
import { requireWorkOrder, toWorkOrder } from '../representations/work-order.ts';
import { acceptWorkOrder } from '../runs/accept-work-order.ts';
import { queryRun } from '../runs/running-work-order.ts';
import { problems, workOrderParams } from '../schemas/common.ts';
import { createWorkOrderBody, createWorkOrderHeaders } from '../schemas/work-order-request.ts';
import {
  liveStateSchema,
  runStateSchema,
  workOrderListQuery,
  workOrderPageSchema,
  workOrderSchema,
} from '../schemas/work-order.ts';

const tags = ['work orders'];

/** Work orders: accept, list, show, ask. */
export function workOrderRoutes(dependencies: RouteDependencies): FastifyPluginAsyncZod {
  const { database, temporal, config } = dependencies;

  return async (app) => {
    app.post('/work-orders', { schema: createSchema }, async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { orderId, isNew } = await acceptWorkOrder(dependencies, request.body, key);
      void reply.code(isNew ? 201 : 200).header('location', `/api/v1/work-orders/${orderId}`);
      return toWorkOrder(await requireWorkOrder(database, orderId), config.temporal);
    });

    app.get('/work-orders', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, ...filter } = request.query;
      return listWorkOrders(database, filter, { limit, cursor, withTotal: total });
    });

    app.get('/work-orders/:id', { schema: readSchema }, async (request) =>
      toWorkOrder(await requireWorkOrder(database, request.params.id), config.temporal),
    );

    app.get('/work-orders/:id/live', { schema: liveSchema }, async (request) => {
      const order = await requireWorkOrder(database, request.params.id);
      if (isFinal(order.status) || order.startState === 'pending') return readRecordedState(database, order);
      const answer = await queryRun(temporal, order.id);
      if (answer === null) return readRecordedState(database, order);
      return { source: 'run' as const, ...runStateSchema.parse(answer) };
    });
  };
}

const createSchema = {
  tags,
  operationId: 'createWorkOrder',
  summary: 'Describe a change',
  description:
    'The repository is looked through first, which can take up to two minutes for a large one. What is refused leaves nothing behind.',
  body: createWorkOrderBody,
  headers: createWorkOrderHeaders,
  response: {
    200: workOrderSchema.describe('The order that was made with this Idempotency-Key before.'),
    201: workOrderSchema,
    ...problems(504, 507),
  },
};

const listSchema = {
  tags,
  operationId: 'listWorkOrders',
  summary: 'List orders, newest first',
  querystring: workOrderListQuery,
  response: { 200: workOrderPageSchema, ...problems() },
};

const readSchema = {
  tags,
  operationId: 'readWorkOrder',
  summary: 'Show an order',
  params: workOrderParams,
  response: { 200: workOrderSchema, ...problems(404) },
};

const liveSchema = {
  tags,
  operationId: 'readLiveState',
  summary: 'Ask the run itself what it is doing',
  params: workOrderParams,
  response: { 200: liveStateSchema, ...problems(404) },
};
