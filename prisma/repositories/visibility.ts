import type { Prisma } from '../generated/client.ts';

/** Whose rows a query may see: one person's, or everybody's. */
export type Visibility = { ownerId: string } | 'everybody';

/**
 * The condition for orders. It belongs into the query itself: a row that is read first and refused afterwards takes
 * another time than one that is not there.
 */
export function visibleOrders(visibility: Visibility): Prisma.WorkOrderWhereInput {
  return visibility === 'everybody' ? {} : { ownerId: visibility.ownerId };
}

/** The condition for rows that belong to an order. */
export function ofVisibleOrders(visibility: Visibility): { workOrder?: Prisma.WorkOrderWhereInput } {
  return visibility === 'everybody' ? {} : { workOrder: visibleOrders(visibility) };
}
