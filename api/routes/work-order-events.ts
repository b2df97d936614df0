import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply } from 'fastify';

import { isFinal } from '../../domain/work-orders/work-order.ts';
import { readEventPositions, readEvents } from '../../prisma/repositories/work-order-queries.ts';
import { isStillAdmitted, visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { eventsOperation } from '../plugins/openapi.ts';
import { requireWorkOrderId } from '../representations/work-order.ts';
import { problems, workOrderParams } from '../schemas/common.ts';
import { eventHeaders, eventListSchema, eventQuery } from '../schemas/work-order.ts';
import { acceptsStream, createEventStream } from '../streams/event-stream.ts';

/** What happened to an order: as a list, or as a stream that ends with the order. */
export function workOrderEventRoutes({ database, eventFeed }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    // With an open stream, closing the server would wait for its reader.
    app.addHook('preClose', async () => eventFeed.close());

    app.get('/work-orders/:id/events', { schema }, async (request, reply) => {
      const orderId = await requireWorkOrderId(database, request.params.id, visibilityOf(request));
      const after = request.headers['last-event-id'] ?? request.query.after;
      if (acceptsStream(request.headers.accept)) {
        void reply.header('content-type', 'text/event-stream; charset=utf-8').header('cache-control', 'no-store');
        return (reply as FastifyReply).send(
          createEventStream(eventFeed, { orderId, after, isStillAdmitted: () => isStillAdmitted(request) }),
        );
      }
      const items = await readEvents(database, orderId, after);
      const [position] = await readEventPositions(database, [orderId]);
      const last = items.at(-1)?.sequence ?? after;
      return {
        items,
        isFinal: position !== undefined && isFinal(position.status) && last >= position.lastEventSequence,
      };
    });
  };
}

const schema = {
  tags: ['work orders'],
  operationId: eventsOperation,
  summary: 'Follow an order',
  description:
    'With `Accept: text/event-stream` the events come as they happen and the stream ends with the order; ' +
    'a broken one goes on where `Last-Event-ID` says. Else a list of what has happened so far.',
  params: workOrderParams,
  querystring: eventQuery,
  headers: eventHeaders,
  response: { 200: eventListSchema, ...problems(404) },
};
