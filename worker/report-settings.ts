import { warnOfOldPrices } from '../domain/budget/price-age.ts';
import { saveWorkerReport } from '../prisma/repositories/worker-reports.ts';
import type { WorkerParts } from './compose.ts';

/**
 * Writes down what only the worker's environment tells: which models there are at which prices, and the limits of the
 * budget. `ratchet models` and `ratchet budget` show it. Old prices are warned of in the log.
 */
export async function reportSettings({ dependencies, logger, fallbackChain }: WorkerParts): Promise<void> {
  const { database, directory, policy } = dependencies;
  // A local model that is missing, or one without a price, is said when work is routed.
  const active = await directory.active().catch(() => []);
  const names = new Set(active.map(({ name }) => name));
  const priced = directory.known();
  const known = [...priced, ...active.filter(({ name }) => !priced.some((one) => one.name === name))];
  const { sources } = directory.prices;
  await saveWorkerReport(database, 'models', {
    models: known.map((entry) => ({ ...entry, isActive: names.has(entry.name) })),
    sources,
    fallbackChain,
  });
  await saveWorkerReport(database, 'budget-limits', { ...policy.budget, policyVersion: policy.version });
  for (const { source, readOn } of sources) {
    const warning = warnOfOldPrices(source, readOn, new Date());
    if (warning !== null) logger.warn(warning);
  }
}
