import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { AppError } from '../../domain/errors.ts';
import { createSecretToken, hashWithHint } from '../../platform/secret-tokens.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../../prisma/repositories/api-tokens.ts';
import { callerOf, visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { apiTokenPrefix } from '../plugins/authentication.ts';
import { createdTokenSchema, createTokenBody, idParams, tokenPageSchema } from '../schemas/access.ts';
import { noContent, pageQuery, problems } from '../schemas/common.ts';

const tags = ['tokens'];

const dayMs = 24 * 3_600_000;

/** Personal tokens for the command line and scripts. */
export function tokenRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/tokens', { schema: listSchema }, async (request) => {
      const { limit, cursor, total } = request.query;
      return listApiTokens(database, callerOf(request).id, { limit, cursor, withTotal: total });
    });

    app.post('/tokens', { schema: createSchema }, async (request, reply) => {
      const { id: userId, role } = callerOf(request);
      const { name, scopes, expiresInDays, requestsPerHour = null } = request.body;
      if (requestsPerHour !== null && role !== 'admin') {
        throw new AppError('permission-denied', 'Only an admin may give a token a limit of its own: leave it out.');
      }
      const token = createSecretToken(apiTokenPrefix);
      const stored = await createApiToken(database, {
        ...{ userId, name, scopes: [...new Set(scopes)], requestsPerHour },
        ...hashWithHint(token),
        expiresAt: expiresInDays === undefined ? null : new Date(Date.now() + expiresInDays * dayMs),
      });
      return reply.code(201).send({ ...stored, token });
    });

    app.delete('/tokens/:id', { schema: revokeSchema }, async (request, reply) => {
      const { id } = request.params;
      if (!(await revokeApiToken(database, id, visibilityOf(request)))) {
        throw new AppError(
          'not-found',
          `There is no token ${id}. \`npx ratchet token list\` shows those that there are.`,
        );
      }
      return reply.code(204).send(null);
    });
  };
}

const listSchema = {
  tags,
  operationId: 'listTokens',
  summary: "List one's personal tokens, newest first",
  querystring: pageQuery,
  response: { 200: tokenPageSchema, ...problems() },
};

const createSchema = {
  tags,
  operationId: 'createToken',
  summary: 'Make a personal token',
  body: createTokenBody,
  response: { 201: createdTokenSchema, ...problems() },
};

const revokeSchema = {
  tags,
  operationId: 'revokeToken',
  summary: 'Revoke a personal token',
  description: 'Holds at once, in every process.',
  params: idParams,
  response: { 204: noContent, ...problems(404) },
};
