import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { AppError } from '../../domain/errors.ts';
import { listPullRequests, readPullRequest } from '../../prisma/repositories/pull-request-queries.ts';
import type { Visibility } from '../../prisma/repositories/visibility.ts';
import { visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { mergePullRequest } from '../runs/merge-pull-request.ts';
import { problems } from '../schemas/common.ts';
import {
  pullRequestListQuery,
  pullRequestPageSchema,
  pullRequestParams,
  pullRequestSchema,
} from '../schemas/records.ts';

const tags = ['pull requests'];

/** What orders have published. */
export function pullRequestRoutes({ database, temporal }: RouteDependencies): FastifyPluginAsyncZod {
  async function requirePullRequest(number: number, visibility: Visibility) {
    const pullRequest = await readPullRequest(database, number, visibility);
    if (pullRequest === null) {
      throw new AppError(
        'not-found',
        `There is no pull request ${number}. \`npx ratchet pr list\` shows those that there are.`,
      );
    }
    const { forgeLocation, headBranch } = pullRequest;
    return { ...pullRequest, fetchCommand: `git fetch ${quote(forgeLocation)} ${quote(headBranch)}` };
  }

  return async (app) => {
    app.get('/pull-requests', { schema: listSchema }, async (request) => {
      const { limit, cursor, total, state } = request.query;
      return listPullRequests(
        database,
        { state, visibility: visibilityOf(request) },
        { limit, cursor, withTotal: total },
      );
    });

    app.get('/pull-requests/:number', { schema: readSchema }, async (request) =>
      requirePullRequest(request.params.number, visibilityOf(request)),
    );

    app.post('/pull-requests/:number/merge', { schema: mergeSchema }, async (request) => {
      const { id, number, state } = await requirePullRequest(request.params.number, visibilityOf(request));
      if (state !== 'open') throw new AppError('pull-request-not-open', `Pull request ${number} is ${state} already.`);
      await mergePullRequest(temporal, { pullRequestId: id });
      return requirePullRequest(number, visibilityOf(request));
    });
  };
}

/** One word of a shell command that a person may paste. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

const listSchema = {
  tags,
  operationId: 'listPullRequests',
  summary: 'List pull requests, newest first',
  querystring: pullRequestListQuery,
  response: { 200: pullRequestPageSchema, ...problems() },
};

const readSchema = {
  tags,
  operationId: 'readPullRequest',
  summary: 'Show a pull request with its body and diff',
  params: pullRequestParams,
  response: { 200: pullRequestSchema, ...problems(404) },
};

const mergeSchema = {
  tags,
  operationId: 'mergePullRequest',
  summary: 'Merge a pull request',
  params: pullRequestParams,
  response: { 200: pullRequestSchema, ...problems(404, 409, 504) },
};
