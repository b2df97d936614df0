/**
 * The gateway with ledger, budgets and stored answers, and its endpoint, in a process of its own as in a worker. On the
 * port of its second argument it answers /session with the address and the token of a session for the next attempt of the
 * order of its first, and /memory with what it holds.
 */
import { createServer } from 'node:http';

import { startModelEndpoint, type ModelSession } from '../../activities/llm/endpoint.ts';
import { createModelGateway } from '../../activities/llm/gateway.ts';
import { createModelMetrics } from '../../activities/llm/model-metrics.ts';
import { createModelDirectory } from '../../activities/llm/models.ts';
import { readPriceTable } from '../../activities/llm/prices/price-table.ts';
import { createProviders } from '../../activities/llm/providers/create-providers.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { loadConfig } from '../../platform/config.ts';
import { createConfigRedactor, createLogger } from '../../platform/logger.ts';
import { createMetricsRegistry } from '../../platform/metrics.ts';
import { openDatabase } from '../../prisma/client.ts';
import { testAnswerKeeping } from '../../tests/support/operator.ts';
import { createModelCallRepository } from '../../prisma/repositories/model-calls.ts';

const [workOrderId = '', controlPort = ''] = process.argv.slice(2);
const config = loadConfig();
const database = openDatabase(config.databaseUrl, 8);
const logger = createLogger('gateway', config, createConfigRedactor(config));
// High enough that no number of calls reaches them.
const farAwayUsdMicros = 1_000_000_000_000;
const limits = {
  ...defaultPolicy.budget,
  dayKillUsdMicros: farAwayUsdMicros,
  monthHardUsdMicros: farAwayUsdMicros,
};
const gateway = createModelGateway({
  directory: createModelDirectory(config, await readPriceTable(undefined)),
  providers: createProviders(config),
  // Encrypted, as every installation with a key has it.
  ledger: createModelCallRepository(database, testAnswerKeeping),
  limits,
  logger,
  metrics: createModelMetrics(createMetricsRegistry()),
});
const endpoint = await startModelEndpoint({ gateway, logger });
let attempt = 0;
let session: ModelSession | undefined;

async function openSession(): Promise<object> {
  await session?.close();
  attempt += 1;
  const scope = { workOrderId, attempt, step: 'edit', costCapUsdMicros: farAwayUsdMicros };
  session = await endpoint.openSession({ scope, model: 'gpt-5.6' });
  return { url: session.baseUrl, token: session.token };
}

function readMemory(): object {
  // What is not collected yet says nothing of what is kept.
  globalThis.gc?.();
  const { heapUsed, external, rss: rssBytes } = process.memoryUsage();
  return { rssBytes, liveBytes: heapUsed + external };
}

createServer((request, response) => {
  const answer = request.url === '/session' ? openSession() : Promise.resolve(readMemory());
  answer.then(
    (content) => response.end(JSON.stringify(content)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(controlPort), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
