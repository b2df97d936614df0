import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Database } from '../../prisma/client.ts';
import type { DependencyReference } from '../../prisma/repositories/dependencies.ts';
import { changeDependencies } from '../../prisma/repositories/work-order-intake.ts';
import { findWorkOrderId } from '../../prisma/repositories/work-order-queries.ts';
import type { Visibility } from '../../prisma/repositories/visibility.ts';
import { messages } from '../../workflows/contract.ts';
import type { RunDependencies } from '../dependencies.ts';
import type { GivenDependency } from '../schemas/work-order-request.ts';
import { tellRun } from './running-work-order.ts';

/**
 * The ids of orders that were named by number or id.
 *
 * @throws AppError `validation-failed` for one that is unknown or named twice
 */
export async function resolveDependencies(
  database: Database,
  given: readonly GivenDependency[],
  visibility: Visibility,
): Promise<DependencyReference[]> {
  const found = await Promise.all(given.map(({ workOrder }) => findWorkOrderId(database, workOrder, visibility)));
  const references = new Map<string, DependencyReference>();
  for (const [index, { workOrder, kind }] of given.entries()) {
    const orderId = found[index];
    if (typeof orderId !== 'string') {
      const message = `There is no work order ${workOrder} to depend on. \`npx ratchet order list\` shows those that there are.`;
      throw new AppError('validation-failed', message);
    }
    if (references.has(orderId)) {
      throw new AppError('validation-failed', `dependsOn names work order ${workOrder} twice: name it once.`);
    }
    references.set(orderId, { orderId, kind });
  }
  return [...references.values()];
}

/**
 * Replaces what an order depends on, and has its run look again.
 *
 * @throws AppError `validation-failed` for an unknown order or a circle, `work-order-begun`, `work-order-finished`
 */
export async function replaceOrderDependencies(
  { database, temporal, logger }: RunDependencies & { logger: Logger },
  order: { id: string; startState: 'pending' | 'started' },
  { given, visibility }: { given: readonly GivenDependency[]; visibility: Visibility },
): Promise<void> {
  await changeDependencies(database, order.id, await resolveDependencies(database, given, visibility));
  if (order.startState === 'pending') return;
  try {
    await tellRun(temporal, order.id, { name: messages.dependencyEnded, what: 'the news of other dependencies' });
  } catch (error) {
    // The rows are what counts; a run that was not told looks again by itself.
    logger.warn({ err: error, orderId: order.id }, 'a run was not told that its dependencies have changed');
  }
}
