import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyRequest } from 'fastify';

import { AppError } from '../../domain/errors.ts';
import { checkPassword, hashPassword } from '../../platform/passwords.ts';
import { readAccount } from '../../prisma/repositories/accounts.ts';
import { endLogin, readPasswordHash, replacePassword } from '../../prisma/repositories/login-sessions.ts';
import { callerOf } from '../access/caller.ts';
import { limitLogins, limitRefreshes, limitRegistrations } from '../access/login-limits.ts';
import { createLogins, type Origin } from '../access/logins.ts';
import type { RouteDependencies } from '../dependencies.ts';
import {
  changePasswordBody,
  loginBody,
  loginSchema,
  meSchema,
  refreshBody,
  refreshedSchema,
  registerBody,
} from '../schemas/access.ts';
import { noContent, problems } from '../schemas/common.ts';

const tags = ['auth'];

/** Accounts of one's own: register, log in, refresh, log out. */
export function authRoutes(dependencies: RouteDependencies): FastifyPluginAsyncZod {
  const { database } = dependencies;
  const logins = createLogins(dependencies);

  return async (app) => {
    app.post('/auth/register', { schema: registerSchema }, async (request, reply) => {
      await limitRegistrations(database, request.ip);
      return reply.code(201).send(await logins.register(request.body, originOf(request)));
    });

    app.post('/auth/login', { schema: loginOperation }, async (request) =>
      logins.logIn(request.body, originOf(request)),
    );

    app.post('/auth/refresh', { schema: refreshOperation }, async (request) => {
      await limitRefreshes(database, request.ip);
      return logins.refresh(request.body.refreshToken, originOf(request));
    });

    app.post('/auth/logout', { schema: logoutOperation }, async (request, reply) => {
      const { sessionId } = callerOf(request);
      if (sessionId === null) {
        const message = 'A personal token is not a login, so there is nothing to end: revoke the token instead.';
        throw new AppError('validation-failed', message);
      }
      await endLogin(database, sessionId);
      return reply.code(204).send(null);
    });

    app.get('/auth/me', { schema: meOperation }, async (request) => {
      const { id, tokenId } = callerOf(request);
      const account = await readAccount(database, id);
      if (account === null) throw new AppError('not-authenticated', 'The account of this token is gone.');
      return { ...account, tokenId };
    });

    app.put('/auth/password', { schema: passwordOperation }, async (request, reply) => {
      const { id, sessionId } = callerOf(request);
      const { currentPassword, newPassword } = request.body;
      await limitLogins(database, request.ip, { email: `password of ${id}`, isKnownAddress: true });
      const { isRight } = await checkPassword(await readPasswordHash(database, id), currentPassword);
      if (!isRight) throw new AppError('login-failed', 'The current password is wrong, so it stays as it is.');
      await replacePassword(database, { userId: id, passwordHash: await hashPassword(newPassword), sessionId });
      return reply.code(204).send(null);
    });
  };
}

function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, requestId: request.id };
}

const registerSchema = {
  tags,
  operationId: 'register',
  summary: 'Make an account and log in',
  description:
    'The first account needs a setup token and becomes admin; others begin with the role user. Five an hour per address.',
  body: registerBody,
  response: { 201: loginSchema, ...problems(409, 429) },
};

const loginOperation = {
  tags,
  operationId: 'login',
  summary: 'Log in',
  description: 'Ten tries an hour per address and per account. The answer never tells which part was wrong.',
  body: loginBody,
  response: { 200: loginSchema, ...problems(401, 429) },
};

const refreshOperation = {
  tags,
  operationId: 'refresh',
  summary: 'Exchange a refresh token for the next one and a new access token',
  description: 'A refresh token that comes a second time ends the whole login: somebody has a copy.',
  body: refreshBody,
  response: { 200: refreshedSchema, ...problems(401, 429) },
};

const logoutOperation = {
  tags,
  operationId: 'logout',
  summary: 'End this login',
  response: { 204: noContent, ...problems() },
};

const meOperation = {
  tags,
  operationId: 'readMe',
  summary: 'Who one is',
  response: { 200: meSchema, ...problems() },
};

const passwordOperation = {
  tags,
  operationId: 'changePassword',
  summary: "Change one's password",
  description: 'Ends all other logins.',
  body: changePasswordBody,
  response: { 204: noContent, ...problems() },
};
