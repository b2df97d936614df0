import { join } from 'node:path';

import { openDatabase } from '../../prisma/client.ts';
import { provideDatabase } from '../../tests/support/stack-parts.ts';
import { insertWorkOrder } from '../../tests/support/work-orders.ts';
import { reservePorts } from '../../tools/ports.mjs';
import { startLineProcess, type LineProcess } from './line-process.ts';
import { startLitellm } from './litellm.ts';
import type { Target, Targets } from './measure.ts';

/** Everything that is measured, each in a process of its own. */
export interface BenchGateway {
  load: LineProcess;
  gateway: LineProcess;
  targets: Targets;
  close(): Promise<void>;
}

/**
 * @param folder for data and logs; the caller removes it
 * @throws when a part of ours does not start
 */
export async function startBenchGateway(folder: string, withLitellm: boolean): Promise<BenchGateway> {
  const reserved = await reservePorts([{ part: 'PostgreSQL', preferred: 58_630 }]);
  const [postgres = 0] = reserved.ports;
  const ends: (() => Promise<void>)[] = [async () => reserved.release()];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const ports = { api: 0, workerHealth: 0, temporal: 0, temporalUi: 0, postgres };
    const stored = await provideDatabase({ stateDirectory: folder, ports }, true);
    ends.push(() => stored.remove());
    const database = openDatabase(stored.url, 1);
    const workOrderId = await insertWorkOrder(database);
    await database.$disconnect();
    const start = (name: string, args: string[] = [], environment: Record<string, string> = {}) => {
      const started = startLineProcess(join(import.meta.dirname, name), args, environment);
      ends.push(() => started.stop());
      return started;
    };
    const provider = start('provider.ts');
    const providerUrl = `http://127.0.0.1:${String(await provider.next())}/v1`;
    const gateway = start('gateway-process.ts', [workOrderId], {
      DATABASE_URL: stored.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      RATCHET_STATE_DIR: folder,
      RATCHET_CACHE: folder,
      RATCHET_LOG_LEVEL: 'warn',
      OPENAI_BASE_URL: providerUrl,
      OPENAI_API_KEY: 'none',
      RATCHET_FALLBACK_CHAIN: 'none',
    });
    const { baseUrl: url, token } = (await gateway.next()) as { baseUrl: string; token: string };
    const litellm = withLitellm ? await startLitellm(providerUrl, folder) : null;
    if (litellm !== null) ends.push(() => litellm.stop());
    const direct: Target = { url: providerUrl, token: 'none' };
    const targets = { direct, gateway: { url, token }, litellm: litellm?.target ?? null };
    return { load: start('load.ts'), gateway, targets, close };
  } catch (error) {
    await close();
    throw error;
  }
}
