import { join } from 'node:path';

import { request } from 'undici';

import { openDatabase } from '../../prisma/client.ts';
import { createStackPart } from '../../tests/support/stack-part.ts';
import { provideDatabase } from '../../tests/support/stack-parts.ts';
import { insertWorkOrder } from '../../tests/support/work-orders.ts';
import { hostEnvironment } from '../../tools/environment.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import type { LoadResult } from './load-job.ts';
import { startLitellm } from './litellm.ts';
import type { GatewayMemory, Load, Target, Targets } from './measure.ts';

/** Everything that is measured, each in a process of its own. */
export interface BenchGateway {
  load: Load;
  readMemory: () => Promise<GatewayMemory>;
  targets: Targets;
  close(): Promise<void>;
}

/** Longer than 100,000 calls take. */
const jobTimeoutMs = 30 * 60_000;

/**
 * @param folder for data and logs; the caller removes it
 * @throws when a part of ours does not start
 */
export async function startBenchGateway(folder: string, withLitellm: boolean): Promise<BenchGateway> {
  const names = ['PostgreSQL', 'provider', 'gateway', 'proxy', 'load'];
  const reserved = await reservePorts(names.map((part) => ({ part })));
  const [postgres = 0, providerPort = 0, gatewayPort = 0, proxyPort = 0, loadPort = 0] = reserved.ports;
  const ends: (() => Promise<void>)[] = [async () => reserved.release()];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  const start = async (name: string, args: string[], { port, env = {} }: StartOptions) => {
    const part = createStackPart({
      name,
      logFile: join(folder, 'logs', `${name}.log`),
      command: async () => ({
        command: process.execPath,
        args: ['--expose-gc', join(import.meta.dirname, `${name}.ts`), ...args],
        env: hostEnvironment(env),
      }),
      isReady: () => answers(port),
    });
    ends.push(() => part.stop());
    await part.start();
  };
  try {
    const ports = { api: 0, workerHealth: 0, temporal: 0, temporalUi: 0, postgres };
    const stored = await provideDatabase({ stateDirectory: folder, ports }, true);
    ends.push(() => stored.remove());
    const workOrderId = await makeOrder(stored.url);
    const providerUrl = `http://127.0.0.1:${providerPort}/v1`;
    await start('provider', [String(providerPort)], { port: providerPort });
    const env = gatewayEnvironment(folder, stored.url, providerUrl);
    await start('gateway-process', [workOrderId, String(gatewayPort)], { port: gatewayPort, env });
    await start('empty-proxy', [String(proxyPort), providerUrl], { port: proxyPort });
    await start('load', [String(loadPort)], { port: loadPort });
    const litellm = withLitellm ? await startLitellm(providerUrl, folder) : null;
    if (litellm !== null) ends.push(() => litellm.stop());
    const direct: Target = { url: providerUrl, token: 'none' };
    const proxy: Target = { url: `http://127.0.0.1:${proxyPort}/v1`, token: 'none' };
    return {
      load: (job) => sendJob(loadPort, JSON.stringify(job)),
      readMemory: async () => (await askGateway(gatewayPort, 'memory')) as GatewayMemory,
      targets: {
        direct: async () => direct,
        proxy: async () => proxy,
        gateway: async () => (await askGateway(gatewayPort, 'session')) as Target,
        litellm: litellm === null ? null : async () => litellm.target,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface StartOptions {
  /** Where it answers when it is ready. */
  port: number;
  env?: Record<string, string>;
}

async function makeOrder(databaseUrl: string): Promise<string> {
  const database = openDatabase(databaseUrl, 1);
  const workOrderId = await insertWorkOrder(database);
  await database.$disconnect();
  return workOrderId;
}

function gatewayEnvironment(folder: string, databaseUrl: string, providerUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    RATCHET_STATE_DIR: folder,
    RATCHET_CACHE: folder,
    RATCHET_LOG_LEVEL: 'warn',
    OPENAI_BASE_URL: providerUrl,
    OPENAI_API_KEY: 'none',
    RATCHET_FALLBACK_CHAIN: 'none',
  };
}

async function answers(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
  return response !== null;
}

async function askGateway(port: number, what: 'session' | 'memory'): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/${what}`);
  return response.json();
}

async function sendJob(port: number, job: string): Promise<LoadResult> {
  const limits = { headersTimeout: jobTimeoutMs, bodyTimeout: jobTimeoutMs };
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body: job, ...limits });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`The load failed: ${text}`);
  return JSON.parse(text) as LoadResult;
}
