import { createModelGateway, type GenerateRequest, type ModelGateway } from '../../activities/llm/gateway.ts';
import { createModelDirectory } from '../../activities/llm/models.ts';
import { createProviders } from '../../activities/llm/providers/create-providers.ts';
import { loadConfig, type Config } from '../../platform/config.ts';
import { createConfigRedactor, createLogger } from '../../platform/logger.ts';
import type { Database } from '../../prisma/client.ts';
import { createModelCallRepository } from '../../prisma/repositories/model-calls.ts';

/** A key that must never be seen in an answer, a log or an error. */
export const testKey = 'sk-proj-thisKeyMustNeverBeSeen1234567890';

/** The settings of a worker that knows one OpenAI-compatible provider, plus what a test changes. */
export function testConfig(settings: Record<string, string>): Config {
  return loadConfig({
    DATABASE_URL: 'postgresql://ratchet@127.0.0.1:1/unused',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    RATCHET_STATE_DIR: '/unused',
    RATCHET_CACHE: '/unused',
    RATCHET_LOG_LEVEL: 'silent',
    // Port 1: nobody listens there, so no Ollama of the machine takes part.
    OLLAMA_BASE_URL: 'http://127.0.0.1:1',
    ...settings,
  });
}

/** A gateway that asks the provider at `baseUrl` with `gpt-5.6`, retrying at once. */
export function createTestGateway(options: {
  database: Database;
  baseUrl: string;
  settings?: Record<string, string>;
  callTimeoutMs?: number;
}): ModelGateway {
  const config = testConfig({ OPENAI_API_KEY: testKey, OPENAI_BASE_URL: options.baseUrl, ...options.settings });
  return createModelGateway({
    directory: createModelDirectory(config),
    providers: createProviders(config),
    ledger: createModelCallRepository(options.database),
    logger: createLogger('test', config, createConfigRedactor(config)),
    retryPolicy: { triesMax: 3, baseDelayMs: 10, delayMaxMs: 5_000 },
    ...(options.callTimeoutMs === undefined ? {} : { callTimeoutMs: options.callTimeoutMs }),
  });
}

/** A request in the edit step of the first attempt, with a cap of five dollars. */
export function editRequest(
  workOrderId: string,
  prompt: string,
  changes: Partial<GenerateRequest> = {},
): GenerateRequest {
  return {
    scope: { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros: 5_000_000 },
    model: 'gpt-5.6',
    messages: [{ role: 'user', content: prompt }],
    ...changes,
  };
}
