import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { problems } from '../schemas/common.ts';

const tags = ['health'];

/** Longer than a healthy answer ever takes, shorter than what a prober waits. */
const databaseTimeoutMs = 2_000;

/** Whether the process lives, whether it can serve, and which version it is. */
export function healthRoutes({ database, temporal, version }: RouteDependencies): FastifyPluginAsyncZod {
  async function ensureDatabase(): Promise<void> {
    const deadline = new AbortController();
    const tooLate = sleep(databaseTimeoutMs, true, { signal: deadline.signal, ref: false }).catch(() => false);
    try {
      // Any table will do; a raw query would hide from Prisma's own words for a database that is away.
      const isLate = await Promise.race([
        database.repository.findFirst({ select: { id: true } }).then(() => false),
        tooLate,
      ]);
      if (isLate) throw new Error(`no answer within ${databaseTimeoutMs} ms`);
    } catch (error) {
      const message = 'Not ready: the database does not answer. Orders can neither be read nor made until it does.';
      throw new AppError('database-unavailable', message, { cause: error });
    } finally {
      deadline.abort();
    }
  }

  return async (app) => {
    app.get('/livez', { schema: liveSchema }, async () => ({ status: 'alive' as const }));

    app.get('/readyz', { schema: readySchema }, async () => {
      await ensureDatabase();
      try {
        await temporal.ensureReachable();
      } catch (error) {
        const message = 'Not ready: Temporal does not answer. Orders can be read, but none is accepted until it does.';
        throw new AppError('temporal-unavailable', message, { cause: error });
      }
      return { status: 'ready' as const, database: 'reachable' as const, temporal: 'reachable' as const };
    });

    app.get('/version', { schema: versionSchema }, async () => version);
  };
}

const liveSchema = {
  tags,
  operationId: 'readLiveness',
  summary: 'Whether the process lives',
  response: { 200: z.object({ status: z.literal('alive') }), ...problems() },
};

const readySchema = {
  tags,
  operationId: 'readReadiness',
  summary: 'Whether orders can be accepted',
  response: {
    200: z.object({
      status: z.literal('ready'),
      database: z.literal('reachable'),
      temporal: z.literal('reachable'),
    }),
    ...problems(),
  },
};

const versionSchema = {
  tags,
  operationId: 'readVersion',
  summary: 'Which version answers',
  response: {
    200: z.object({ version: z.string(), commit: z.string().nullable().describe('Null outside a git clone.') }),
    ...problems(),
  },
};
