import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { createRecordActivities, createWaitingActivities, createWorkspaceActivities } from '../activities/index.ts';
import { createAiderEngine } from '../activities/aider/aider-engine.ts';
import { createLocalForge } from '../activities/forge/local/local-forge.ts';
import { createGit } from '../activities/git/git-command.ts';
import { createMirrors } from '../activities/git/mirror.ts';
import { startModelEndpoint } from '../activities/llm/endpoint.ts';
import { createModelGateway } from '../activities/llm/gateway.ts';
import { createModelDirectory } from '../activities/llm/models.ts';
import { createProviders } from '../activities/llm/providers/create-providers.ts';
import { createContainment } from '../activities/sandbox/containment.ts';
import { startOutboundProxy } from '../activities/sandbox/outbound-proxy.ts';
import { toolChainEnvironment } from '../activities/sandbox/tool-chains.ts';
import type { StepDependencies } from '../activities/steps/dependencies.ts';
import { defaultPolicy } from '../domain/work-orders/policy.ts';
import { readChildEnvironment, type Config } from '../platform/config.ts';
import { createConfigRedactor, createLogger, type Logger } from '../platform/logger.ts';
import { openDatabase } from '../prisma/client.ts';
import { createModelCallRepository } from '../prisma/repositories/model-calls.ts';
import { workOrderWorkflowId } from '../workflows/contract.ts';

/** Records are written by up to 8 activities at once; the steps and the gateway need a few more. */
const databaseConnectionsMax = 12;

export interface WorkerParts {
  logger: Logger;
  dependencies: StepDependencies;
  recordActivities: ReturnType<typeof createRecordActivities>;
  waitingActivities: ReturnType<typeof createWaitingActivities>;
  workspaceActivities: ReturnType<typeof createWorkspaceActivities>;
  close(): Promise<void>;
}

/** Makes everything that this process's activities use. The only place where it is put together. */
export async function composeWorker(config: Config): Promise<WorkerParts> {
  const redact = createConfigRedactor(config);
  const logger = createLogger('worker', config, redact);
  const database = openDatabase(config.databaseUrl, databaseConnectionsMax);
  const folders = await makeFolders(config.stateDir);
  const git = createGit({ searchPath: config.childPath, home: config.home, redact });
  const childEnvironment = readChildEnvironment();
  const outbound = await startOutboundProxy(childEnvironment);
  const containment = await createContainment({
    mode: config.sandbox,
    home: config.home,
    searchPath: config.childPath,
    stateDir: config.stateDir,
    nodePath: process.execPath,
    outbound,
  });
  const ledger = createModelCallRepository(database);
  const directory = createModelDirectory(config);
  const gateway = createModelGateway({ directory, providers: createProviders(config), ledger, logger });
  const endpoint = await startModelEndpoint({ gateway, logger });
  const searchPath = config.childPath;
  const dependencies: StepDependencies = {
    database,
    git,
    mirrors: createMirrors(git, folders.mirrors),
    engine: createAiderEngine({ aiderPath: config.aiderPath, containment, searchPath }),
    gates: {
      containment,
      redact,
      searchPath,
      childEnvironment: { ...toolChainEnvironment(config.home), ...childEnvironment },
      packageCaches: join(config.cacheDir, 'packages'),
    },
    gateway,
    endpoint,
    directory,
    ledger,
    forge: createLocalForge({ git, database, folder: folders.forge }),
    policy: defaultPolicy,
    redact,
    logger,
    limits: config.limits,
    stateDir: config.stateDir,
    workspacesFolder: folders.workspaces,
    runUrl: (orderId) => runUrl(config, orderId),
  };
  return {
    logger,
    dependencies,
    recordActivities: createRecordActivities(dependencies),
    waitingActivities: createWaitingActivities(dependencies),
    workspaceActivities: createWorkspaceActivities(dependencies),
    close: async () => {
      await endpoint.close();
      await outbound.close();
      await database.$disconnect();
    },
  };
}

async function makeFolders(stateDir: string): Promise<{ mirrors: string; workspaces: string; forge: string }> {
  const folders = {
    mirrors: join(stateDir, 'mirrors'),
    workspaces: join(stateDir, 'workspaces'),
    forge: join(stateDir, 'forge'),
  };
  await Promise.all(Object.values(folders).map((folder) => mkdir(folder, { recursive: true })));
  return folders;
}

function runUrl({ temporal }: Config, orderId: string): string | null {
  if (temporal.uiUrl === undefined) return null;
  return `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(workOrderWorkflowId(orderId))}`;
}
