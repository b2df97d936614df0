import { finalStatuses, isFinal, type AcceptanceCriterion, type Risk } from '../../domain/work-orders/work-order.ts';
import { AppError } from '../../domain/errors.ts';
import type { Gate } from '../../domain/gates/gate.ts';
import type { Database, DatabaseSession } from '../client.ts';
import { replaceDependencies, type DependencyReference } from './dependencies.ts';

/** An order that passed validation and inspection. */
export interface AcceptedWorkOrder {
  id: string;
  title: string;
  description: string;
  /** What `git clone` gets: a URL or an absolute path. */
  repository: string;
  repositoryId: string;
  baseBranch: string;
  baseCommit: string;
  acceptanceCriteria: AcceptanceCriterion[];
  filesInScope: string[];
  risk: Risk;
  priority: number;
  /** Owners get fair shares where places are short. */
  ownerId: string;
  costCapUsdMicros: number;
  dependsOn: DependencyReference[];
  inspection: { gates: Gate[]; sizeBytes: number; files: number };
  approvedBy: string;
  approvedAt: Date;
}

/** The key of a client that wants one order however often it asks, with the hash of what it asked for. */
export interface IdempotentRequest {
  /** Id of the person: the key of another one is another key. */
  owner: string;
  key: string;
  bodyHash: string;
}

/**
 * The order that was made for this request before.
 *
 * @returns its id, or null when the key is new
 * @throws AppError `idempotency-conflict` when the key was used with another body
 */
export async function findOrderByKey(database: DatabaseSession, request: IdempotentRequest): Promise<string | null> {
  const row = await database.idempotencyKey.findUnique({
    where: { owner_key: { owner: request.owner, key: request.key } },
  });
  if (row === null) return null;
  if (row.bodyHash === request.bodyHash) return row.workOrderId;
  throw new AppError(
    'idempotency-conflict',
    'This Idempotency-Key was used for a work order with another content. Send a new key, or the same content.',
  );
}

/**
 * Writes the repository (once per location), the order, what it depends on and its key together: all of them or none.
 *
 * @returns the id of the order; of the earlier one when another request with this key came first
 * @throws AppError `idempotency-conflict`, `validation-failed` when a dependency is gone
 */
export async function createWorkOrder(
  database: Database,
  order: AcceptedWorkOrder,
  request: IdempotentRequest | null,
): Promise<{ orderId: string; isNew: boolean }> {
  return database.$transaction(async (session) => {
    if (request !== null) {
      // Two requests with one key wait for each other here, so that the second finds the order of the first.
      await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${request.owner} ${request.key}`}, 0))`;
      const earlier = await findOrderByKey(session, request);
      if (earlier !== null) return { orderId: earlier, isNew: false };
    }
    await session.repository.createMany({
      data: [{ id: order.repositoryId, location: order.repository }],
      skipDuplicates: true,
    });
    const { id: repositoryId } = await session.repository.findUniqueOrThrow({ where: { location: order.repository } });
    await session.workOrder.create({ data: toRow(order, repositoryId) });
    if (order.dependsOn.length > 0) await replaceDependencies(session, order.id, order.dependsOn);
    if (request !== null) await session.idempotencyKey.create({ data: { ...request, workOrderId: order.id } });
    return { orderId: order.id, isNew: true };
  });
}

function toRow(order: AcceptedWorkOrder, repositoryId: string) {
  const { repository: _location, dependsOn: _dependencies, inspection, acceptanceCriteria, ...columns } = order;
  return {
    ...columns,
    repositoryId,
    acceptanceCriteria: acceptanceCriteria.map(({ id, text, command }) => ({
      id,
      text,
      ...(command ? { command } : {}),
    })),
    inspection: { ...inspection, gates: inspection.gates.map((gate) => ({ ...gate })) },
    costCapUsdMicros: BigInt(order.costCapUsdMicros),
  };
}

/**
 * Replaces what an order depends on, as long as it has not begun its first attempt.
 *
 * @throws AppError `work-order-finished`, `work-order-begun`, or `validation-failed` for an unknown order or a circle
 */
export async function changeDependencies(
  database: Database,
  orderId: string,
  wanted: readonly DependencyReference[],
): Promise<void> {
  await database.$transaction(async (session) => {
    // The mirror of the first attempt waits until this is decided. A stronger lock would hold back orders that refer to it.
    await session.$executeRaw`SELECT id FROM work_orders WHERE id = ${orderId}::uuid FOR NO KEY UPDATE`;
    const { number, status, attempt } = await session.workOrder.findUniqueOrThrow({ where: { id: orderId } });
    if (isFinal(status)) {
      const message = `Work order #${number} has ended as ${status}, so what it depended on stays as it is.`;
      throw new AppError('work-order-finished', message);
    }
    if (attempt > 0) {
      const message = `Work order #${number} has begun its first attempt, so what it depended on stays as it is.`;
      throw new AppError('work-order-begun', message);
    }
    await replaceDependencies(session, orderId, wanted);
  });
}

/** What starting an order's workflow needs to know. */
export interface StartableWorkOrder {
  id: string;
  number: number;
  title: string;
  repository: string;
  baseBranch: string;
  /** 1 to 5, 1 is the most urgent. */
  priority: number;
  ownerId: string | null;
  costCapUsdMicros: number;
  acceptanceCriteria: unknown;
}

/** An order by its id, as its start needs it. */
export async function readStartableWorkOrder(database: Database, orderId: string): Promise<StartableWorkOrder> {
  const row = await database.workOrder.findUniqueOrThrow({ where: { id: orderId }, include: { repository: true } });
  return toStartable(row);
}

/** Orders whose workflow is not known to run, oldest first. Young ones are left to the request that made them. */
export async function listPendingStarts(database: Database, createdBefore: Date): Promise<StartableWorkOrder[]> {
  const rows = await database.workOrder.findMany({
    where: { startState: 'pending', createdAt: { lt: createdBefore } },
    include: { repository: true },
    orderBy: { number: 'asc' },
    take: 50,
  });
  return rows.map(toStartable);
}

/**
 * Ids of orders that are said to run, oldest first.
 *
 * @param quietSince only those of which nothing was heard since then
 */
export async function listStartedOrders(database: Database, quietSince?: Date): Promise<string[]> {
  const quiet = quietSince === undefined ? {} : { updatedAt: { lt: quietSince } };
  const rows = await database.workOrder.findMany({
    where: { startState: 'started', status: { notIn: [...finalStatuses] }, ...quiet },
    orderBy: { number: 'asc' },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Remembers that the workflow of an order runs. */
export async function markStarted(database: Database, orderId: string): Promise<void> {
  await database.workOrder.updateMany({ where: { id: orderId }, data: { startState: 'started' } });
}

function toStartable(row: {
  id: string;
  number: number;
  title: string;
  baseBranch: string;
  priority: number;
  ownerId: string | null;
  costCapUsdMicros: bigint;
  acceptanceCriteria: unknown;
  repository: { location: string };
}): StartableWorkOrder {
  const { id, number, title, baseBranch, priority, ownerId, acceptanceCriteria } = row;
  const costCapUsdMicros = Number(row.costCapUsdMicros);
  const repository = row.repository.location;
  return { id, number, title, baseBranch, priority, ownerId, acceptanceCriteria, costCapUsdMicros, repository };
}
