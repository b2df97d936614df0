import { Counter, Histogram, type Registry } from 'prom-client';

import { usdMicrosPerUsd } from '../../domain/budget/money.ts';
import type { CallEnding, Reservation } from '../../prisma/repositories/model-calls.ts';

/** Seconds; an answer of a model takes from half of one to minutes. */
const latencyBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];

/** What the gateway counts of its calls. */
export interface ModelMetrics {
  ended(reservation: Reservation, ending: CallEnding): void;
  retried(reservation: Reservation): void;
}

/** Counts every try by provider and model, in Prometheus' form. Names of models come from the price table alone. */
export function createModelMetrics(registry: Registry): ModelMetrics {
  const registers = [registry];
  const labelNames = ['provider', 'model'] as const;
  const calls = new Counter({
    name: 'ratchet_model_calls_total',
    help: 'Tries of model calls, by how they ended: ok, or the code of the error',
    labelNames: [...labelNames, 'operation', 'outcome'],
    registers,
  });
  const tokens = new Counter({
    name: 'ratchet_model_tokens_total',
    help: 'Tokens as the providers counted them; kind is input, cached_input, cache_write_input or output',
    labelNames: [...labelNames, 'kind'],
    registers,
  });
  const cost = new Counter({
    name: 'ratchet_model_cost_usd_total',
    help: 'Dollars settled in the ledger',
    labelNames,
    registers,
  });
  const latency = new Histogram({
    name: 'ratchet_model_call_seconds',
    help: 'Time of one try, from the reservation to the end of the answer',
    labelNames,
    buckets: latencyBuckets,
    registers,
  });
  const retries = new Counter({
    name: 'ratchet_model_retries_total',
    help: 'Tries that were made again',
    labelNames,
    registers,
  });
  const fallbacks = new Counter({
    name: 'ratchet_model_fallbacks_total',
    help: 'Answers of a model that stood in for another one',
    labelNames: [...labelNames, 'asked'],
    registers,
  });

  return {
    ended({ provider, askedModel: model, operation, fallbackFrom }, ending) {
      const labels = { provider, model };
      calls.inc({ ...labels, operation, outcome: ending.errorCode ?? 'ok' });
      latency.observe(labels, ending.latencyMs / 1_000);
      if (ending.outcome !== 'settled') return;
      cost.inc(labels, ending.costUsdMicros / usdMicrosPerUsd);
      if (fallbackFrom !== null && ending.errorCode === null) fallbacks.inc({ ...labels, asked: fallbackFrom });
      if (ending.usage === null) return;
      const { inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens } = ending.usage;
      tokens.inc({ ...labels, kind: 'input' }, inputTokens);
      tokens.inc({ ...labels, kind: 'cached_input' }, cachedInputTokens);
      tokens.inc({ ...labels, kind: 'cache_write_input' }, cacheWriteInputTokens);
      tokens.inc({ ...labels, kind: 'output' }, outputTokens);
    },
    retried: ({ provider, askedModel: model }) => retries.inc({ provider, model }),
  };
}
