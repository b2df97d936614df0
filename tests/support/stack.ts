import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { openDatabase, type Database } from '../../prisma/client.ts';
import { reservePorts } from '../../tools/ports.mjs';
import type { TestNamespace } from './namespace.ts';
import { makeOperator, readableData } from './operator.ts';
import type { StackPart } from './stack-part.ts';
import {
  createInProcessPart,
  createNodePart,
  nodeEnvironment,
  provideDatabase,
  provideNamespace,
  type StackDatabase,
  type StackPlace,
  type StackTemporal,
} from './stack-parts.ts';
import type { TestEditor } from './test-editor.ts';

export interface StackOptions {
  /** Variables of worker and API beside those that every stack has. */
  environment?: Record<string, string>;
  /** Changes of the policy, as a policy file has them. */
  policy?: object;
  /**
   * What a test may kill or look into: servers of its own, else a database or a namespace on that of the whole run; worker
   * and API in processes of their own, else in that of the test.
   */
  own?: { postgres?: boolean; temporal?: boolean; processes?: boolean };
  /** What edits; default 'aider'. The stand-in is for tests whose subject is not the editing. */
  editor?: TestEditor;
}

/** A person is asked as soon as one attempt has failed, without a repair. */
export const askAtOnce = { attemptsMax: 1, repairRoundsMax: 0 };

/** PostgreSQL, Temporal, worker and API as a first start has them, on a state folder of their own. */
export interface TestStack {
  stateDirectory: string;
  apiUrl: string;
  /** Where Temporal holds its runs. */
  runsIn: TestNamespace;
  /** Another one after `startServers`. */
  database: Database;
  temporal: Client;
  /** @param changes variables that only this worker gets */
  startWorker(changes?: Record<string, string>): Promise<void>;
  /** Writes a policy file. @returns the variables with which a worker reads it */
  writePolicy(policy: object): Promise<Record<string, string>>;
  /** A state folder as a worker on another machine has it, below the stack's own. @returns the variables for it */
  makeOtherDisk(name: string): Promise<Record<string, string>>;
  stopWorker(): Promise<void>;
  /** kill -9 of the worker process and of nothing else; it must have one. */
  killWorker(): Promise<void>;
  /** kill -9 of API, worker and the servers that are the stack's own. */
  killEverything(): Promise<void>;
  /** Starts the servers again that are the stack's own, on the same state and the same ports. */
  startServers(): Promise<void>;
  /** Starts worker and API again. */
  startWorkerAndApi(): Promise<void>;
  /** Ends everything and removes its state. */
  close(): Promise<void>;
}

interface StackParts {
  api: StackPart;
  worker: StackPart;
  temporal: StackTemporal;
  database: StackDatabase;
}

/** @throws when a part can't be had or does not start */
export async function startTestStack(options: StackOptions = {}): Promise<TestStack> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'ratchet-test-stack-'));
  const reserved = await reserveStackPorts();
  const place = { stateDirectory, ports: reserved.ports };
  const [database, temporal] = await Promise.all([
    provideDatabase(place, options.own?.postgres === true),
    provideNamespace(place, options.own?.temporal === true),
  ]);
  await makeOperator(database.url);
  const files = createStackFiles(stateDirectory);
  const policy = options.policy === undefined ? {} : await files.writePolicy(options.policy);
  const editor = options.editor ?? 'aider';
  const environment = {
    ...(await nodeEnvironment(place, database.url, editor)),
    ...{ TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
    ...policy,
    ...options.environment,
  };
  let workerChanges: Record<string, string> = {};
  const createPart = options.own?.processes === true ? createNodePart : createInProcessPart;
  const parts = {
    api: createPart(place, 'api', () => environment),
    worker: createPart(place, 'worker', () => ({ ...environment, ...workerChanges })),
    temporal,
    database,
  };
  const stack: TestStack = {
    stateDirectory,
    apiUrl: `http://127.0.0.1:${place.ports.api}`,
    ...files,
    ...openClients(temporal, database.url),
    async startWorker(changes = {}) {
      workerChanges = changes;
      await parts.worker.start();
    },
    stopWorker: () => parts.worker.stop(),
    killWorker: () => parts.worker.kill(),
    async killEverything() {
      await stack.database.$disconnect();
      await Promise.all([parts.api, parts.worker, temporal.server, database.server].map(async (part) => part?.kill()));
    },
    async startServers() {
      await Promise.all([database.server?.start(), temporal.server?.start()]);
      stack.database = openDatabase(database.url, 2);
    },
    async startWorkerAndApi() {
      await Promise.all([parts.worker.start(), parts.api.start()]);
    },
    async close() {
      await closeStack(stack, parts);
      reserved.release();
    },
  };
  try {
    await stack.startWorkerAndApi();
  } catch (error) {
    await stack.close();
    throw error;
  }
  return stack;
}

function createStackFiles(stateDirectory: string): Pick<TestStack, 'writePolicy' | 'makeOtherDisk'> {
  let policies = 0;
  return {
    async writePolicy(policy) {
      policies += 1;
      const path = join(stateDirectory, `policy-${policies}.yaml`);
      // JSON is YAML, too.
      await writeFile(path, JSON.stringify(policy));
      return { RATCHET_POLICY_FILE: path };
    },
    async makeOtherDisk(name) {
      const disk = join(stateDirectory, 'disks', name);
      await mkdir(disk, { recursive: true });
      return { RATCHET_STATE_DIR: disk };
    },
  };
}

async function reserveStackPorts(): Promise<{ ports: StackPlace['ports']; release: () => void }> {
  const wanted = ['API', 'worker health', 'Temporal', "Temporal's UI", 'PostgreSQL'];
  const reserved = await reservePorts(wanted.map((part) => ({ part })));
  const [api = 0, workerHealth = 0, temporal = 0, temporalUi = 0, postgres = 0] = reserved.ports;
  return { ports: { api, workerHealth, temporal, temporalUi, postgres }, release: reserved.release };
}

function openClients(
  { address, namespace }: StackTemporal,
  databaseUrl: string,
): Pick<TestStack, 'runsIn' | 'temporal' | 'database'> {
  const connection = Connection.lazy({ address });
  return {
    runsIn: { address, namespace },
    temporal: new Client({ connection, namespace, dataConverter: readableData() }),
    database: openDatabase(databaseUrl, 2),
  };
}

async function closeStack(stack: TestStack, { api, worker, temporal, database }: StackParts): Promise<void> {
  await stack.temporal.connection.close();
  await stack.database.$disconnect();
  for (const part of [api, worker, temporal.server]) await part?.stop();
  await database.remove();
  await rm(stack.stateDirectory, { recursive: true, force: true, maxRetries: 3 });
}
