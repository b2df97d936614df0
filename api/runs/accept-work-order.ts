import { createHash, randomUUID } from 'node:crypto';

import type { Logger } from '../../platform/logger.ts';
import {
  createWorkOrder,
  findOrderByKey,
  readStartableWorkOrder,
  type AcceptedWorkOrder,
} from '../../prisma/repositories/work-order-intake.ts';
import type { CreateWorkOrder } from '../schemas/work-order-request.ts';
import { inspectRepository, type AcceptedInspection } from './inspect-repository.ts';
import { startWorkOrder, type StartDependencies } from './start-work-order.ts';

/** Who approves an order as long as there are no accounts: whoever can reach the loopback address. */
const localOperator = 'local operator';

/**
 * Accepts a work order: key, inspection, rows, start, in this order. What is refused before the rows leaves nothing;
 * what fails after them is made good by `startPendingOrders`.
 *
 * @returns the id of the order, and whether this request made it
 * @throws AppError `idempotency-conflict`, `temporal-unavailable`, or what the inspection refused with
 */
export async function acceptWorkOrder(
  dependencies: StartDependencies & { logger: Logger },
  body: CreateWorkOrder,
  idempotencyKey: string | undefined,
): Promise<{ orderId: string; isNew: boolean }> {
  const { database, temporal, logger } = dependencies;
  const request = idempotencyKey === undefined ? null : { key: idempotencyKey, bodyHash: hashBody(body) };
  if (request !== null) {
    const earlier = await findOrderByKey(database, request);
    if (earlier !== null) return { orderId: earlier, isNew: false };
  }
  await temporal.ensureReachable();
  const inspection = await inspectRepository(temporal, {
    repository: body.repository,
    baseBranch: body.baseBranch ?? null,
    allowDirty: body.allowDirty,
  });
  const made = await createWorkOrder(database, toOrder(body, inspection), request);
  if (!made.isNew) return made;
  try {
    await startWorkOrder(dependencies, await readStartableWorkOrder(database, made.orderId));
  } catch (error) {
    // The order stands, whatever hindered its start: an error here would make the client send it again.
    logger.warn({ err: error, orderId: made.orderId }, 'the order is accepted and will be started later');
  }
  return made;
}

function toOrder(body: CreateWorkOrder, inspection: AcceptedInspection): AcceptedWorkOrder {
  return {
    id: randomUUID(),
    repositoryId: randomUUID(),
    title: body.title,
    description: body.description,
    repository: body.repository,
    baseBranch: inspection.baseBranch,
    baseCommit: inspection.baseCommit,
    acceptanceCriteria: body.acceptanceCriteria,
    filesInScope: body.filesInScope,
    risk: body.risk,
    priority: body.priority,
    costCapUsdMicros: Math.round(body.costCapUsd * 1_000_000),
    inspection: { gates: inspection.gates, sizeBytes: inspection.sizeBytes, files: inspection.files },
    approvedBy: localOperator,
    approvedAt: new Date(),
  };
}

/** The same for bodies that mean the same: the parsed body has its defaults and a fixed order of keys. */
function hashBody(body: CreateWorkOrder): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
