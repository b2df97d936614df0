import { AppError } from '../../domain/errors.ts';
import { findWorkOrderId, readWorkOrder } from '../../prisma/repositories/work-order-queries.ts';
import type { Visibility } from '../../prisma/repositories/visibility.ts';
import { workOrderWorkflowId } from '../../workflows/contract.ts';
import type { ApiDependencies } from '../dependencies.ts';

type StoredWorkOrder = NonNullable<Awaited<ReturnType<typeof readWorkOrder>>>;

/** An order as the API shows it: its record and where its run can be looked at. */
export function toWorkOrder(order: StoredWorkOrder, temporal: ApiDependencies['config']['temporal']) {
  const workflowId = workOrderWorkflowId(order.id);
  const { uiUrl, namespace } = temporal;
  const base = uiUrl?.replace(/\/$/, '');
  const temporalUiUrl =
    base === undefined ? null : `${base}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  return { ...order, workflowId, temporalUiUrl };
}

/**
 * The id of an order from the id or number in a path.
 *
 * @throws AppError `not-found`
 */
export async function requireWorkOrderId(
  database: ApiDependencies['database'],
  idOrNumber: string,
  visibility: Visibility,
): Promise<string> {
  const id = await findWorkOrderId(database, idOrNumber, visibility);
  if (id === null) throw workOrderNotFound(idOrNumber);
  return id;
}

/**
 * The record of an order from the id or number in a path.
 *
 * @throws AppError `not-found`
 */
export async function requireWorkOrder(
  database: ApiDependencies['database'],
  idOrNumber: string,
  visibility: Visibility,
): Promise<StoredWorkOrder> {
  const order = await readWorkOrder(database, await requireWorkOrderId(database, idOrNumber, visibility));
  if (order === null) throw workOrderNotFound(idOrNumber);
  return order;
}

/** The same for an order that is not there and for one of somebody else. */
export function workOrderNotFound(idOrNumber: string): AppError {
  return new AppError(
    'not-found',
    `There is no work order ${idOrNumber}. \`npx ratchet order list\` shows those that there are.`,
  );
}
