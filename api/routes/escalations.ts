import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { AppError } from '../../domain/errors.ts';
import { listEscalations, readEscalation } from '../../prisma/repositories/escalation-queries.ts';
import type { Visibility } from '../../prisma/repositories/visibility.ts';
import { callerOf, visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { prepareAnswer } from '../runs/escalation-answer.ts';
import { answerEscalation } from '../runs/running-work-order.ts';
import { problems } from '../schemas/common.ts';
import {
  escalationListQuery,
  escalationPageSchema,
  escalationParams,
  escalationSchema,
  resolvedEscalationSchema,
  resolveEscalationBody,
} from '../schemas/records.ts';

const tags = ['escalations'];

/** Questions to a person, and the answers. */
export function escalationRoutes({ database, temporal }: RouteDependencies): FastifyPluginAsyncZod {
  async function requireEscalation(id: string, visibility: Visibility) {
    const escalation = await readEscalation(database, id, visibility);
    if (escalation !== null) return escalation;
    throw new AppError(
      'not-found',
      `There is no escalation ${id}. \`npx ratchet escalations\` shows those that are open.`,
    );
  }

  return async (app) => {
    app.get('/escalations', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, ...filter } = request.query;
      return listEscalations(
        database,
        { ...filter, visibility: visibilityOf(request) },
        { limit, cursor, withTotal: total },
      );
    });

    app.get('/escalations/:id', { schema: readSchema }, async (request) =>
      requireEscalation(request.params.id, visibilityOf(request)),
    );

    app.post('/escalations/:id/resolve', { schema: resolveSchema }, async (request) => {
      const { name: resolvedBy, visibility } = callerOf(request);
      const escalation = await requireEscalation(request.params.id, visibility);
      if (escalation.state === 'resolved') {
        const message = `This escalation was answered by ${escalation.resolvedBy ?? 'somebody'} with ${escalation.chosenOption ?? 'an option'}.`;
        throw new AppError('escalation-closed', message);
      }
      const answer = await prepareAnswer(database, escalation, { ...request.body, resolvedBy, visibility });
      await answerEscalation(temporal, escalation.workOrderId, answer);
      const { option } = request.body;
      return { escalationId: escalation.id, workOrderId: escalation.workOrderId, option, resolvedBy };
    });
  };
}

const listSchema = {
  tags,
  operationId: 'listEscalations',
  summary: 'List escalations, newest first',
  querystring: escalationListQuery,
  response: { 200: escalationPageSchema, ...problems() },
};

const readSchema = {
  tags,
  operationId: 'readEscalation',
  summary: 'Show an escalation',
  params: escalationParams,
  response: { 200: escalationSchema, ...problems(404) },
};

const resolveSchema = {
  tags,
  operationId: 'resolveEscalation',
  summary: 'Answer an escalation',
  description: 'The first valid answer wins. The run that asked goes on from where it stood.',
  params: escalationParams,
  body: resolveEscalationBody,
  response: { 200: resolvedEscalationSchema, ...problems(404, 409) },
};
