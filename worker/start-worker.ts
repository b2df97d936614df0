import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { NativeConnection, Worker } from '@temporalio/worker';

import type { Config } from '../platform/config.ts';
import type { Logger, WriteLine } from '../platform/logger.ts';
import { createDataConverter, encodedFailuresPath } from '../platform/payload-codec.ts';
import { bundleWorkflows } from './bundle-workflows.ts';
import { composeWorker, type WorkerParts } from './compose.ts';
import { startHealthServer, type HealthServer } from './health.ts';
import { reportSettings } from './report-settings.ts';
import { waitingQueue, workflowQueue, workspaceQueue } from './queues.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { sweepSocketFolders, sweepWorkspaces } from './sweep.ts';

/** What a worker shares with the process that it runs in. */
export interface WorkerSurroundings {
  /** Takes its log, line by line. */
  writeLog: WriteLine;
  /** Sets up the native part of Temporal's library, of which a process has one. */
  installRuntime: (logger: Logger) => void;
}

export interface RunningWorker {
  /** Settles when it has ended: after `close`, or on a signal that the native part listens to. */
  ended: Promise<void>;
  /** Takes no more work, and ends when running activities had their grace time. */
  close(): Promise<void>;
}

const retryMs = 1_000;

const withoutKeys =
  'RATCHET_ENCRYPTION_KEYS is not set: Temporal stores plain text, and answers of models are not kept, so a crash can pay twice';

/**
 * Starts taking work. Alive from the first moment, ready when it returns; waits for a Temporal that is not there yet.
 *
 * @throws when a part of it can't be had, such as the database or the port of its health server
 */
export async function startWorker(config: Config, surroundings: WorkerSurroundings): Promise<RunningWorker> {
  const state: { isReady: boolean; parts: WorkerParts | null } = { isReady: false, parts: null };
  const health = await startHealth(config.worker.healthPort, state);
  const [parts, bundlePath] = await Promise.all([
    composeWorker(config, surroundings.writeLog),
    bundleWorkflows(
      join(config.cacheDir, 'workflow-bundles'),
      config.encryptsPayloads ? encodedFailuresPath : undefined,
    ),
  ]);
  state.parts = parts;
  const { logger, dependencies } = parts;
  surroundings.installRuntime(logger);
  if (config.encryptionKeys === null) logger.warn(withoutKeys);
  const connection = await connect(config, logger);
  const registered = await registerSearchAttributes(connection, config.temporal.namespace);
  if (registered.length > 0) logger.info({ registered }, 'registered search attributes');
  const workers = await createWorkers(config, { parts, bundlePath, connection });
  await reportSettings(parts);
  await sweepSocketFolders();
  await sweepWorkspaces(dependencies.database, dependencies.workspacesFolder, logger);
  const running = Promise.all(workers.map((worker) => worker.run()));
  state.isReady = true;
  logger.info({ sandboxed: dependencies.gates.containment.sandboxed }, 'taking work');
  const ended = running.then(async () => {
    state.isReady = false;
    await connection.close();
    await parts.close();
    await health.close();
  });
  return {
    ended,
    async close() {
      for (const worker of workers) worker.shutdown();
      await ended;
    },
  };
}

function startHealth(
  port: number,
  state: Readonly<{ isReady: boolean; parts: WorkerParts | null }>,
): Promise<HealthServer> {
  return startHealthServer(port, {
    isReady: () => state.isReady,
    providers: () => state.parts?.dependencies.gateway.health() ?? [],
    metrics: async () => ({
      text: (await state.parts?.metrics.metrics()) ?? '',
      contentType: state.parts?.metrics.contentType ?? 'text/plain',
    }),
  });
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
