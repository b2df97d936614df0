import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '../../platform/logger.ts';
import { startPendingOrders, type StartDependencies } from './start-work-order.ts';

const sweepIntervalMs = 5_000;

/** Starts orders that stayed pending, now and then, until it is stopped. */
export function runStartSweeper(dependencies: StartDependencies, logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const started = await startPendingOrders(dependencies, logger);
        if (started > 0) logger.info({ started }, 'started orders that had been accepted but not started');
      } catch (error) {
        logger.warn({ err: error }, 'pending orders could not be looked for, trying again');
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
