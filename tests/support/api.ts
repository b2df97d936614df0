import { randomUUID } from 'node:crypto';

import type { FastifyInstance, InjectOptions } from 'fastify';
import pino from 'pino';

import { buildApp } from '../../api/app.ts';
import { createAccessTokens } from '../../platform/access-tokens.ts';
import { defaultRequestsPerHour } from '../../platform/config.ts';
import { openFlags } from '../../platform/flags.ts';
import { createTemporalClient, type TemporalClient } from '../../platform/temporal.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { createFlagStore } from '../../prisma/repositories/feature-flags.ts';
import type { RequestLimits } from '../../prisma/repositories/authorize-requests.ts';
import type { TestNamespace } from './namespace.ts';
import { makeOperator, operatorHeaders, testAuthSecret } from './operator.ts';

/** Nobody listens there. */
export const nowhere = '127.0.0.1:1';
const noTemporal: TestNamespace = { address: nowhere, namespace: 'default' };

export interface TestApi {
  app: FastifyInstance;
  database: Database;
  temporal: TemporalClient;
  close(): Promise<void>;
}

export interface TestApiOptions {
  limits?: Partial<RequestLimits>;
  secrets?: string[];
  api?: { hosts?: string[]; trustedProxies?: string[] };
}

/**
 * The real application on real parts; without a namespace of Temporal it has none. What is injected without an
 * `authorization` of its own comes from the local operator, an admin.
 */
export async function openTestApi(
  databaseUrl: string,
  { address, namespace }: TestNamespace = noTemporal,
  options: TestApiOptions = {},
): Promise<TestApi> {
  if (!databaseUrl.includes(nowhere)) await makeOperator(databaseUrl);
  const database = openDatabase(databaseUrl, 4);
  const uiUrl = 'http://127.0.0.1:8233';
  const temporal = createTemporalClient({ address, namespace, uiUrl });
  const app = await buildApp({
    config: {
      temporal: { namespace, uiUrl },
      api: { hosts: [], trustedProxies: [], ...options.api },
      encryptionKeys: null,
    },
    access: {
      tokens: createAccessTokens(options.secrets ?? [testAuthSecret]),
      limits: { ...defaultRequestsPerHour, ...options.limits },
    },
    database,
    temporal,
    flags: await openFlags(createFlagStore(database), pino({ level: 'silent' })),
    logger: pino({ level: 'silent' }),
    version: { version: '0.0.0', commit: null },
  });
  return {
    app: asOperator(app),
    database,
    temporal,
    async close() {
      await app.close();
      await temporal.close();
      await database.$disconnect();
    },
  };
}

/** The same application, whose injected requests come from the local operator unless they say who sends them. */
function asOperator(app: FastifyInstance): FastifyInstance {
  const inject = app.inject.bind(app) as (given: InjectOptions) => ReturnType<FastifyInstance['inject']>;
  const withOperator = (given: InjectOptions | string) => {
    const options = typeof given === 'string' ? { url: given } : given;
    const { authorization, ...headers } = options.headers ?? {};
    const sender = authorization === undefined ? operatorHeaders : authorization === '' ? {} : { authorization };
    return inject({ ...options, headers: { ...headers, ...sender } });
  };
  return Object.assign(app, { inject: withOperator });
}

/** What tests read of an answer; which of it is there depends on the address. */
export interface Answer {
  id: string;
  number: number;
  ownerId: string;
  code: string;
  startState: string;
  waitingFor: string | null;
  costUsdMicros: number;
  temporalUiUrl: string;
  acceptanceCriteria: { id: string }[];
  items: Answer[];
  nextCursor: string | null;
  total: number | null;
}

/** Appends an event to an order, with the projection that belongs to it. */
export async function appendTestEvent(
  database: Database,
  orderId: string,
  event: { sequence: number; type: string; status: 'running' | 'waiting' | 'completed'; payload?: object },
): Promise<void> {
  const { sequence, type, status, payload } = event;
  const shown = { status, step: null, attempt: 1, waitingFor: null, model: null, ...payload };
  await database.$transaction([
    database.workOrderEvent.create({ data: { workOrderId: orderId, sequence, type, payload: shown, at: new Date() } }),
    database.workOrder.update({ where: { id: orderId }, data: { lastEventSequence: sequence, status } }),
  ]);
}

/** Opens an escalation of an order as its run would. */
export async function insertEscalation(database: Database, workOrderId: string): Promise<string> {
  const id = randomUUID();
  await database.escalation.create({
    data: {
      id,
      workOrderId,
      attempt: 1,
      trigger: 'attempts_used_up',
      failureClass: 'test_fail',
      context: { message: 'A test failed.', excerpt: 'expected 1, got 2' },
      options: [{ option: 'abort', effect: 'The order ends.' }],
    },
  });
  return id;
}
