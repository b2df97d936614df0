import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { migrate } from '../../prisma/migrate.ts';
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
import { createTestDatabase } from './database.ts';
import { runInProcess } from './in-process-part.ts';
import { createTestNamespace, type TestNamespace } from './namespace.ts';
import { testAuthSecret, testEncryptionKeys } from './operator.ts';
import { shortLived } from './short-lived.ts';
import { createStackPart, type StackPart } from './stack-part.ts';
import { createTemporalServer } from './temporal.ts';
import { provideEditor, type TestEditor } from './test-editor.ts';

/** The clone. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Half of what a start of Node costs is compiling the same files again. */
export const compileCache = join(projectRoot, '.ratchet/compiled-for-tests');

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

/** A namespace of Temporal, and the server it lies on where that is the stack's own. */
export interface StackTemporal extends TestNamespace {
  server: StackPart | null;
}

/** A namespace as a first start finds it: on a server of its own, which a test may kill, or on that of the whole run. */
export async function provideNamespace(place: StackPlace, hasOwnServer: boolean): Promise<StackTemporal> {
  if (!hasOwnServer) return { ...(await createTestNamespace({ withSearchAttributes: false })), server: null };
  const server = await createTemporalPart(place);
  await server.start();
  return { address: `127.0.0.1:${place.ports.temporal}`, namespace: 'default', server };
}

/** @throws when there is only the address of a server */
export function createTemporalPart({ stateDirectory, ports }: StackPlace): ReturnType<typeof createTemporalServer> {
  return createTemporalServer({ stateDirectory, port: ports.temporal, uiPort: ports.temporalUi });
}

/** `api-alone` is an API without a Temporal: it is never ready, so it counts as started when it lives. */
type NodePart = 'api' | 'api-alone' | 'worker';

/** Worker or API in the process of the test. @param environment asked at each start */
export function createInProcessPart(
  place: StackPlace,
  part: 'api' | 'worker',
  environment: () => Record<string, string>,
): StackPart {
  return runInProcess(part, { ...outside(place, part), environment });
}

/** @param environment asked at each start */
export function createNodePart(
  place: StackPlace,
  part: NodePart,
  environment: () => Record<string, string>,
): StackPart {
  const name = folderOf(part);
  return createStackPart({
    name,
    ...outside(place, part),
    command: async () => ({
      command: bundledNodePath(projectRoot),
      args: [...shortLived, join(projectRoot, name, 'main.ts')],
      cwd: projectRoot,
      env: environment(),
    }),
  });
}

function folderOf(part: NodePart): 'api' | 'worker' {
  return part === 'worker' ? 'worker' : 'api';
}

/** Where a part writes its log, and where it says that it is ready, whichever process it runs in. */
function outside({ stateDirectory, ports }: StackPlace, part: NodePart) {
  const port = part === 'worker' ? ports.workerHealth : ports.api;
  const healthPath = part === 'api-alone' ? '/livez' : '/readyz';
  return {
    logFile: join(stateDirectory, 'logs', `${folderOf(part)}.log`),
    isReady: () => answersOk(`http://127.0.0.1:${port}${healthPath}`),
  };
}

/** What worker and API of every stack get: no provider but the scripted model, whatever keys the machine has. */
export async function nodeEnvironment(
  { stateDirectory, ports }: StackPlace,
  databaseUrl: string,
  editor: TestEditor,
): Promise<Record<string, string>> {
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
    RATCHET_AUTH_SECRETS: testAuthSecret,
    RATCHET_ENCRYPTION_KEYS: testEncryptionKeys,
    RATCHET_API_PORT: String(ports.api),
    RATCHET_WORKER_HEALTH_PORT: String(ports.workerHealth),
    RATCHET_SCRIPTED_MODEL: join(projectRoot, 'examples/scripted-model.yaml'),
    RATCHET_LOG_LEVEL: 'debug',
    NODE_COMPILE_CACHE: compileCache,
    // Port 1: nobody listens there, so no Ollama of the machine takes part.
    OLLAMA_BASE_URL: 'http://127.0.0.1:1',
    AIDER_PATH: await provideEditor(editor, stateDirectory),
    ...(lizard === undefined ? {} : { LIZARD_PATH: lizard.path }),
  };
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
