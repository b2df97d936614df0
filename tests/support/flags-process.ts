/**
 * A process of its own that reads flags and runs work behind them, as a second API or worker does. Reads a job as JSON
 * from standard input, and prints `<on or off> <milliseconds since 1970>` at once and whenever the flag changes.
 */
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

import pino from 'pino';
import { z } from 'zod';

import { isFlagName } from '../../domain/flags/flags.ts';
import { openFlags } from '../../platform/flags.ts';
import { openDatabase } from '../../prisma/client.ts';
import { createFlagStore } from '../../prisma/repositories/feature-flags.ts';

const jobSchema = z.object({
  databaseUrl: z.string(),
  name: z.string().refine(isFlagName),
  /** Work that is done behind the flag as soon as it was seen to be on; so much of it fails. */
  runs: z.number().default(0),
  errors: z.number().default(0),
});

export type FlagJob = z.input<typeof jobSchema>;

const job = jobSchema.parse(JSON.parse(await text(process.stdin)));
const database = openDatabase(job.databaseUrl, 2);
const flags = await openFlags(createFlagStore(database), pino({ level: 'silent' }));
let last: boolean | null = null;
let hasRun = false;
for (;;) {
  const isOn = await flags.isOn(job.name);
  if (isOn !== last) process.stdout.write(`${isOn ? 'on' : 'off'} ${Date.now()}\n`);
  last = isOn;
  if (isOn && !hasRun) {
    hasRun = true;
    await Promise.all(Array.from({ length: job.runs }, (_run, index) => runBehindFlag(index < job.errors)));
  }
  await wait(20);
}

async function runBehindFlag(fails: boolean): Promise<void> {
  const work = async () => {
    if (fails) throw new Error('It does not work.');
  };
  await flags.measured(job.name, work).catch(() => undefined);
}
