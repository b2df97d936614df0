import { z } from 'zod';

import type { Database } from '../../prisma/client.ts';
import { ensureExampleRepository } from '../../tools/example-repository.mjs';
import { projectRoot } from '../../tests/support/stack-parts.ts';
import { workOrderWorkflowId } from '../../workflows/contract.ts';
import { postOrder, readBundledOrder, waitForEnds } from './api-orders.ts';
import { startBenchServers, type BenchServers } from './bench-stack.ts';
import { median, say, type Amounts, type Measured } from './figures.ts';
import { ownShare, type TimedEvent } from './own-share.ts';
import { watchCommands } from './watch-commands.ts';

const orderMs = 300_000;

const criteriaSchema = z.looseObject({ acceptanceCriteria: z.array(z.looseObject({ command: z.string() })) });

interface Sample {
  events: number;
  kilobytes: number;
  share: number;
}

/** The bundled order on the bundled repository, as a first start has it; once before, for caches and the baseline. */
export async function measureSampleOrder(amounts: Amounts): Promise<Measured> {
  say('sample: starting PostgreSQL, Temporal, worker and API');
  const servers = await startBenchServers();
  try {
    const stateDirectory = await servers.startWorker();
    await servers.startApi();
    const { path } = await ensureExampleRepository({ root: projectRoot, stateDirectory, name: 'text-kit' });
    const samples: Sample[] = [];
    for (let order = 0; order <= amounts.sampleOrders; order += 1) {
      const sample = await runSample(servers, { repository: path, stateDirectory });
      const what = order === 0 ? 'first order, not counted' : `order ${order}`;
      say(
        `sample: ${what}: ${sample.events} events, ${sample.kilobytes.toFixed(1)} kB, own ${sample.share.toFixed(3)}`,
      );
      if (order > 0) samples.push(sample);
    }
    return {
      'history-events-per-attempt': median(samples.map(({ events }) => events)),
      'history-kb-per-attempt': median(samples.map(({ kilobytes }) => kilobytes)),
      'own-share-of-sample-order': median(samples.map(({ share }) => share)),
    };
  } finally {
    await servers.close();
  }
}

async function runSample(
  servers: BenchServers,
  { repository, stateDirectory }: { repository: string; stateDirectory: string },
): Promise<Sample> {
  const order = criteriaSchema.parse(await readBundledOrder('add-truncate'));
  const editor = await watchCommands(stateDirectory, ['--message-file']);
  const checks = order.acceptanceCriteria.map(({ command }) => command);
  const criteria = await watchCommands(stateDirectory, checks);
  const orderId = await postOrder(servers, { ...order, repository });
  await waitForEnds(servers, [orderId], { limitMs: orderMs, onProgress: () => undefined });
  const [editorMs, criteriaMs] = await Promise.all([editor.stop(), criteria.stop()]);
  const { status, attempt } = await servers.database.workOrder.findUniqueOrThrow({ where: { id: orderId } });
  if (status !== 'completed') throw new Error(`The bundled order ended as ${status}.`);
  const handle = servers.temporal.workflow.getHandle(workOrderWorkflowId(orderId));
  // The last records are written before the run itself has ended.
  await handle.result();
  const { historyLength, historySize = 0 } = await handle.describe();
  const { gatesMs, modelsMs } = await readForeignTimes(servers.database, orderId);
  const foreign = { editorMs, commandsMs: gatesMs + criteriaMs, modelsMs };
  const share = ownShare(await readEvents(servers.database, orderId), foreign);
  const times = Object.entries(foreign).map(([name, ms]) => `${name} ${Math.round(ms)}`);
  say(`sample: ${times.join(', ')}`);
  return { events: historyLength / attempt, kilobytes: historySize / 1_000 / attempt, share };
}

async function readEvents(database: Database, workOrderId: string): Promise<TimedEvent[]> {
  const rows = await database.workOrderEvent.findMany({ where: { workOrderId }, orderBy: { sequence: 'asc' } });
  return rows.map(({ type, at, payload }) => {
    const { step } = payload as { step?: string | null };
    return { type, step: step ?? null, atMs: at.getTime() };
  });
}

async function readForeignTimes(database: Database, workOrderId: string) {
  const gates = await database.gateResult.findMany({ where: { workOrderId } });
  const calls = await database.modelCall.findMany({ where: { workOrderId, step: { not: 'edit' } } });
  return {
    gatesMs: gates.reduce((sum, { durationMs }) => sum + durationMs, 0),
    modelsMs: calls.reduce((sum, { latencyMs }) => sum + (latencyMs ?? 0), 0),
  };
}
