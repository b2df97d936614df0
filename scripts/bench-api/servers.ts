import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { openDatabase, type Database } from '../../prisma/client.ts';
import { makePerson } from '../../tests/support/operator.ts';
import { createStackPart } from '../../tests/support/stack-part.ts';
import { createNodePart, nodeEnvironment, provideDatabase } from '../../tests/support/stack-parts.ts';
import { hostEnvironment } from '../../tools/environment.mjs';
import { reservePorts } from '../../tools/ports.mjs';

/** What is measured: the API and a bare server on the same PostgreSQL, each a process of its own. */
export interface BenchApi {
  apiUrl: string;
  bareUrl: string;
  database: Database;
  /** A person with the role user, whose orders are asked for. */
  person: { id: string; token: string };
  close(): Promise<void>;
}

const unlimited = ['user', 'coach', 'approver', 'operator', 'on_call', 'admin', 'all']
  .map((name) => `${name}=900000000`)
  .join(',');

/** Starts everything in a state folder of the benchmark's own. Temporal is an address that takes calls and never answers. */
export async function startBenchApi(stateDirectory: string): Promise<BenchApi> {
  const ends: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const reserved = await reservePorts(['API', 'PostgreSQL', 'bare server'].map((part) => ({ part })));
    ends.push(async () => reserved.release());
    const [api = 0, postgres = 0, bare = 0] = reserved.ports;
    const silent = await startSilentServer();
    ends.push(silent.close);
    const place = { stateDirectory, ports: { api, postgres, temporal: silent.port, workerHealth: 1, temporalUi: 1 } };
    const stored = await provideDatabase(place, true);
    ends.push(() => stored.remove());
    const database = openDatabase(stored.url, 4);
    ends.push(() => database.$disconnect());
    const person = await makePerson(database, 'user');
    const environment = {
      ...(await nodeEnvironment(place, stored.url, 'quick')),
      ...{ RATCHET_LOG_LEVEL: 'error', RATCHET_REQUESTS_PER_HOUR: unlimited },
    };
    const part = createNodePart(place, 'api-alone', () => environment);
    await part.start();
    ends.push(() => part.stop());
    const urls = { apiUrl: `http://127.0.0.1:${String(api)}`, bareUrl: `http://127.0.0.1:${String(bare)}` };
    const server = createStackPart({
      name: 'bare-server',
      logFile: join(stateDirectory, 'logs/bare-server.log'),
      command: async () => ({
        command: process.execPath,
        args: [join(import.meta.dirname, 'bare-server.ts'), stored.url, person.id, String(bare)],
        env: hostEnvironment(),
      }),
      isReady: () => answers(`${urls.bareUrl}/ready`),
    });
    ends.push(() => server.stop());
    await server.start();
    return { ...urls, database, person, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startSilentServer(): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Nobody listens yet, which is the question.
    return false;
  }
}
