/**
 * The gateway with ledger, budgets and stored answers, and its endpoint, in a process of its own as in a worker. Prints
 * the endpoint's address and the token of a session as one line of JSON; after each line on standard input its memory.
 */
import { createInterface } from 'node:readline';

import { startModelEndpoint } from '../../activities/llm/endpoint.ts';
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
import { createModelCallRepository } from '../../prisma/repositories/model-calls.ts';

const [workOrderId = ''] = process.argv.slice(2);
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
  ledger: createModelCallRepository(database),
  limits,
  logger,
  metrics: createModelMetrics(createMetricsRegistry()),
});
const endpoint = await startModelEndpoint({ gateway, logger });
const session = await endpoint.openSession({
  scope: { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: farAwayUsdMicros },
  model: 'gpt-5.6',
});
console.log(JSON.stringify({ baseUrl: session.baseUrl, token: session.token }));
createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify({ rssBytes: process.memoryUsage().rss }));
});
process.on('SIGTERM', () => process.exit(0));
