/**
 * What a piece of work takes, in ms of the processor: on a busy machine the time of the clock says little.
 *
 * @param tries the fastest of so many counts
 */
export function processorMsOf(work: () => void, tries = 1): number {
  const runs = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1_000;
  });
  return Math.min(...runs);
}

/** The same for what takes its time elsewhere, too: all threads of this process, which should do nothing else meanwhile. */
export async function processorMsUntil(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
