import type { Logger } from '../../platform/logger.ts';
import { listStartedOrders } from '../../prisma/repositories/work-order-intake.ts';
import type { PauseScope } from '../../domain/work-orders/work-order.ts';
import { messages } from '../../workflows/contract.ts';
import type { RunDependencies } from '../dependencies.ts';
import { tellRun } from './running-work-order.ts';

/** Signals that are under way at the same time: enough to reach hundreds of runs in a second, no burst for Temporal. */
const atOnceMax = 8;

const scope: PauseScope = 'all';

/**
 * Tells every run that all work is stopped, or goes on. One that is not reached is no error: it asks by itself, and no
 * paid step begins meanwhile.
 *
 * @returns how many were told
 */
export async function tellAllRuns(
  { database, temporal, logger }: RunDependencies & { logger: Logger },
  state: { stopped: boolean },
): Promise<number> {
  const name = state.stopped ? messages.pauseWorkOrder : messages.resumeWorkOrder;
  const what = state.stopped ? 'the stop of all work' : 'the end of the stop';
  const left = await listStartedOrders(database);
  let told = 0;
  let missed = 0;

  async function tellNext(): Promise<void> {
    for (let orderId = left.shift(); orderId !== undefined; orderId = left.shift()) {
      try {
        await tellRun(temporal, orderId, { name, args: [scope], what });
        told += 1;
      } catch (error) {
        missed += 1;
        logger.debug({ err: error, orderId }, 'a run was not told that all work is stopped, or goes on');
      }
    }
  }

  await Promise.all(Array.from({ length: atOnceMax }, tellNext));
  if (missed > 0) logger.warn({ told, missed, ...state }, 'not every run was told; those left look by themselves');
  return told;
}
