import type { WorkflowHandle } from '@temporalio/client';

import type { BareGroup } from './bare-workflow.ts';
import { startEngineServer, type EngineServer } from './engine-server.ts';
import { median, say, type Amounts, type Measured } from './figures.ts';

const warmUpRuns = 5;

/** Work orders without work against bare workflows, in turns on one server. */
export async function measureEngineOverhead(amounts: Amounts): Promise<Measured> {
  say('engine: bundling the workflows and starting a server');
  const server = await startEngineServer();
  try {
    const groups = await readGroups(await server.runOrder());
    const count = groups.reduce((sum, group) => sum + group.length, 0);
    say(`engine: ${count} activities in ${groups.length} turns: ${describeGroups(groups)}`);
    for (let run = 0; run < warmUpRuns; run += 1) await Promise.all([server.runOrder(), server.runBare(groups)]);
    return {
      'engine-overhead-1': await compare(server, { groups, amounts, atOnce: 1 }),
      'engine-overhead-20': await compare(server, { groups, amounts, atOnce: amounts.engineRunsAtOnce }),
    };
  } finally {
    await server.close();
  }
}

interface Comparison {
  groups: readonly BareGroup[];
  amounts: Amounts;
  atOnce: number;
}

async function compare(server: EngineServer, { groups, amounts, atOnce }: Comparison): Promise<number> {
  const ratios: number[] = [];
  // More runs of a single one, so that a round of either kind measures about as long.
  const repeats = atOnce === 1 ? amounts.engineRunsPerRound : 1;
  const orders = () => timeRuns(repeats, atOnce, () => server.runOrder());
  const bare = () => timeRuns(repeats, atOnce, () => server.runBare(groups));
  for (let round = 1; round <= amounts.engineRounds; round += 1) {
    // Whoever comes second finds a warmer machine, so they take turns at that as well.
    const isOrderFirst = round % 2 === 1;
    const first = await (isOrderFirst ? orders() : bare());
    const second = await (isOrderFirst ? bare() : orders());
    const [orderMs, bareMs] = isOrderFirst ? [first, second] : [second, first];
    ratios.push(orderMs / bareMs);
    const times = `order ${orderMs.toFixed(0)} ms, bare ${bareMs.toFixed(0)} ms`;
    say(`engine: ${atOnce} at once, round ${round}: ${times}, ratio ${(orderMs / bareMs).toFixed(2)}`);
  }
  return median(ratios);
}

/** @returns the median of the times in milliseconds until all that ran at once had ended */
async function timeRuns(repeats: number, atOnce: number, run: () => Promise<unknown>): Promise<number> {
  const timesMs: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const startedAtMs = performance.now();
    await Promise.all(Array.from({ length: atOnce }, run));
    timesMs.push(performance.now() - startedAtMs);
  }
  return median(timesMs);
}

/** What a run scheduled, as its history tells: activities of one turn of the workflow are one group. */
async function readGroups(handle: WorkflowHandle): Promise<BareGroup[]> {
  const { events } = await handle.fetchHistory();
  const groups = new Map<string, { name: string; taskQueue: string }[]>();
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (!scheduled) continue;
    const turn = String(scheduled.workflowTaskCompletedEventId);
    const activity = { name: scheduled.activityType?.name ?? '', taskQueue: scheduled.taskQueue?.name ?? '' };
    groups.set(turn, [...(groups.get(turn) ?? []), activity]);
  }
  return [...groups.values()];
}

function describeGroups(groups: readonly BareGroup[]): string {
  return groups.map((group) => group.map(({ name }) => name).join('+')).join(', ');
}
