import { createHash, randomUUID } from 'node:crypto';

import { localRepositoryRoles } from '../../domain/access/permissions.ts';
import { AppError } from '../../domain/errors.ts';
import { refuseSecrets } from '../../domain/text/refuse-secrets.ts';
import type { Logger } from '../../platform/logger.ts';
import {
  createWorkOrder,
  findOrderByKey,
  readStartableWorkOrder,
  type AcceptedWorkOrder,
} from '../../prisma/repositories/work-order-intake.ts';
import type { Caller } from '../access/caller.ts';
import type { RunDependencies } from '../dependencies.ts';
import type { CreateWorkOrder } from '../schemas/work-order-request.ts';
import { inspectRepository, type AcceptedInspection } from './inspect-repository.ts';
import { resolveDependencies } from './order-dependencies.ts';
import { startWorkOrder } from './start-work-order.ts';

/**
 * Accepts a work order: key, dependencies, inspection, rows, start, in this order. What is refused before the rows leaves nothing;
 * what fails after them is made good by `startPendingOrders`.
 *
 * @returns the id of the order, and whether this request made it
 * @throws AppError `idempotency-conflict`, `validation-failed` for an unknown dependency, `temporal-unavailable`, or what the inspection refused with
 */
export async function acceptWorkOrder(
  dependencies: RunDependencies & { logger: Logger },
  { body, idempotencyKey, caller }: { body: CreateWorkOrder; idempotencyKey: string | undefined; caller: Caller },
): Promise<{ orderId: string; isNew: boolean }> {
  const { database, temporal, logger } = dependencies;
  refuseServerFolder(body.repository, caller);
  refuseOrderWithSecrets(body);
  const request =
    idempotencyKey === undefined ? null : { owner: caller.id, key: idempotencyKey, bodyHash: hashBody(body) };
  if (request !== null) {
    const earlier = await findOrderByKey(database, request);
    if (earlier !== null) return { orderId: earlier, isNew: false };
  }
  const dependsOn = await resolveDependencies(database, body.dependsOn, caller.visibility);
  await temporal.ensureReachable();
  const inspection = await inspectRepository(temporal, {
    repository: body.repository,
    baseBranch: body.baseBranch ?? null,
    allowDirty: body.allowDirty,
  });
  const made = await createWorkOrder(database, { ...toOrder(body, inspection, caller), dependsOn }, request);
  if (!made.isNew) return made;
  try {
    await startWorkOrder(dependencies, await readStartableWorkOrder(database, made.orderId));
  } catch (error) {
    // The order stands, whatever hindered its start: an error here would make the client send it again.
    logger.warn({ err: error, orderId: made.orderId }, 'the order is accepted and will be started later');
  }
  return made;
}

function toOrder(
  body: CreateWorkOrder,
  inspection: AcceptedInspection,
  caller: Caller,
): Omit<AcceptedWorkOrder, 'dependsOn'> {
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
    ownerId: caller.id,
    costCapUsdMicros: Math.round(body.costCapUsd * 1_000_000),
    inspection: { gates: inspection.gates, sizeBytes: inspection.sizeBytes, files: inspection.files },
    approvedBy: caller.name,
    approvedAt: new Date(),
  };
}

/** @throws AppError `permission-denied` for a folder of the server, named by somebody who may not look into those */
function refuseServerFolder(repository: string, { role }: Caller): void {
  const isFolder = repository.startsWith('/') || repository.startsWith('file:');
  if (!isFolder || localRepositoryRoles.has(role)) return;
  const message = `The role ${role} may not name a folder of the server as a repository: give a URL that git can clone.`;
  throw new AppError('permission-denied', message);
}

/** @throws AppError `validation-failed`: with a gap in its place it would be another order, and its writer is still there */
function refuseOrderWithSecrets({ title, description, acceptanceCriteria }: CreateWorkOrder): void {
  const criteria = acceptanceCriteria.flatMap(({ text, command }) => [text, command ?? '']).join('\n');
  const refusal =
    refuseSecrets('title', title) ??
    refuseSecrets('description', description) ??
    refuseSecrets('acceptance criteria', criteria);
  if (refusal !== null) throw new AppError('validation-failed', refusal);
}

/** The same for bodies that mean the same: the parsed body has its defaults and a fixed order of keys. */
function hashBody({ dependsOn, ...body }: CreateWorkOrder): string {
  // Keys that were stored before orders could depend on others stay good.
  const content = dependsOn.length === 0 ? body : { ...body, dependsOn };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
