import { AppError } from '../../domain/errors.ts';
import { runPrepared, type Database } from '../client.ts';
import { fromOrders, summaryColumns, toSummary, type SummaryRow, type WorkOrderSummary } from './work-order-list.ts';
import type { Visibility } from './visibility.ts';

/** What may change of an order that was accepted. */
export interface WorkOrderChange {
  title?: string | undefined;
  /** 1 to 5, 1 is the most urgent. */
  priority?: number | undefined;
}

/** The order, the place that it waits for, and the answer in one statement. */
function changeStatement(key: 'id' | 'number') {
  const type = key === 'id' ? 'uuid' : 'integer';
  return {
    name: `change-order-by-${key}`,
    text: `
      WITH changed AS (
        UPDATE work_orders SET title = coalesce($3, title), priority = coalesce($4::integer, priority), updated_at = now()
        WHERE ${key} = $1::${type} AND ($2::uuid IS NULL OR owner_id = $2::uuid) RETURNING *
      ), placed AS (
        UPDATE slots s SET priority = $4::integer FROM changed WHERE s.work_order_id = changed.id AND $4::integer IS NOT NULL
      )
      SELECT ${summaryColumns} FROM ${fromOrders('changed')}`,
  };
}

const byId = changeStatement('id');
const byNumber = changeStatement('number');

/**
 * Changes an order.
 *
 * @returns null when there is none to be seen
 */
export async function changeWorkOrder(
  database: Database,
  which: { idOrNumber: string; visibility: Visibility },
  { title, priority }: WorkOrderChange,
): Promise<WorkOrderSummary | null> {
  const { idOrNumber, visibility } = which;
  const statement = /^\d{1,9}$/.test(idOrNumber) ? byNumber : byId;
  const ownerId = visibility === 'everybody' ? null : visibility.ownerId;
  const values = [idOrNumber, ownerId, title ?? null, priority === undefined ? null : String(priority)];
  const [row] = (await runPrepared(database, statement, values)) as SummaryRow[];
  return row === undefined ? null : toSummary(row);
}

/**
 * Removes an order that has ended, with its events, attempts, outcomes and pull request rows. The ledger keeps its calls.
 *
 * @throws AppError `work-order-unfinished` when another order still waits for it, or a model call of it is on its way
 */
export async function deleteWorkOrder(database: Database, orderId: string): Promise<void> {
  await database.$transaction(async (session) => {
    const waiting = await session.workOrderDependency.findFirst({
      where: { dependsOnId: orderId, workOrder: { finishedAt: null } },
      select: { workOrder: { select: { number: true } } },
    });
    if (waiting !== null) {
      const message = `Work order #${String(waiting.workOrder.number)} depends on this one and has not ended: change what it depends on first.`;
      throw new AppError('work-order-unfinished', message);
    }
    const onItsWay = { workOrderId: orderId, state: 'reserved', reservedUntil: { gt: new Date() } } as const;
    if ((await session.modelCall.findFirst({ where: onItsWay, select: { id: true } })) !== null) {
      const message = 'A model call of this order has not been accounted for yet: try again in a few minutes.';
      throw new AppError('work-order-unfinished', message);
    }
    await session.workOrder.deleteMany({ where: { id: orderId } });
  });
}
