import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { projectRoot } from '../../tests/support/stack-parts.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { startGuarded, runGuarded, type GuardedProcess } from '../../tools/guarded-process.mjs';
import { bundledNodePath } from '../../tools/node-runtime.mjs';
import { taskQueues, workflowNames, workOrderWorkflowId } from '../../workflows/contract.ts';
import { waitForEnds } from './api-orders.ts';
import { startBenchServers, variablesOf, type BenchServers } from './bench-stack.ts';
import { median, say, type Amounts, type Measured } from './figures.ts';

const repositories = 5;
const readyMs = 60_000;
const orderLimitMs = 15_000;
const memorySampleMs = 500;

interface Batch {
  msPerOrder: number;
  /** RSS of all workers together, the largest seen. */
  memoryKb: number;
}

/** The same workers under a small and a large batch. */
export async function measureGrowth(amounts: Amounts): Promise<Measured> {
  say('growth: starting PostgreSQL, Temporal and two workers');
  const servers = await startBenchServers();
  const workers: GuardedProcess[] = [];
  try {
    for (let index = 0; index < 2; index += 1) workers.push(await startGrowthWorker(servers));
    const repositoryIds = await insertRepositories(servers);
    const pids = workers.map(({ pid }) => pid);
    const run = async (orders: number): Promise<Batch> => {
      const batch = await runBatch(servers, { orders, repositoryIds, pids });
      say(`growth: ${orders} orders: ${batch.msPerOrder.toFixed(0)} ms each, ${Math.round(batch.memoryKb / 1_024)} MB`);
      return batch;
    };
    const { small, large, smallRounds } = amounts.growthOrders;
    // Loads code and opens connections; not counted.
    await run(small);
    const smalls: Batch[] = [];
    for (let round = 0; round < smallRounds; round += 1) smalls.push(await run(small));
    const big = await run(large);
    return {
      'time-growth-10-to-200': big.msPerOrder / median(smalls.map(({ msPerOrder }) => msPerOrder)),
      'memory-growth-10-to-200': big.memoryKb / median(smalls.map(({ memoryKb }) => memoryKb)),
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await servers.close();
  }
}

async function startGrowthWorker(servers: BenchServers): Promise<GuardedProcess> {
  const place = await servers.makeWorkerPlace();
  const worker = startGuarded({
    command: bundledNodePath(projectRoot),
    args: [fileURLToPath(import.meta.resolve('./growth-worker.ts'))],
    cwd: projectRoot,
    env: { ...servers.environment, ...variablesOf(place) },
    stderr: 'inherit',
  });
  const url = `http://127.0.0.1:${place.ports.workerHealth}/readyz`;
  const isReady = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  const ended = worker.finished.then(() => Promise.reject(new Error('A worker ended instead of becoming ready.')));
  // From then on its end is expected.
  ended.catch(() => undefined);
  await Promise.race([waitFor('ready worker', isReady, readyMs), ended]);
  return worker;
}

async function insertRepositories({ database }: BenchServers): Promise<string[]> {
  const rows = Array.from({ length: repositories }, (_, index) => ({ id: randomUUID(), location: `/none/${index}` }));
  await database.repository.createMany({ data: rows });
  return rows.map(({ id }) => id);
}

interface BatchWish {
  orders: number;
  repositoryIds: readonly string[];
  pids: readonly number[];
}

async function runBatch(servers: BenchServers, { orders, repositoryIds, pids }: BatchWish): Promise<Batch> {
  const orderIds = await insertOrders(servers, orders, repositoryIds);
  const memory = watchMemory(pids);
  const startedAtMs = performance.now();
  await Promise.all(orderIds.map((orderId) => startRun(servers, orderId)));
  const options = { limitMs: 60_000 + orders * orderLimitMs, onProgress: () => undefined };
  const ended = await waitForEnds(servers, orderIds, options);
  const msPerOrder = (performance.now() - startedAtMs) / orders;
  const memoryKb = await memory.stop();
  if (ended < orders) throw new Error(`Of ${orders} orders whose steps do nothing only ${ended} have ended.`);
  return { msPerOrder, memoryKb };
}

async function insertOrders(
  { database }: BenchServers,
  count: number,
  repositoryIds: readonly string[],
): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    title: 'Change something',
    description: 'A change.',
    repositoryId: repositoryIds[index % repositoryIds.length] ?? '',
    baseBranch: 'main',
    baseCommit: '0'.repeat(40),
    acceptanceCriteria: [],
    filesInScope: [],
    risk: 'low' as const,
    priority: 3,
    costCapUsdMicros: 5_000_000n,
    inspection: {},
    approvedBy: 'benchmark',
    approvedAt: new Date(),
    startState: 'started' as const,
  }));
  await database.workOrder.createMany({ data: rows });
  return rows.map(({ id }) => id);
}

async function startRun({ temporal }: BenchServers, orderId: string): Promise<void> {
  await temporal.workflow.start(workflowNames.workOrder, {
    args: [{ orderId, orderNumber: 1, title: 'Change something', repository: '/none' }],
    taskQueue: taskQueues.workflows,
    workflowId: workOrderWorkflowId(orderId),
  });
}

/** Looks at the workers' memory while a batch runs. */
function watchMemory(pids: readonly number[]): { stop(): Promise<number> } {
  const stopping = new AbortController();
  let largestKb = 0;
  const watching = (async () => {
    do {
      largestKb = Math.max(largestKb, await readMemoryKb(pids));
      await new Promise((resolve) => setTimeout(resolve, memorySampleMs));
    } while (!stopping.signal.aborted);
    largestKb = Math.max(largestKb, await readMemoryKb(pids));
  })();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return largestKb;
    },
  };
}

async function readMemoryKb(pids: readonly number[]): Promise<number> {
  const args = ['-o', 'rss=', '-p', pids.join(',')];
  const { stdout } = await runGuarded({ command: 'ps', args, env: { PATH: '/usr/bin:/bin' } });
  return stdout.split('\n').reduce((sum, line) => sum + Number(line.trim()), 0);
}
