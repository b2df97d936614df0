import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Registry } from 'prom-client';

import { createRecordActivities, createWaitingActivities, createWorkspaceActivities } from '../activities/index.ts';
import { createBaselines } from '../activities/gates/baseline.ts';
import { createAiderEngine } from '../activities/aider/aider-engine.ts';
import { createLocalForge } from '../activities/forge/local/local-forge.ts';
import { createLaunchedGit } from '../activities/git/git-command.ts';
import { createMirrors } from '../activities/git/mirror.ts';
import { startModelEndpoint, type ModelEndpoint } from '../activities/llm/endpoint.ts';
import { createModelGateway, type ModelGatewayOptions } from '../activities/llm/gateway.ts';
import { createModelMetrics } from '../activities/llm/model-metrics.ts';
import { createModelDirectory } from '../activities/llm/models.ts';
import { readPriceTable } from '../activities/llm/prices/price-table.ts';
import { createProviders } from '../activities/llm/providers/create-providers.ts';
import { withStandInSwitch } from '../activities/llm/stand-in-switch.ts';
import { createContainment } from '../activities/sandbox/containment.ts';
import { startOutboundProxy, type OutboundProxy } from '../activities/sandbox/outbound-proxy.ts';
import { toolChainEnvironment } from '../activities/sandbox/tool-chains.ts';
import type { GateDependencies } from '../activities/gates/run-gate.ts';
import type { StepDependencies } from '../activities/steps/dependencies.ts';
import { createKnownSecrets, type KnownSecrets, type Redact } from '../domain/text/redact.ts';
import type { Config } from '../platform/config.ts';
import { configSecrets, createLogger, writeToStandardOutput, type Logger, type WriteLine } from '../platform/logger.ts';
import { openFlags, type Flags } from '../platform/flags.ts';
import { createMetricsRegistry } from '../platform/metrics.ts';
import type { PayloadProtection } from '../platform/payload-codec.ts';
import { createTemporalClient } from '../platform/temporal.ts';
import { openDatabase } from '../prisma/client.ts';
import { redactWrites } from '../prisma/redacted-writes.ts';
import { createFlagStore } from '../prisma/repositories/feature-flags.ts';
import { createAnswerKeeping, createModelCallRepository } from '../prisma/repositories/model-calls.ts';
import { workOrderWorkflowId } from '../workflows/contract.ts';
import { readPolicy } from './read-policy.ts';
import { redactFailures } from './redact-failures.ts';
import { createRunMessages } from './run-messages.ts';

/** Records are written by up to 8 activities at once; the steps and the gateway need a few more. */
const databaseConnectionsMax = 12;

/** A token is hidden for longer than it is worth something. */
const tokenHiddenMs = 10 * 60_000;

export interface WorkerParts {
  logger: Logger;
  dependencies: StepDependencies;
  metrics: Registry;
  /** Of everything that the workers send to Temporal. */
  protection: PayloadProtection;
  /** Providers that stand in for one that does not answer, in this order. */
  fallbackChain: string[];
  recordActivities: ReturnType<typeof createRecordActivities>;
  waitingActivities: ReturnType<typeof createWaitingActivities>;
  workspaceActivities: ReturnType<typeof createWorkspaceActivities>;
  close(): Promise<void>;
}

/** Makes everything that a worker's activities use. The only place where it is put together. */
export async function composeWorker(config: Config, writeLog: WriteLine = writeToStandardOutput): Promise<WorkerParts> {
  const policy = await readPolicy(config.policyFile);
  const { secrets, protection, logger, opened, database, ledger } = openRecords(config, writeLog);
  const { redact } = secrets;
  const folders = await makeFolders(config.stateDir);
  const { git, close: closeGit } = createLaunchedGit({ searchPath: config.childPath, home: config.home, redact });
  const { gates, outbound } = await composeGates(config, redact);
  const { containment, searchPath } = gates;
  const flags = await openFlags(createFlagStore(database), logger);
  const limits = policy.budget;
  const { directory, gateway, metrics } = await composeModels(config, { ledger, logger, flags, limits });
  const endpoint = hideTokens(await startModelEndpoint({ gateway, logger }), secrets);
  const temporal = createTemporalClient(config.temporal, protection);
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
    flags,
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
    protection,
    fallbackChain: config.fallbackChain,
    recordActivities: redactFailures(createRecordActivities(dependencies), redact),
    waitingActivities: redactFailures(createWaitingActivities(dependencies), redact),
    workspaceActivities: redactFailures(createWorkspaceActivities(dependencies), redact),
    close: async () => {
      closeGit();
      await endpoint.close();
      await outbound.close();
      await temporal.close();
      await flags.close();
      await opened.$disconnect();
    },
  };
}

/** Everything that writes, none of which lets a secret through. */
function openRecords(config: Config, writeLog: WriteLine) {
  const secrets = createKnownSecrets(configSecrets(config));
  const { redact } = secrets;
  const { encryptionKeys: keys } = config;
  const opened = openDatabase(config.databaseUrl, databaseConnectionsMax);
  return {
    secrets,
    protection: { keys, writesPlain: !config.encryptsPayloads, redact } satisfies PayloadProtection,
    logger: createLogger('worker', { logLevel: config.logLevel, writeLog }, redact),
    opened,
    database: redactWrites(opened, secrets),
    // Its statements go straight to the driver, which only the database as it was opened has.
    ledger: createModelCallRepository(opened, createAnswerKeeping(keys)),
  };
}

/** The models that there are, and the one way to them. */
async function composeModels(
  config: Config,
  tools: Pick<ModelGatewayOptions, 'ledger' | 'logger' | 'limits'> & { flags: Flags },
) {
  const prices = await readPriceTable(config.modelsFile);
  const directory = withStandInSwitch(createModelDirectory(config, prices), tools.flags);
  const metrics = createMetricsRegistry();
  const gateway = createModelGateway({
    ...tools,
    directory,
    providers: createProviders(config),
    metrics: createModelMetrics(metrics),
  });
  return { directory, gateway, metrics };
}

/** The tokens of the endpoint are secrets for as long as they are worth something: a child could print its own. */
function hideTokens(endpoint: ModelEndpoint, secrets: KnownSecrets): ModelEndpoint {
  return {
    ...endpoint,
    async openSession(request) {
      const session = await endpoint.openSession(request);
      const forget = secrets.add(session.token);
      return {
        ...session,
        async close() {
          await session.close();
          // What the child said last is still to be written.
          setTimeout(forget, tokenHiddenMs).unref();
        },
      };
    },
  };
}

/** What commands of repositories are run with: the sandbox, and its way to the registries. */
async function composeGates(
  config: Config,
  redact: Redact,
): Promise<{ gates: GateDependencies; outbound: OutboundProxy }> {
  const { home, stateDir, childPath: searchPath, childEnvironment, sandbox: mode } = config;
  const outbound = await startOutboundProxy(childEnvironment);
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
