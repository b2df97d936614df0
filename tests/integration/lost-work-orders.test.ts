import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NativeConnection, Worker } from '@temporalio/worker';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createRecordActivities, createWaitingActivities } from '../../activities/index.ts';
import type { StepDependencies } from '../../activities/steps/dependencies.ts';
import { closeLostWorkOrders } from '../../api/runs/lost-work-orders.ts';
import { startWorkOrder } from '../../api/runs/start-work-order.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { readStartableWorkOrder } from '../../prisma/repositories/work-order-intake.ts';
import { taskQueues, workOrderWorkflowId } from '../../workflows/contract.ts';
import { insertEscalation, openTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNamespace, type TestNamespace } from '../support/namespace.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { waitFor } from '../support/wait-for.ts';
import { untilCancelled } from '../support/work-order-runs.ts';
import { insertWorkOrder } from '../support/work-orders.ts';
import { provideWorkflowBundle } from '../support/workflow-bundles.ts';

const logger = pino({ level: 'silent' });
const reason = 'Its run is gone from Temporal, so it cannot go on.';

let database: TestDatabase;
let temporal: TestNamespace;
let api: TestApi;
let connection: NativeConnection;
let workers: Worker[];
let working: Promise<unknown>;
let workspacesFolder: string;

/** The real workflows with the real activities for records and cleaning; the first step lasts until it is cancelled. */
beforeAll(async () => {
  installQuietRuntime();
  [database, temporal] = await Promise.all([createTestDatabase(), createTestNamespace()]);
  workspacesFolder = await mkdtemp(join(tmpdir(), 'ratchet-test-workspaces-'));
  api = await openTestApi(database.url, temporal);
  connection = await NativeConnection.connect({ address: temporal.address });
  // What these activities use of them.
  const policy = defaultPolicy;
  const runs = { tell: async () => undefined };
  const dependencies = {
    database: api.database,
    workspacesFolder,
    logger,
    policy,
    runs,
  } as unknown as StepDependencies;
  const routeAttempt = () => untilCancelled(() => undefined);
  const { settleWorkOrder } = createWaitingActivities(dependencies);
  const shared = { connection, namespace: temporal.namespace };
  workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: taskQueues.workflows,
      workflowBundle: await provideWorkflowBundle(),
      activities: createRecordActivities(dependencies),
    }),
    Worker.create({ ...shared, taskQueue: taskQueues.waiting, activities: { settleWorkOrder, routeAttempt } }),
  ]);
  working = Promise.all(workers.map((worker) => worker.run()));
});

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await working;
  await connection.close();
  await api.close();
  await Promise.all([database.drop(), rm(workspacesFolder, { recursive: true, force: true })]);
});

const rowOf = (id: string) => api.database.workOrder.findUniqueOrThrow({ where: { id } });
const runOf = (id: string) => api.temporal.client.workflow.getHandle(workOrderWorkflowId(id));
const cancel = (id: string) => api.app.inject({ method: 'POST', url: `/api/v1/work-orders/${id}/cancel` });

/** An order in its first step, with a workspace. */
async function insertRunning(): Promise<string> {
  const id = await insertWorkOrder(api.database);
  await startWorkOrder(api, await readStartableWorkOrder(api.database, id));
  await waitFor('step of the run', async () => (await rowOf(id)).step === 'route');
  await mkdir(join(workspacesFolder, id, '1'), { recursive: true });
  return id;
}

/** An order that Temporal knows nothing of, although it was started once. */
async function insertUnknown(): Promise<string> {
  const id = await insertWorkOrder(api.database);
  await api.database.workOrder.update({ where: { id }, data: { startState: 'started', status: 'waiting' } });
  return id;
}

/** Nothing was heard of any order for two minutes. */
async function letTimePass(): Promise<void> {
  await api.database.workOrder.updateMany({ data: { updatedAt: new Date(Date.now() - 120_000) } });
}

const waitForStatus = (id: string, status: string) =>
  waitFor(`status ${status}`, async () => (await rowOf(id)).status === status);

describe('an order whose run Temporal has lost', () => {
  it('is ended as failed by the sweep, with its question and workspaces; a healthy one goes on', async () => {
    const [terminated, unknown, healthy] = [await insertRunning(), await insertUnknown(), await insertRunning()];
    const escalationId = await insertEscalation(api.database, unknown);
    await runOf(terminated).terminate('by hand');
    expect(await closeLostWorkOrders(api)).toBe(0);

    await letTimePass();
    expect(await closeLostWorkOrders(api)).toBe(2);
    for (const id of [terminated, unknown]) await waitForStatus(id, 'failed');
    for (const id of [terminated, unknown]) {
      expect(await rowOf(id)).toMatchObject({ step: null, waitingFor: null, finishedAt: expect.any(Date) });
      const events = await api.database.workOrderEvent.findMany({ where: { workOrderId: id, type: 'ended' } });
      expect(events).toMatchObject([{ payload: { status: 'failed', reason } }]);
    }
    expect(await api.database.escalation.findUniqueOrThrow({ where: { id: escalationId } })).toMatchObject({
      state: 'resolved',
      resolvedBy: 'work order',
    });
    await waitFor('removed workspace', async () => !existsSync(join(workspacesFolder, terminated)));

    await letTimePass();
    expect(await closeLostWorkOrders(api)).toBe(0);
    expect(await rowOf(healthy)).toMatchObject({ status: 'running', step: 'route' });
    expect((await runOf(healthy).describe()).status.name).toBe('RUNNING');
    expect(existsSync(join(workspacesFolder, healthy))).toBe(true);
  });

  it.each([
    [
      'was terminated',
      async () => {
        const id = await insertRunning();
        await runOf(id).terminate('by hand');
        return id;
      },
    ],
    ['is unknown there', insertUnknown],
  ])('can be cancelled when it %s', async (_what, insert) => {
    const id = await insert();
    expect((await cancel(id)).statusCode).toBe(202);
    await waitForStatus(id, 'cancelled');
    expect((await cancel(id)).json<{ code: string }>().code).toBe('work-order-finished');
  });
});
