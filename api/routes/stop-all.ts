import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { readStopAll, writeStopAll } from '../../prisma/repositories/stop-all.ts';
import { callerOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { tellAllRuns } from '../runs/tell-all-runs.ts';
import { problems } from '../schemas/common.ts';
import { stopAllBody, stopAllChangeSchema, stopAllSchema } from '../schemas/stop-all.ts';

const tags = ['stop all'];

/** Stops all work and lets it go on. */
export function stopAllRoutes(dependencies: RouteDependencies): FastifyPluginAsyncZod {
  const { database } = dependencies;

  // The row first: it alone refuses paid steps, also to runs that no signal reaches.
  async function change(stopped: boolean, reason: string, changedBy: string) {
    await writeStopAll(database, { stopped, reason, changedBy });
    const told = await tellAllRuns(dependencies, { stopped });
    return { ...(await readStopAll(database)), told };
  }

  return async (app) => {
    app.get('/stop-all', { schema: readSchema }, async () => readStopAll(database));

    app.post('/stop-all', { schema: stopSchema }, async (request) =>
      change(true, request.body.reason, callerOf(request).name),
    );

    app.delete('/stop-all', { schema: goOnSchema }, async (request) => change(false, '', callerOf(request).name));
  };
}

const readSchema = {
  tags,
  operationId: 'readStopAll',
  summary: 'Whether all work is stopped',
  response: { 200: stopAllSchema, ...problems() },
};

const stopSchema = {
  tags,
  operationId: 'stopAll',
  summary: 'Stop all work',
  description:
    'No new paid step begins in any order; running ones end at their next checkpoint. Orders are accepted all the same.',
  body: stopAllBody,
  response: { 200: stopAllChangeSchema, ...problems() },
};

const goOnSchema = {
  tags,
  operationId: 'goOn',
  summary: 'Let all work go on',
  description: 'Orders that a person paused one by one stay paused.',
  response: { 200: stopAllChangeSchema, ...problems() },
};
