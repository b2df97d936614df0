import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { AppError } from '../../domain/errors.ts';
import { hashPassword } from '../../platform/passwords.ts';
import { changeAccount, listAccounts } from '../../prisma/repositories/accounts.ts';
import { callerOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { accountListQuery, accountPageSchema, accountSchema, changeAccountBody, idParams } from '../schemas/access.ts';
import { problems } from '../schemas/common.ts';

const tags = ['users'];

/** The accounts of an installation, for its admins. */
export function userRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/users', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, role, text } = request.query;
      return listAccounts(database, { role, text }, { limit, cursor, withTotal: total });
    });

    app.patch('/users/:id', { schema: changeSchema }, async (request) => {
      const { newPassword, ...change } = request.body;
      const passwordHash = newPassword === undefined ? undefined : await hashPassword(newPassword);
      const { id, name, tokenId } = callerOf(request);
      const account = await changeAccount(
        database,
        { ...change, id: request.params.id, passwordHash },
        {
          actor: { kind: 'person', id, name, tokenId },
          ...{ action: 'changeUser', outcome: 'done', objectKind: 'user' },
          ...{ requestId: request.id, address: request.ip },
        },
      );
      if (account !== null) return account;
      throw new AppError(
        'not-found',
        `There is no account ${request.params.id}. \`npx ratchet user list\` shows them.`,
      );
    });
  };
}

const listSchema = {
  tags,
  operationId: 'listUsers',
  summary: 'List accounts, newest first',
  querystring: accountListQuery,
  response: { 200: accountPageSchema, ...problems() },
};

const changeSchema = {
  tags,
  operationId: 'changeUser',
  summary: 'Change the name, role or password of an account, or turn it off',
  description: 'The last admin stays one.',
  params: idParams,
  body: changeAccountBody,
  response: { 200: accountSchema, ...problems(404) },
};
