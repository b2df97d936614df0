import { countsAgainstFlag, type FlagRuns } from '../domain/flags/error-watch.ts';
import type { FlagName } from '../domain/flags/flags.ts';
import type { FlagStore } from './flag-store.ts';
import type { Logger } from './logger.ts';

/** Runs are counted here for so long and written together; then everybody reads the flag within two seconds more. */
const defaultWriteEveryMs = 1_000;

export interface FlagResults {
  /** Does the work and counts it as a run of the flag. */
  measure<Result>(name: FlagName, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Counts what runs behind flags, and writes the sums. Writing never fails the work: what could not be written is kept and
 * written with the next.
 */
export function createFlagResults(
  store: Pick<FlagStore, 'saveResults' | 'isAway'>,
  logger: Pick<Logger, 'warn'>,
  writeEveryMs = defaultWriteEveryMs,
): FlagResults {
  const counts = new Map<FlagName, FlagRuns>();
  let timer: NodeJS.Timeout | null = null;
  let writing = Promise.resolve();

  function add(name: FlagName, { runs, errors }: FlagRuns): void {
    const sum = counts.get(name) ?? { runs: 0, errors: 0 };
    counts.set(name, { runs: sum.runs + runs, errors: sum.errors + errors });
    // Does not keep a process alive that has nothing else to do: `close` writes the rest.
    timer ??= setTimeout(() => void writeNext(), writeEveryMs).unref();
  }

  function writeNext(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(write);
    return writing;
  }

  async function write(): Promise<void> {
    const batch = [...counts].map(([name, sum]) => ({ name, ...sum }));
    counts.clear();
    if (batch.length === 0) return;
    try {
      for (const { name, reason } of await store.saveResults(batch)) {
        logger.warn({ flag: name, reason }, 'a flag was turned off because of errors');
      }
    } catch (error) {
      for (const { name, ...sum } of batch) add(name, sum);
      if (!store.isAway(error)) logger.warn({ err: error }, 'the results of flags could not be written');
    }
  }

  return {
    async measure(name, work, signal) {
      try {
        const result = await work();
        add(name, { runs: 1, errors: 0 });
        return result;
      } catch (error) {
        const isOurs = signal?.aborted !== true && !store.isAway(error);
        if (isOurs) add(name, { runs: 1, errors: countsAgainstFlag(error) ? 1 : 0 });
        throw error;
      }
    },
    async close() {
      await writeNext();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
