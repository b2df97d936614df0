/** A worker process for the growth of a batch: real records, and steps that do nothing. Started by growth.ts alone. */
import { join } from 'node:path';

import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { loadConfig } from '../../platform/config.ts';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { bundleWorkflows } from '../../worker/bundle-workflows.ts';
import { composeWorker } from '../../worker/compose.ts';
import { startHealthServer } from '../../worker/health.ts';
import { waitingQueue, workflowQueue, workspaceQueue } from '../../worker/queues.ts';
import { createIdleSteps } from './idle-activities.ts';

const config = loadConfig();
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
const parts = await composeWorker(config);
const codePath = await bundleWorkflows(join(config.cacheDir, 'workflow-bundles'));
const connection = await NativeConnection.connect({ address: config.temporal.address });
// The end of an order gives its place back: without it nobody after the first few would ever get one.
const { settleWorkOrder } = parts.waitingActivities;
const activities = { ...parts.recordActivities, ...createIdleSteps(), settleWorkOrder };
const dataConverter = createDataConverter(parts.protection);
const shared = { connection, namespace: config.temporal.namespace, dataConverter, activities };
const workers = await Promise.all([
  Worker.create({ ...shared, ...workflowQueue, workflowBundle: { codePath } }),
  Worker.create({ ...shared, ...waitingQueue }),
  Worker.create({ ...shared, ...workspaceQueue(config.worker.workspaceSlots) }),
]);
const health = await startHealthServer(config.worker.healthPort, {
  isReady: () => true,
  providers: () => [],
  metrics: async () => ({ text: '', contentType: 'text/plain' }),
});
await Promise.all(workers.map((worker) => worker.run()));
await connection.close();
await parts.close();
await health.close();
