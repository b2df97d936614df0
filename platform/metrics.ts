import { collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of one process in Prometheus' form, those of Node itself among them. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
