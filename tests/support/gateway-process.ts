/**
 * A gateway in a process of its own, as a second worker has it. Reads a job as JSON from standard input, prints `ready`,
 * makes the calls one soon after the other and prints how they ended as one line of JSON.
 */
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import { openDatabase } from '../../prisma/client.ts';
import { createModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { callGapMs, createTestGateway, editRequest, plainModel } from './model-gateway.ts';
import { testAnswerKeeping } from './operator.ts';

export const jobSchema = z.object({
  databaseUrl: z.string(),
  baseUrl: z.string(),
  dayKillUsdMicros: z.number().optional(),
  /** Never comes back from writing an answer that was written: it waits there to be killed. */
  holdAfterSettle: z.boolean().default(false),
  calls: z.array(
    z.object({
      workOrderId: z.string(),
      prompt: z.string(),
      costCapUsdMicros: z.number(),
      outputTokensMax: z.number().optional(),
    }),
  ),
});

export type GatewayJob = z.input<typeof jobSchema>;

/** How one call ended. */
export type CallReport = { repeated: boolean; text: string; costUsdMicros: number } | { code: string };

const job = jobSchema.parse(JSON.parse(await text(process.stdin)));
const database = openDatabase(job.databaseUrl, 10);
const ledger = createModelCallRepository(database, testAnswerKeeping);
const { dayKillUsdMicros } = job;
const gateway = createTestGateway({
  settings: plainModel.settings,
  ...{ database, baseUrl: job.baseUrl, ledger: job.holdAfterSettle ? holdingLedger() : ledger },
  limits: dayKillUsdMicros === undefined ? {} : { dayKillUsdMicros },
});
// The first connection takes the longest.
await database.$queryRaw`SELECT 1`;
process.stdout.write('ready\n');
const reports = await Promise.all(
  job.calls.map(async (call, index) => {
    await wait(index * callGapMs);
    return makeCall(call);
  }),
);
process.stdout.write(`${JSON.stringify(reports)}\n`);
await database.$disconnect();

async function makeCall({
  workOrderId,
  prompt,
  costCapUsdMicros,
  outputTokensMax,
}: z.infer<typeof jobSchema>['calls'][number]) {
  const scope = { workOrderId, attempt: 1, step: 'edit', costCapUsdMicros };
  try {
    const {
      repeated,
      text: answer,
      costUsdMicros,
    } = await gateway.generate(editRequest(workOrderId, prompt, { scope, outputTokensMax, model: plainModel.name }));
    return { repeated, text: answer, costUsdMicros };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code };
    throw error;
  }
}

function holdingLedger(): typeof ledger {
  return {
    ...ledger,
    async settle(reservation, ending) {
      await ledger.settle(reservation, ending);
      process.stdout.write('settled\n');
      // Keeps the process alive; a promise alone would not.
      setInterval(() => undefined, 60_000);
      await new Promise(() => undefined);
    },
  };
}
