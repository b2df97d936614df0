import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { openDatabase, type Database } from '../../prisma/client.ts';
import { makeOperator, readableData } from '../../tests/support/operator.ts';
import type { StackPart } from '../../tests/support/stack-part.ts';
import {
  createNodePart,
  createTemporalPart,
  nodeEnvironment,
  provideDatabase,
  type StackPlace,
} from '../../tests/support/stack-parts.ts';
import { reservePorts } from '../../tools/ports.mjs';

/** PostgreSQL and Temporal of the benchmark's own, for workers of its own. */
export interface BenchServers {
  place: StackPlace;
  /** Variables of a worker or API on these servers. */
  environment: Record<string, string>;
  database: Database;
  temporal: Client;
  apiUrl: string;
  /** Starts the API. It ends with everything else. */
  startApi(): Promise<void>;
  /** Starts the product's worker with a state folder of its own. @returns the folder */
  startWorker(changes?: Record<string, string>): Promise<string>;
  /** A further worker's place: a state folder and a port of its own. */
  makeWorkerPlace(): Promise<StackPlace>;
  close(): Promise<void>;
}

/** @throws when a part can't be had or does not start */
export async function startBenchServers(changes: Record<string, string> = {}): Promise<BenchServers> {
  const stateDirectory = await makeStateDirectory();
  const names = ['API', 'worker health', 'Temporal', "Temporal's UI", 'PostgreSQL'];
  const reserved = await reservePorts(names.map((part) => ({ part })));
  const [api = 0, workerHealth = 0, temporal = 0, temporalUi = 0, postgres = 0] = reserved.ports;
  const place = { stateDirectory, ports: { api, workerHealth, temporal, temporalUi, postgres } };
  const ends: (() => Promise<void>)[] = [async () => reserved.release(), () => removeFolder(stateDirectory)];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const part = await createTemporalPart(place);
    await part.start();
    ends.push(() => part.stop());
    const stored = await provideDatabase(place, true);
    ends.push(() => stored.remove());
    await makeOperator(stored.url);
    const environment = {
      ...(await nodeEnvironment(place, stored.url, 'aider')),
      RATCHET_LOG_LEVEL: 'warn',
      ...changes,
    };
    const database = openDatabase(stored.url, 4);
    ends.push(() => database.$disconnect());
    const connection = Connection.lazy({ address: `127.0.0.1:${temporal}` });
    ends.push(() => connection.close());
    const clients = {
      database,
      temporal: new Client({ connection, dataConverter: readableData() }),
      apiUrl: `http://127.0.0.1:${api}`,
    };
    return { place, environment, ...clients, ...createStarters({ place, environment, ends }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Running {
  place: StackPlace;
  environment: Record<string, string>;
  /** What ends each thing that was started, in the order of their starts. */
  ends: (() => Promise<void>)[];
}

function createStarters({ place, environment, ends }: Running) {
  const start = async (part: StackPart) => {
    ends.push(() => part.stop());
    await part.start();
  };
  const makeWorkerPlace = async (): Promise<StackPlace> => {
    const stateDirectory = await makeStateDirectory();
    const reserved = await reservePorts([{ part: 'worker health' }]);
    ends.push(
      () => removeFolder(stateDirectory),
      async () => reserved.release(),
    );
    return { stateDirectory, ports: { ...place.ports, workerHealth: reserved.ports[0] ?? 0 } };
  };
  return {
    makeWorkerPlace,
    startApi: () => start(createNodePart(place, 'api', () => environment)),
    async startWorker(changes: Record<string, string> = {}): Promise<string> {
      const own = await makeWorkerPlace();
      const variables = { ...environment, ...variablesOf(own), ...changes };
      await start(createNodePart(own, 'worker', () => variables));
      return own.stateDirectory;
    },
  };
}

/** What of a worker's environment differs from that of the others. */
export function variablesOf({ stateDirectory, ports }: StackPlace): Record<string, string> {
  return { RATCHET_STATE_DIR: stateDirectory, RATCHET_WORKER_HEALTH_PORT: String(ports.workerHealth) };
}

async function makeStateDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-bench-'));
  return folder;
}

function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
