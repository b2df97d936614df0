import type { Logger } from '../platform/logger.ts';
import type { Database } from '../prisma/client.ts';
import { selectUnfinished } from '../prisma/repositories/order-records.ts';
import { ordersWithWorkspaces, removeWorkspaces } from '../activities/git/workspace.ts';

/** Removes what a killed worker left: workspaces of orders that have ended. Running ones are kept: they go on there. */
export async function sweepWorkspaces(database: Database, folder: string, logger: Logger): Promise<void> {
  const uuid = /^[0-9a-f-]{36}$/;
  const orderIds = (await ordersWithWorkspaces(folder)).filter((name) => uuid.test(name));
  const unfinished = await selectUnfinished(database, orderIds);
  for (const orderId of orderIds.filter((id) => !unfinished.has(id))) {
    await removeWorkspaces(folder, orderId);
    logger.info({ orderId }, 'removed the workspaces of an ended order');
  }
}
