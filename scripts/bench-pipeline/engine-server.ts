import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { startTestTemporal } from '../../tests/support/temporal.ts';
import { workflowQueue, waitingQueue, workspaceQueue } from '../../worker/queues.ts';
import { taskQueues, workflowNames, workOrderWorkflowId } from '../../workflows/contract.ts';
import type { BareGroup, bareOrder } from './bare-workflow.ts';
import { createIdleActivities } from './idle-activities.ts';

const project = join(import.meta.dirname, '../..');

/** A server of its own with workers in this process, whose activities do nothing. */
export interface EngineServer {
  /** Runs a whole work order. @returns the handle of the ended run */
  runOrder(): Promise<WorkflowHandle>;
  /** Runs the bare workflow to its end. */
  runBare(groups: readonly BareGroup[]): Promise<void>;
  close(): Promise<void>;
}

/** Both workflows run on the same workers: a difference between them is one of their code alone. */
export async function startEngineServer(): Promise<EngineServer> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const [temporal, code] = await Promise.all([startTestTemporal({}), bundleBoth()]);
  const connection = await NativeConnection.connect({ address: temporal.address });
  const shared = { connection, namespace: 'default', activities: createIdleActivities() };
  const workers = await Promise.all([
    Worker.create({ ...shared, ...workflowQueue, workflowBundle: { code } }),
    Worker.create({ ...shared, ...waitingQueue }),
    // As many as there are runs at once: what is measured is the engine, not the wait for a place.
    Worker.create({ ...shared, ...workspaceQueue(20) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const clientConnection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection: clientConnection });
  return {
    runOrder: () => runOrder(client),
    async runBare(groups) {
      const options = { args: [groups] as [readonly BareGroup[]], taskQueue: taskQueues.workflows };
      await client.workflow.execute<typeof bareOrder>('bareOrder', { ...options, workflowId: `bare/${randomUUID()}` });
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await clientConnection.close();
      await connection.close();
      await temporal.close();
    },
  };
}

async function runOrder(client: Client): Promise<WorkflowHandle> {
  const orderId = randomUUID();
  const handle = await client.workflow.start(workflowNames.workOrder, {
    args: [{ orderId, orderNumber: 1, title: 'Change', repository: '/repositories/a' }],
    taskQueue: taskQueues.workflows,
    workflowId: workOrderWorkflowId(orderId),
  });
  const { status } = (await handle.result()) as { status: string };
  if (status !== 'completed') throw new Error(`An order whose activities do nothing ended as ${status}.`);
  return handle;
}

/** One bundle with both. Its entry is written here, since nobody else may import the code of a workflow. */
async function bundleBoth(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-bench-bundle-'));
  try {
    const sources = [join(project, 'workflows/index.ts'), join(import.meta.dirname, 'bare-workflow.ts')];
    const entry = join(folder, 'workflows.ts');
    await writeFile(entry, sources.map((source) => `export * from ${JSON.stringify(source)};\n`).join(''));
    const logger = new DefaultLogger('ERROR');
    const resolveFromProject = join(project, 'node_modules');
    const bundle = await bundleWorkflowCode({
      workflowsPath: entry,
      logger,
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, modules: [...(config.resolve?.modules ?? []), resolveFromProject] },
      }),
    });
    return bundle.code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
