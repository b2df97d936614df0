import { readFile } from 'node:fs/promises';

/** Processor time since the start of the machine, in the kernel's ticks. */
interface ProcessorTime {
  all: number;
  /** Of it: given to other machines while this one wanted to work. */
  stolen: number;
}

/**
 * How much of this machine's processor time its host gives to others: what is short waits for whole milliseconds then.
 *
 * @returns a function that says the share since now, from 0 to 1; undefined where the kernel doesn't tell
 */
export async function watchHost(): Promise<() => Promise<number | undefined>> {
  const before = await readProcessorTime();
  return async () => {
    const now = await readProcessorTime();
    if (before === null || now === null || now.all === before.all) return undefined;
    return (now.stolen - before.stolen) / (now.all - before.all);
  };
}

/** The first line of Linux' `/proc/stat`: `cpu`, then user, nice, system, idle, iowait, irq, softirq, steal, ... */
async function readProcessorTime(): Promise<ProcessorTime | null> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => '');
  // What follows the eighth is counted in the first two already.
  const ticks = (/^cpu +(.*)/.exec(text)?.[1] ?? '').split(' ').slice(0, 8).map(Number);
  const stolen = ticks[7];
  return stolen === undefined ? null : { all: ticks.reduce((sum, part) => sum + part, 0), stolen };
}
