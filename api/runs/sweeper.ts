import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '../../platform/logger.ts';
import { removeExpiredAccess } from '../../prisma/repositories/request-counts.ts';
import type { RunDependencies } from '../dependencies.ts';
import { closeLostWorkOrders } from './lost-work-orders.ts';
import { startPendingOrders } from './start-work-order.ts';

const sweepIntervalMs = 5_000;

/** Rounds between two looks for lost runs: each asks Temporal once for every order that waits. */
const roundsPerLook = 12;

/** Starts orders that stayed pending, closes those whose run is lost, and removes old logins, now and then, until it is stopped. */
export function runSweeper(dependencies: RunDependencies, logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    for (let round = 0; !stopping.signal.aborted; round += 1) {
      try {
        const started = await startPendingOrders(dependencies, logger);
        if (started > 0) logger.info({ started }, 'started orders that had been accepted but not started');
        const closed = round % roundsPerLook === 0 ? await closeLostWorkOrders(dependencies) : 0;
        if (round % roundsPerLook === 0) await removeExpiredAccess(dependencies.database);
        if (closed > 0) logger.warn({ closed }, 'closed orders whose run is gone from Temporal');
      } catch (error) {
        logger.warn({ err: error }, 'pending or lost orders could not be looked for, trying again');
      }
      // Rejects only when it is stopped, which ends the loop.
      await sleep(sweepIntervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
