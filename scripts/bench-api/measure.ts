import { headersOf } from '../../tests/support/operator.ts';
import type { Measured } from './figures.ts';
import { quantile } from '../bench-gateway/quantile.ts';
import { load, type LoadResult, type Target } from './load.ts';
import { insertOrders } from './orders.ts';
import type { BenchApi } from './servers.ts';

interface Amounts {
  /** Orders in the table for the comparison with the bare server, and for the lists of a large one. */
  orders: number;
  ordersLarge: number;
  /** Of each kind of request in each round. */
  calls: number;
  rounds: number;
}

export const fullAmounts: Amounts = { orders: 20_000, ordersLarge: 1_000_000, calls: 2_000, rounds: 5 };
export const quickAmounts: Amounts = { orders: 500, ordersLarge: 2_000, calls: 40, rounds: 1 };

const atOnce = 16;

/** All figures, one after the other. */
export async function measureApi(servers: BenchApi, amounts: Amounts): Promise<Measured> {
  await insertOrders(servers.database, servers.person.id, amounts.orders);
  const read = await compare(listTargets(servers), amounts);
  say(`reads: ${read.ratio.toFixed(2)} times the bare route`);
  const write = await compare(await changeTargets(servers), amounts);
  say(`writes: ${write.ratio.toFixed(2)} times the bare route`);
  await insertOrders(servers.database, servers.person.id, amounts.ordersLarge - amounts.orders);
  const listP99Ms = await measureLargeLists(servers, amounts);
  return {
    'read-vs-bare': read.ratio,
    'write-vs-bare': write.ratio,
    'reads-per-second': read.ours.perSecond,
    'writes-per-second': write.ours.perSecond,
    'read-p99': read.ours.p99Ms,
    'write-p99': write.ours.p99Ms,
    'list-1m-p99': listP99Ms,
    'temporal-down-503': await measureRefusal(servers),
  };
}

/** Minutes without a word look like a hang. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

interface Pair {
  ours: Target;
  bare: Target;
}

/** Rounds in turn, so that whatever else the machine does slows both; the median of their ratios. */
async function compare({ ours, bare }: Pair, { calls, rounds }: Amounts): Promise<{ ratio: number; ours: LoadResult }> {
  await load(bare, { calls: Math.ceil(calls / 4), atOnce });
  await load(ours, { calls: Math.ceil(calls / 4), atOnce });
  const results: { ours: LoadResult; bare: LoadResult }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    results.push({ bare: await load(bare, { calls, atOnce }), ours: await load(ours, { calls, atOnce }) });
  }
  const ratio = quantile(
    results.map((one) => one.bare.perSecond / one.ours.perSecond),
    0.5,
  );
  return {
    ratio,
    ours: {
      perSecond: quantile(
        results.map((one) => one.ours.perSecond),
        0.5,
      ),
      p99Ms: quantile(
        results.map((one) => one.ours.p99Ms),
        0.5,
      ),
    },
  };
}

function listTargets({ apiUrl, bareUrl, person }: BenchApi): Pair {
  const headers = headersOf(person.token);
  return {
    ours: { url: `${apiUrl}/api/v1/work-orders`, method: 'GET', headers },
    bare: { url: `${bareUrl}/list`, method: 'GET', headers },
  };
}

async function changeTargets({ apiUrl, bareUrl, person, database }: BenchApi): Promise<Pair> {
  const { id } = await database.workOrder.findFirstOrThrow({ where: { ownerId: person.id } });
  const headers = headersOf(person.token);
  let count = 0;
  const body = () => JSON.stringify({ title: `Change something ${String((count += 1))}` });
  return {
    ours: { url: `${apiUrl}/api/v1/work-orders/${id}`, method: 'PATCH', headers, body },
    bare: { url: `${bareUrl}/orders/${id}`, method: 'PATCH', headers, body },
  };
}

/** The first page, a page far down, and every filter, as a person would click them. */
async function measureLargeLists({ apiUrl, person, database }: BenchApi, { calls }: Amounts): Promise<number> {
  const { number } = await database.workOrder.findFirstOrThrow({ orderBy: { number: 'desc' } });
  const middle = Buffer.from(String(Math.floor(number / 2))).toString('base64url');
  const queries = [
    '',
    `?cursor=${middle}`,
    '?status=waiting',
    '?status=completed&limit=100',
    '?finished=false',
    '?failureClass=timeout',
    '?repository=https://example.test/repository-7.git',
    '?text=number%2012345',
    '?text=prices',
  ];
  const headers = headersOf(person.token);
  const targets = queries.map((query): Target => {
    return { url: `${apiUrl}/api/v1/work-orders${query}`, method: 'GET', headers };
  });
  for (const target of targets) {
    const { p99Ms } = await load(target, { calls: Math.ceil(calls / 20), atOnce: 1 });
    say(`${target.url.split('/').at(-1) ?? ''}: ${p99Ms.toFixed(1)} ms`);
  }
  return (await load(targets, { calls: targets.length * Math.ceil(calls / 10), atOnce: 1 })).p99Ms;
}

/** @throws when a read fails meanwhile, or the write is answered otherwise */
async function measureRefusal({ apiUrl, person }: BenchApi): Promise<number> {
  const headers = { ...headersOf(person.token), 'content-type': 'application/json' };
  const body = {
    ...{ repository: 'https://127.0.0.1:1/none.git', title: 'Change', description: 'A change.' },
    acceptanceCriteria: [{ text: 'It is changed.' }],
  };
  const startedAtMs = performance.now();
  const writing = fetch(`${apiUrl}/api/v1/work-orders`, { method: 'POST', headers, body: JSON.stringify(body) });
  const reads = load(
    { url: `${apiUrl}/api/v1/work-orders`, method: 'GET', headers: headersOf(person.token) },
    { calls: 20, atOnce: 2 },
  );
  const answer = await writing;
  const seconds = (performance.now() - startedAtMs) / 1_000;
  await reads;
  if (answer.status !== 503) throw new Error(`A write without Temporal was answered with ${String(answer.status)}.`);
  return seconds;
}
