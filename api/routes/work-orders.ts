import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { AppError } from '../../domain/errors.ts';
import { refuseSecrets } from '../../domain/text/refuse-secrets.ts';
import { isFinal } from '../../domain/work-orders/work-order.ts';
import { changeWorkOrder, deleteWorkOrder } from '../../prisma/repositories/work-order-changes.ts';
import { listWorkOrders } from '../../prisma/repositories/work-order-list.ts';
import { callerOf, visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { readRecordedState } from '../representations/live-state.ts';
import { requireWorkOrder, toWorkOrder, workOrderNotFound } from '../representations/work-order.ts';
import { acceptWorkOrder } from '../runs/accept-work-order.ts';
import { queryRun } from '../runs/running-work-order.ts';
import { noContent, problems, workOrderParams } from '../schemas/common.ts';
import { changeWorkOrderBody, createWorkOrderBody, createWorkOrderHeaders } from '../schemas/work-order-request.ts';
import {
  liveStateSchema,
  runStateSchema,
  workOrderListQuery,
  workOrderPageSchema,
  workOrderSchema,
  workOrderSummarySchema,
} from '../schemas/work-order.ts';

const tags = ['work orders'];

/** Work orders: accept, list, show, ask. */
export function workOrderRoutes(dependencies: RouteDependencies): FastifyPluginAsyncZod {
  const { database, temporal, config } = dependencies;

  return async (app) => {
    app.post('/work-orders', { schema: createSchema }, async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { orderId, isNew } = await acceptWorkOrder(dependencies, {
        ...{ body: request.body, idempotencyKey: key, caller: callerOf(request) },
      });
      void reply.code(isNew ? 201 : 200).header('location', `/api/v1/work-orders/${orderId}`);
      return toWorkOrder(await requireWorkOrder(database, orderId, visibilityOf(request)), config.temporal);
    });

    app.get('/work-orders', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, ...filter } = request.query;
      return listWorkOrders(
        database,
        { ...filter, visibility: visibilityOf(request) },
        { limit, cursor, withTotal: total },
      );
    });

    app.get('/work-orders/:id', { schema: readSchema }, async (request) =>
      toWorkOrder(await requireWorkOrder(database, request.params.id, visibilityOf(request)), config.temporal),
    );

    app.patch('/work-orders/:id', { schema: changeSchema }, async (request) => {
      const refusal = refuseSecrets('title', request.body.title ?? '');
      if (refusal !== null) throw new AppError('validation-failed', refusal);
      const which = { idOrNumber: request.params.id, visibility: visibilityOf(request) };
      const changed = await changeWorkOrder(database, which, request.body);
      if (changed === null) throw workOrderNotFound(request.params.id);
      return changed;
    });

    app.delete('/work-orders/:id', { schema: deleteSchema }, async (request, reply) => {
      const { id, number, status } = await requireWorkOrder(database, request.params.id, visibilityOf(request));
      if (!isFinal(status)) {
        const message = `Work order #${String(number)} has not ended: cancel it first, then delete it.`;
        throw new AppError('work-order-unfinished', message);
      }
      await deleteWorkOrder(database, id);
      return reply.code(204).send(null);
    });

    app.get('/work-orders/:id/live', { schema: liveSchema }, async (request) => {
      const order = await requireWorkOrder(database, request.params.id, visibilityOf(request));
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

const changeSchema = {
  tags,
  operationId: 'changeWorkOrder',
  summary: 'Change the title or the priority of an order',
  description: 'What the work is about stays as it was accepted: cancel the order and make another one for that.',
  params: workOrderParams,
  body: changeWorkOrderBody,
  response: { 200: workOrderSummarySchema, ...problems(404) },
};

const deleteSchema = {
  tags,
  operationId: 'deleteWorkOrder',
  summary: 'Remove an order that has ended, with everything that it left',
  description: 'Its branch and its pull request on the forge stay; what its model calls cost stays in the ledger.',
  params: workOrderParams,
  response: { 204: noContent, ...problems(404, 409) },
};

const liveSchema = {
  tags,
  operationId: 'readLiveState',
  summary: 'Ask the run itself what it is doing',
  params: workOrderParams,
  response: { 200: liveStateSchema, ...problems(404) },
};
