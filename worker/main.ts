/** The worker process: runs workflows and their activities until it is told to stop. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { createRedactor } from '../domain/text/redact.ts';
import { loadConfig, type Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { createDataConverter, encodedFailuresPath } from '../platform/payload-codec.ts';
import { bundleWorkflows } from './bundle-workflows.ts';
import { composeWorker, type WorkerParts } from './compose.ts';
import { startHealthServer } from './health.ts';
import { reportSettings } from './report-settings.ts';
import { waitingQueue, workflowQueue, workspaceQueue } from './queues.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { sweepSocketFolders, sweepWorkspaces } from './sweep.ts';

const retryMs = 1_000;

const withoutKeys =
  'RATCHET_ENCRYPTION_KEYS is not set: Temporal stores plain text, and answers of models are not kept, so a crash can pay twice';

async function main(): Promise<void> {
  const config = loadConfig();
  let isReady = false;
  let composed: WorkerParts | null = null;
  const health = await startHealthServer(config.worker.healthPort, {
    isReady: () => isReady,
    providers: () => composed?.dependencies.gateway.health() ?? [],
    metrics: async () => ({
      text: (await composed?.metrics.metrics()) ?? '',
      contentType: composed?.metrics.contentType ?? 'text/plain',
    }),
  });
  const [parts, bundlePath] = await Promise.all([
    composeWorker(config),
    bundleWorkflows(
      join(config.cacheDir, 'workflow-bundles'),
      config.encryptsPayloads ? encodedFailuresPath : undefined,
    ),
  ]);
  composed = parts;
  const { logger, dependencies } = parts;
  installRuntime(logger);
  if (config.encryptionKeys === null) logger.warn(withoutKeys);
  const connection = await connect(config, logger);
  const registered = await registerSearchAttributes(connection, config.temporal.namespace);
  if (registered.length > 0) logger.info({ registered }, 'registered search attributes');
  const workers = await createWorkers(config, { parts, bundlePath, connection });
  await reportSettings(parts);
  await sweepSocketFolders();
  await sweepWorkspaces(dependencies.database, dependencies.workspacesFolder, logger);
  const running = Promise.all(workers.map((worker) => worker.run()));
  isReady = true;
  logger.info({ sandboxed: dependencies.gates.containment.sandboxed }, 'taking work');
  await running;
  isReady = false;
  await connection.close();
  await parts.close();
  await health.close();
}

// The SDK's own lines join ours; it ends the workers on these signals, each within its grace time.
function installRuntime(logger: Logger): void {
  const sdk = new DefaultLogger('WARN', ({ level, message, meta }) => {
    logger[level === 'ERROR' ? 'error' : 'warn']({ sdk: meta }, message);
  });
  Runtime.install({ logger: sdk, shutdownSignals: ['SIGINT', 'SIGTERM', 'SIGHUP'] });
}

// A server that is not there yet is no reason to crash: live, not ready, and trying.
async function connect(config: Config, logger: Logger): Promise<NativeConnection> {
  for (;;) {
    try {
      return await NativeConnection.connect({ address: config.temporal.address });
    } catch (error) {
      logger.warn({ error }, `Temporal at ${config.temporal.address} does not answer; trying again`);
      await wait(retryMs);
    }
  }
}

async function createWorkers(
  config: Config,
  { parts, bundlePath, connection }: { parts: WorkerParts; bundlePath: string; connection: NativeConnection },
): Promise<Worker[]> {
  const dataConverter = createDataConverter(parts.protection);
  const shared = { connection, namespace: config.temporal.namespace, dataConverter };
  return Promise.all([
    Worker.create({
      ...shared,
      ...workflowQueue,
      workflowBundle: { codePath: bundlePath },
      activities: parts.recordActivities,
    }),
    Worker.create({ ...shared, ...waitingQueue, activities: parts.waitingActivities }),
    Worker.create({
      ...shared,
      ...workspaceQueue(config.worker.workspaceSlots),
      activities: parts.workspaceActivities,
    }),
  ]);
}

await main().catch((error: unknown) => {
  // Straight to the log file and past every logger: so at least what has the form of a secret is taken out.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${createRedactor([])(text)}\n`);
  process.exit(1);
});
