import { randomUUID } from 'node:crypto';

import { Registry } from 'prom-client';

import type { CircuitBreakers } from '../../activities/llm/circuit-breaker.ts';
import { createModelGateway, type GenerateRequest, type ModelGateway } from '../../activities/llm/gateway.ts';
import { createModelMetrics } from '../../activities/llm/model-metrics.ts';
import { createModelDirectory } from '../../activities/llm/models.ts';
import { wrapUpHintSize } from '../../activities/llm/prompt.ts';
import { readPriceTable } from '../../activities/llm/prices/price-table.ts';
import { createProviders } from '../../activities/llm/providers/create-providers.ts';
import type { CallTimeouts } from '../../activities/llm/providers/provider.ts';
import type { RetryPolicy } from '../../activities/llm/retry.ts';
import type { BudgetLimits } from '../../domain/budget/limits.ts';
import { loadConfig, type Config } from '../../platform/config.ts';
import { createConfigRedactor, createLogger } from '../../platform/logger.ts';
import type { Database } from '../../prisma/client.ts';
import {
  createModelCallRepository,
  type ModelCallRepository,
  type Reservation,
} from '../../prisma/repositories/model-calls.ts';
import { testAnswerKeeping } from './operator.ts';

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

/** The prices that come with the product. */
export const testPrices = await readPriceTable(undefined);

/** So high that no test reaches one by chance. */
export const noLimits: BudgetLimits = {
  daySoftUsdMicros: 1e12,
  dayHardUsdMicros: 2e12,
  dayKillUsdMicros: 3e12,
  monthTargetUsdMicros: 4e12,
  monthHardUsdMicros: 5e12,
};

/** Limits of one try for a test that waits for them; they are kept to within a second. */
export const impatient: Partial<CallTimeouts> = { firstByteMs: 300, stallMs: 250 };

export interface TestGatewayOptions {
  database: Database;
  /** Of an OpenAI-compatible provider, up to and with `/v1`. */
  baseUrl: string;
  /** What a test changes of the settings. */
  settings?: Record<string, string>;
  /** All limits of one try. */
  callTimeoutMs?: number;
  timeouts?: Partial<CallTimeouts>;
  limits?: Partial<BudgetLimits>;
  retryPolicy?: Partial<RetryPolicy>;
  breakers?: CircuitBreakers;
  ledger?: ModelCallRepository;
  /** Where the metrics are counted. */
  registry?: Registry;
}

/** A gateway that asks the provider at `baseUrl` with `gpt-5.6`, retrying at once. */
export function createTestGateway(options: TestGatewayOptions): ModelGateway {
  const config = testConfig({ OPENAI_API_KEY: testKey, OPENAI_BASE_URL: options.baseUrl, ...options.settings });
  const { callTimeoutMs: limitMs, breakers } = options;
  const all = limitMs === undefined ? {} : { firstByteMs: limitMs, stallMs: limitMs, totalMs: limitMs };
  return createModelGateway({
    directory: createModelDirectory(config, testPrices),
    providers: createProviders(config),
    ledger: options.ledger ?? createModelCallRepository(options.database, testAnswerKeeping),
    limits: { ...noLimits, ...options.limits },
    logger: createLogger('test', config, createConfigRedactor(config)),
    metrics: createModelMetrics(options.registry ?? new Registry()),
    retryPolicy: { triesMax: 3, baseDelayMs: 20, delayMaxMs: 30_000, ...options.retryPolicy },
    timeouts: { ...all, ...options.timeouts },
    ...(breakers === undefined ? {} : { breakers }),
  });
}

/** Between the starts of two calls of many: so short that they run side by side, so long that few share a statement. */
export const callGapMs = 3;

/** A model at $4 and $20 whose cache costs what all input costs: all that is reserved for a call of it can be used. */
export const plainModel = {
  name: 'plain-model',
  settings: { OPENAI_MODEL: 'plain-model', OPENAI_MODEL_PRICES: '4,20' },
};

/** What the hint on the budget adds to a reservation: its bytes, and the overhead of a message. */
export const hintTokens = wrapUpHintSize.bytes + 16;

/** Settings of a worker that knows all three providers of a server, with these standing in for each other. */
export function wireSettings({ url }: { url: string }, chain = 'none'): Record<string, string> {
  return {
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: url,
    OLLAMA_BASE_URL: url,
    RATCHET_FALLBACK_CHAIN: chain,
  };
}

/** A reservation of 100 micro-dollars, plus what a test changes. */
export function testReservation(workOrderId: string | null, changes: Partial<Reservation> = {}): Reservation {
  return {
    id: randomUUID(),
    workOrderId,
    attempt: 1,
    step: 'edit',
    promptHash: randomUUID(),
    operation: 'generate',
    provider: 'openai',
    askedModel: 'gpt-5.6',
    amountUsdMicros: 100,
    capUsdMicros: 10_000,
    dayCapUsdMicros: noLimits.dayKillUsdMicros,
    monthCapUsdMicros: noLimits.monthHardUsdMicros,
    validForMs: 60_000,
    priceVersion: 'test',
    retryNumber: 0,
    fallbackFrom: null,
    ...changes,
  };
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
