import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Registry } from 'prom-client';

import { createRecordActivities, createWaitingActivities, createWorkspaceActivities } from '../activities/index.ts';
import { createBaselines } from '../activities/gates/baseline.ts';
import { createAiderEngine } from '../activities/aider/aider-engine.ts';
import { createLocalForge } from '../activities/forge/local/local-forge.ts';
import { createGit } from '../activities/git/git-command.ts';
import { createMirrors } from '../activities/git/mirror.ts';
import { startModelEndpoint } from '../activities/llm/endpoint.ts';
import { createModelGateway } from '../activities/llm/gateway.ts';
import { createModelMetrics } from '../activities/llm/model-metrics.ts';
import { createModelDirectory } from '../activities/llm/models.ts';
import { readPriceTable } from '../activities/llm/prices/price-table.ts';
import { createProviders } from '../activities/llm/providers/create-providers.ts';
import { createContainment } from '../activities/sandbox/containment.ts';
import { startOutboundProxy, type OutboundProxy } from '../activities/sandbox/outbound-proxy.ts';
import { toolChainEnvironment } from '../activities/sandbox/tool-chains.ts';
import type { GateDependencies } from '../activities/gates/run-gate.ts';
import type { StepDependencies } from '../activities/steps/dependencies.ts';
import type { Redact } from '../domain/text/redact.ts';
import { readChildEnvironment, type Config } from '../platform/config.ts';
import { createConfigRedactor, createLogger, type Logger } from '../platform/logger.ts';
import { createMetricsRegistry } from '../platform/metrics.ts';
import { createTemporalClient } from '../platform/temporal.ts';
import { openDatabase } from '../prisma/client.ts';
import { createModelCallRepository } from '../prisma/repositories/model-calls.ts';
import { workOrderWorkflowId } from '../workflows/contract.ts';
import { readPolicy } from './read-policy.ts';
import { createRunMessages } from './run-messages.ts';

/** Records are written by up to 8 activities at once; the steps and the gateway need a few more. */
const databaseConnectionsMax = 12;

export interface WorkerParts {
  logger: Logger;
  dependencies: StepDependencies;
  metrics: Registry;
  /** Providers that stand in for one that does not answer, in this order. */
  fallbackChain: string[];
  recordActivities: ReturnType<typeof createRecordActivities>;
  waitingActivities: ReturnType<typeof createWaitingActivities>;
  workspaceActivities: ReturnType<typeof createWorkspaceActivities>;
  close(): Promise<void>;
}

/** Makes everything that this process's activities use. The only place where it is put together. */
export async function composeWorker(config: Config): Promise<WorkerParts> {
  const policy = await readPolicy(config.policyFile);
  const redact = createConfigRedactor(config);
  const logger = createLogger('worker', config, redact);
  const database = openDatabase(config.databaseUrl, databaseConnectionsMax);
  const folders = await makeFolders(config.stateDir);
  const git = createGit({ searchPath: config.childPath, home: config.home, redact });
  const { gates, outbound } = await composeGates(config, redact);
  const { containment, searchPath } = gates;
  const ledger = createModelCallRepository(database);
  const prices = await readPriceTable(config.modelsFile);
  const directory = createModelDirectory(config, prices);
  const metrics = createMetricsRegistry();
  const gateway = createModelGateway({
    ...{ directory, ledger, logger, limits: policy.budget },
    providers: createProviders(config),
    metrics: createModelMetrics(metrics),
  });
  const endpoint = await startModelEndpoint({ gateway, logger });
  const temporal = createTemporalClient(config.temporal);
  const dependencies: StepDependencies = {
    database,
    git,
    mirrors: createMirrors(git, folders.mirrors),
    engine: createAiderEngine({ aiderPath: config.aiderPath, containment, searchPath }),
    gates,
    gateway,
    endpoint,
    directory,
    ledger,
    forge: createLocalForge({ git, database, folder: folders.forge }),
    policy,
    runs: createRunMessages(temporal, logger),
    measureBaseline: createBaselines({ database, gates }),
    lizardPath: config.lizardPath,
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
    metrics,
    fallbackChain: config.fallbackChain,
    recordActivities: createRecordActivities(dependencies),
    waitingActivities: createWaitingActivities(dependencies),
    workspaceActivities: createWorkspaceActivities(dependencies),
    close: async () => {
      await endpoint.close();
      await outbound.close();
      await temporal.close();
      await database.$disconnect();
    },
  };
}

/** What commands of repositories are run with: the sandbox, and its way to the registries. */
async function composeGates(
  config: Config,
  redact: Redact,
): Promise<{ gates: GateDependencies; outbound: OutboundProxy }> {
  const childEnvironment = readChildEnvironment();
  const outbound = await startOutboundProxy(childEnvironment);
  const { home, stateDir, childPath: searchPath, sandbox: mode } = config;
  const containment = await createContainment({
    mode,
    home,
    searchPath,
    stateDir,
    nodePath: process.execPath,
    outbound,
  });
  const gates = {
    containment,
    redact,
    searchPath,
    childEnvironment: { ...toolChainEnvironment(home), ...childEnvironment },
    packageCaches: join(config.cacheDir, 'packages'),
  };
  return { gates, outbound };
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
