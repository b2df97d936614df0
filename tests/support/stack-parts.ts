import { mkdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { migrate } from '../../prisma/migrate.ts';
import { lookForAider } from '../../tools/aider.mjs';
import { lookForLizard } from '../../tools/lizard.mjs';
import { cacheFolder } from '../../tools/cache.mjs';
import { stackEnvironment } from '../../tools/environment.mjs';
import { bundledNodePath, pathWithBundledNode } from '../../tools/node-runtime.mjs';
import {
  ensurePostgresData,
  isPostgresReady,
  postgresServerCommand,
  postgresUrl,
} from '../../tools/postgres-server.mjs';
import { provideTemporal } from '../../tools/temporal-program.mjs';
import { isTemporalReady, temporalServerArguments } from '../../tools/temporal-server.mjs';
import { createTestDatabase } from './database.ts';
import { createStackPart, type StackPart } from './stack-part.ts';

/** The clone. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface StackPlace {
  stateDirectory: string;
  ports: { api: number; workerHealth: number; temporal: number; temporalUi: number; postgres: number };
}

/** A database, and the server it lies on where that is the stack's own. */
export interface StackDatabase {
  url: string;
  server: StackPart | null;
  remove(): Promise<void>;
}

/** A fresh database: on a server of its own, which a test may kill, or on that of the whole run. */
export async function provideDatabase(place: StackPlace, hasOwnServer: boolean): Promise<StackDatabase> {
  if (!hasOwnServer) {
    const { url, drop } = await createTestDatabase();
    return { url, server: null, remove: drop };
  }
  const { stateDirectory, ports } = place;
  await ensurePostgresData({ root: projectRoot, stateDirectory });
  const where = { stateDirectory, port: ports.postgres };
  const url = postgresUrl(where);
  const server = createStackPart({
    name: 'postgres',
    logFile: join(stateDirectory, 'logs/postgres.log'),
    command: () => postgresServerCommand({ root: projectRoot, ...where }),
    isReady: () => isPostgresReady(url),
  });
  await server.start();
  await migrate(url);
  return { url, server, remove: () => server.stop() };
}

/** @throws when there is only the address of a server: orders of others run on it, and nobody may kill it */
export async function createTemporalPart({
  stateDirectory,
  ports,
}: StackPlace): Promise<{ part: StackPart; program: string }> {
  const { path, version } = await provideTemporal(projectRoot);
  if (path === undefined) throw new Error('These tests start a Temporal of their own: unset TEMPORAL_ADDRESS.');
  const { temporal: port, temporalUi: uiPort } = ports;
  const part = createStackPart({
    name: 'temporal',
    logFile: join(stateDirectory, 'logs/temporal.log'),
    command: async () => ({
      command: path,
      args: temporalServerArguments({ stateDirectory, version, port, uiPort }),
      env: stackEnvironment({ HOME: stateDirectory }),
      graceMs: 3_000,
    }),
    isReady: () => isTemporalReady(`127.0.0.1:${port}`),
  });
  return { part, program: path };
}

/** @param environment asked at each start */
export function createNodePart(
  { stateDirectory, ports }: StackPlace,
  name: 'api' | 'worker',
  environment: () => Record<string, string>,
): StackPart {
  const port = name === 'api' ? ports.api : ports.workerHealth;
  return createStackPart({
    name,
    logFile: join(stateDirectory, 'logs', `${name}.log`),
    command: async () => ({
      command: bundledNodePath(projectRoot),
      args: ['--enable-source-maps', join(projectRoot, name, 'main.ts')],
      cwd: projectRoot,
      env: environment(),
    }),
    isReady: () => answersOk(`http://127.0.0.1:${port}/readyz`),
  });
}

/** What worker and API of every stack get: no provider but the scripted model, whatever keys the machine has. */
export async function nodeEnvironment(
  { stateDirectory, ports }: StackPlace,
  databaseUrl: string,
): Promise<Record<string, string>> {
  const { found, note } = await lookForAider();
  if (found === undefined) throw new Error(`There is no Aider to edit with (${note ?? 'npm start installs it'}).`);
  const lizard = await lookForLizard();
  const own = Object.entries(stackEnvironment()).filter(([name]) => !/^(ANTHROPIC|OPENAI|OLLAMA|RATCHET)_/.test(name));
  return {
    ...Object.fromEntries(own),
    PATH: pathWithBundledNode(projectRoot),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_UI_URL: `http://127.0.0.1:${ports.temporalUi}`,
    RATCHET_STATE_DIR: stateDirectory,
    RATCHET_CACHE: cacheFolder(),
    RATCHET_API_PORT: String(ports.api),
    RATCHET_WORKER_HEALTH_PORT: String(ports.workerHealth),
    RATCHET_SCRIPTED_MODEL: join(projectRoot, 'examples/scripted-model.yaml'),
    RATCHET_LOG_LEVEL: 'debug',
    // Port 1: nobody listens there, so no Ollama of the machine takes part.
    OLLAMA_BASE_URL: 'http://127.0.0.1:1',
    AIDER_PATH: found.path,
    ...(lizard === undefined ? {} : { LIZARD_PATH: lizard.path }),
  };
}

/** Bundling the workflows takes seconds and gives the same for every stack; a bundle's name is the hash of its sources. */
export async function shareWorkflowBundles(stateDirectory: string): Promise<void> {
  const shared = join(tmpdir(), 'ratchet-test-workflow-bundles');
  await mkdir(shared, { recursive: true });
  await symlink(shared, join(stateDirectory, 'workflow-bundles'));
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nobody listens yet, which is the question.
    return false;
  }
}
