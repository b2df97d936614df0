import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyRequest } from 'fastify';

import { AppError } from '../../domain/errors.ts';
import { isFinal, type PauseScope } from '../../domain/work-orders/work-order.ts';
import { readStartableWorkOrder } from '../../prisma/repositories/work-order-intake.ts';
import { messages } from '../../workflows/contract.ts';
import { visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { requireWorkOrder, toWorkOrder } from '../representations/work-order.ts';
import { replaceOrderDependencies } from '../runs/order-dependencies.ts';
import { cancelRun, tellRun } from '../runs/running-work-order.ts';
import { startWorkOrder } from '../runs/start-work-order.ts';
import { problems, workOrderParams } from '../schemas/common.ts';
import { replaceDependenciesBody } from '../schemas/work-order-request.ts';
import { acceptedSchema, workOrderSchema } from '../schemas/work-order.ts';

const tags = ['work orders'];

const scope: PauseScope = 'order';

type OrderRequest = FastifyRequest & { params: { id: string } };

type StoredWorkOrder = Awaited<ReturnType<typeof requireWorkOrder>>;

/** What a person may do to an order that has not ended: pause, resume, continue, cancel, change what it depends on. */
export function workOrderControlRoutes(dependencies: RouteDependencies): FastifyPluginAsyncZod {
  const { database, temporal, config } = dependencies;

  async function requireUnfinished(request: OrderRequest, purpose: string): Promise<StoredWorkOrder> {
    const order = await requireWorkOrder(database, request.params.id, visibilityOf(request));
    if (isFinal(order.status)) {
      const message = `Work order #${order.number} has ended already as ${order.status}; there is nothing to ${purpose}.`;
      throw new AppError('work-order-finished', message);
    }
    return order;
  }

  /** The order, with a run: one that was never started can't hear a signal, so it is started to hear it. */
  async function requireRun(request: OrderRequest, purpose: string): Promise<StoredWorkOrder> {
    const order = await requireUnfinished(request, purpose);
    if (order.startState === 'pending') {
      await startWorkOrder(dependencies, await readStartableWorkOrder(database, order.id));
    }
    return order;
  }

  return async (app) => {
    app.post('/work-orders/:id/cancel', { schema: cancelSchema }, async (request, reply) => {
      const { id } = await requireRun(request, 'cancel');
      await cancelRun(temporal, id);
      return reply.code(202).send(accept(id));
    });

    app.post('/work-orders/:id/pause', { schema: pauseSchema }, async (request, reply) => {
      const { id } = await requireRun(request, 'pause');
      await tellRun(temporal, id, { name: messages.pauseWorkOrder, args: [scope], what: 'the request to pause' });
      return reply.code(202).send(accept(id));
    });

    app.post('/work-orders/:id/resume', { schema: resumeSchema }, async (request, reply) => {
      const { id } = await requireRun(request, 'resume');
      await tellRun(temporal, id, { name: messages.resumeWorkOrder, args: [scope], what: 'the request to resume' });
      return reply.code(202).send(accept(id));
    });

    app.post('/work-orders/:id/continue', { schema: continueSchema }, async (request, reply) => {
      const order = await requireUnfinished(request, 'continue');
      requireParked(order);
      await tellRun(temporal, order.id, { name: messages.continueWorkOrder, what: 'the word to go on' });
      return reply.code(202).send(accept(order.id));
    });

    app.put('/work-orders/:id/dependencies', { schema: dependenciesSchema }, async (request) => {
      const order = await requireWorkOrder(database, request.params.id, visibilityOf(request));
      await replaceOrderDependencies(dependencies, order, {
        given: request.body.dependsOn,
        visibility: visibilityOf(request),
      });
      return toWorkOrder(await requireWorkOrder(database, order.id, visibilityOf(request)), config.temporal);
    });
  };
}

function accept(workOrderId: string) {
  return { workOrderId, accepted: true as const };
}

const otherWaits: Record<string, string> = {
  escalation: 'the answer to its escalation: `npx ratchet resolve` gives one',
  paused: 'the end of a pause: `npx ratchet order resume` or `npx ratchet go-on` ends it',
  dependency: 'orders that it depends on',
  slot: 'a free place',
};

/** What a person can end with a word. */
const continuable: ReadonlySet<string> = new Set(['upstream', 'person', 'provider', 'budget']);

/** The mirror is enough here: a run writes that it is parked before it begins to wait. */
function requireParked({ number, waitingFor }: StoredWorkOrder): void {
  if (waitingFor !== null && continuable.has(waitingFor)) return;
  const waits = waitingFor === null ? 'waits for nothing' : `waits for ${otherWaits[waitingFor] ?? waitingFor}`;
  throw new AppError('work-order-not-parked', `Work order #${number} ${waits}, so it needs no word to continue.`);
}

const cancelSchema = {
  tags,
  operationId: 'cancelWorkOrder',
  summary: 'End an order at its next safe point',
  params: workOrderParams,
  response: { 202: acceptedSchema, ...problems(404, 409) },
};

const pauseSchema = {
  tags,
  operationId: 'pauseWorkOrder',
  summary: 'Hold an order',
  description: 'No new step begins; the running one ends at its checkpoint. A paused order may be paused again.',
  params: workOrderParams,
  response: { 202: acceptedSchema, ...problems(404, 409) },
};

const resumeSchema = {
  tags,
  operationId: 'resumeWorkOrder',
  summary: 'Let a paused order go on',
  description: 'As long as all work is stopped it stays held by that.',
  params: workOrderParams,
  response: { 202: acceptedSchema, ...problems(404, 409) },
};

const continueSchema = {
  tags,
  operationId: 'continueWorkOrder',
  summary: 'Tell a parked order to go on',
  description:
    'For an order that waits for a change elsewhere (`upstream`), or for the person who took it over (`person`).',
  params: workOrderParams,
  response: { 202: acceptedSchema, ...problems(404, 409) },
};

const dependenciesSchema = {
  tags,
  operationId: 'replaceDependencies',
  summary: 'Replace what an order depends on',
  description: 'Possible until its first attempt begins. A circle is refused by name.',
  params: workOrderParams,
  body: replaceDependenciesBody,
  response: { 200: workOrderSchema, ...problems(404, 409) },
};
