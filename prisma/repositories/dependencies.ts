import { findCycle, type Dependency } from '../../domain/admission/dependencies.ts';
import { AppError } from '../../domain/errors.ts';
import { isFinal, type DependencyKind } from '../../domain/work-orders/work-order.ts';
import type { Database, DatabaseSession } from '../client.ts';

/** An order that is depended on, by its id. */
export interface DependencyReference {
  orderId: string;
  kind: DependencyKind;
}

/** What an order depends on, as it stands now. */
export async function readDependencies(database: Database, orderId: string): Promise<Dependency[]> {
  const rows = await database.workOrderDependency.findMany({
    where: { workOrderId: orderId },
    include: { dependsOn: { include: { pullRequests: { where: { state: 'merged' }, select: { id: true } } } } },
    orderBy: { dependsOn: { number: 'asc' } },
  });
  return rows.map(({ kind, dependsOn: { number, status, pullRequests } }) => ({
    number,
    kind,
    status,
    isMerged: pullRequests.length > 0,
  }));
}

/** The orders that wait for one, as far as they have not ended. */
export async function listDependents(database: Database, orderId: string): Promise<string[]> {
  const rows = await database.workOrderDependency.findMany({
    where: { dependsOnId: orderId },
    include: { workOrder: { select: { status: true } } },
  });
  return rows.filter(({ workOrder }) => !isFinal(workOrder.status)).map(({ workOrderId }) => workOrderId);
}

/**
 * Replaces what an order depends on.
 *
 * @throws AppError `validation-failed` when one of them is unknown, or when they close a circle, which is named
 */
export async function replaceDependencies(
  session: DatabaseSession,
  orderId: string,
  wanted: readonly DependencyReference[],
): Promise<void> {
  // Two changes at once could each be fine and close a circle together.
  await session.$executeRaw`LOCK TABLE work_order_dependencies IN SHARE ROW EXCLUSIVE MODE`;
  await requireKnown(session, wanted);
  await refuseCycle(session, orderId, wanted);
  await session.workOrderDependency.deleteMany({ where: { workOrderId: orderId } });
  await session.workOrderDependency.createMany({
    data: wanted.map(({ orderId: dependsOnId, kind }) => ({ workOrderId: orderId, dependsOnId, kind })),
  });
}

async function requireKnown(session: DatabaseSession, wanted: readonly DependencyReference[]): Promise<void> {
  const ids = wanted.map(({ orderId }) => orderId);
  const known = await session.workOrder.findMany({ where: { id: { in: ids } }, select: { id: true } });
  const missing = ids.find((id) => !known.some((order) => order.id === id));
  if (missing !== undefined) {
    throw new AppError('validation-failed', `There is no work order ${missing} to depend on.`);
  }
}

async function refuseCycle(
  session: DatabaseSession,
  orderId: string,
  wanted: readonly DependencyReference[],
): Promise<void> {
  const rows = await session.workOrderDependency.findMany({ select: { workOrderId: true, dependsOnId: true } });
  const edges = Map.groupBy(rows, ({ workOrderId }) => workOrderId);
  const ids = wanted.map((dependency) => dependency.orderId);
  const cycle = findCycle(orderId, ids, (id) => (edges.get(id) ?? []).map(({ dependsOnId }) => dependsOnId));
  if (cycle === null) return;
  const orders = await session.workOrder.findMany({ where: { id: { in: cycle } }, select: { id: true, number: true } });
  const named = cycle.map((id) => `order ${orders.find((order) => order.id === id)?.number ?? id}`);
  throw new AppError('validation-failed', `These dependencies close a circle: ${named.join(' -> ')}.`);
}
