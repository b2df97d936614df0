import { median, say } from '../bench-pipeline/figures.ts';
import type { Measured } from './figures.ts';
import { watchHost } from './host-time.ts';
import type { LoadJob, LoadResult } from './load-job.ts';

/** Where calls go to. */
export interface Target {
  url: string;
  token: string;
}

/** Each job has a session of its own, as each attempt of a work order has. */
export type OpenTarget = () => Promise<Target>;

export interface Targets {
  direct: OpenTarget;
  gateway: OpenTarget;
  /** Passes on and does nothing else. */
  proxy: OpenTarget;
  /** Null where it can't be had. */
  litellm: OpenTarget | null;
}

export interface Amounts {
  rounds: number;
  /** Calls of one round, one at a time; more at once take as many times more. */
  callsPerRound: number;
  memoryCalls: number;
}

export const fullAmounts: Amounts = { rounds: 5, callsPerRound: 400, memoryCalls: 100_000 };
export const quickAmounts: Amounts = { rounds: 1, callsPerRound: 30, memoryCalls: 300 };

/** Sends what a job says, and measures. */
export type Load = (job: LoadJob) => Promise<LoadResult>;

type Kind = { atOnce: number; isStream: boolean };

/** Measures every target in turn, round by round, so that a slow minute of the machine hits all of them alike. */
export async function measureCalls(load: Load, targets: Targets, amounts: Amounts): Promise<Measured> {
  const run = async (open: OpenTarget, kind: Kind, calls: number) => load({ ...(await open()), ...kind, calls });
  const kinds: Kind[] = [false, true].flatMap((isStream) => [1, 16, 64].map((atOnce) => ({ atOnce, isStream })));
  const named = Object.entries(targets).flatMap(([name, open]: [string, OpenTarget | null]) =>
    open === null ? [] : [{ name, open }],
  );
  const results = new Map<string, LoadResult[]>();
  const hostTook = await watchHost();
  for (let round = 0; round <= amounts.rounds; round += 1) {
    say(round === 0 ? 'warming up' : `round ${round} of ${amounts.rounds}`);
    for (const kind of kinds) {
      for (const { name, open } of named) {
        // LiteLLM takes its time: of many at once fewer calls tell as much.
        const factor = kind.atOnce === 1 ? 1 : name === 'litellm' ? 0.3 : 2;
        const result = await run(open, kind, Math.ceil(amounts.callsPerRound * factor));
        const key = keyOf(name, kind);
        if (round > 0) results.set(key, [...(results.get(key) ?? []), result]);
      }
    }
  }
  const middle = (name: string, kind: Kind, pick: (result: LoadResult) => number): number =>
    median((results.get(keyOf(name, kind)) ?? []).map(pick));
  const share = await hostTook();
  return { ...toFigures(middle, targets.litellm !== null), ...(share === undefined ? {} : { 'host-took': share }) };
}

function keyOf(name: string, { atOnce, isStream }: Kind): string {
  return `${name}/${String(atOnce)}/${String(isStream)}`;
}

function toFigures(
  middle: (name: string, kind: Kind, pick: (result: LoadResult) => number) => number,
  hasLitellm: boolean,
): Measured {
  const one = { atOnce: 1, isStream: false };
  const oneStream = { atOnce: 1, isStream: true };
  const sixteen = { atOnce: 16, isStream: false };
  const added = (name: string, kind: Kind, pick: (result: LoadResult) => number) =>
    middle(name, kind, pick) - middle('direct', kind, pick);
  const rate = ({ callsPerSecond }: LoadResult) => callsPerSecond;
  const p50 = ({ p50Ms }: LoadResult) => p50Ms;
  const p99 = ({ p99Ms }: LoadResult) => p99Ms;
  const firstByteMs = added('gateway', oneStream, ({ firstByteP50Ms }) => firstByteP50Ms);
  const own = { p50Ms: added('gateway', one, p50), p99Ms: added('gateway', one, p99) };
  const measured: Measured = {
    'added-p50': own.p50Ms,
    'added-p99': own.p99Ms,
    'stream-first-byte-added': firstByteMs,
    'direct-per-second-16': middle('direct', sixteen, rate),
    'proxy-added-p50': added('proxy', one, p50),
    'proxy-added-p99': added('proxy', one, p99),
  };
  for (const atOnce of [1, 16, 64] as const) {
    measured[`calls-per-second-${atOnce}`] = middle('gateway', { atOnce, isStream: false }, rate);
    measured[`streams-per-second-${atOnce}`] = middle('gateway', { atOnce, isStream: true }, rate);
  }
  if (!hasLitellm) return measured;
  const peer = { p50Ms: added('litellm', one, p50), p99Ms: added('litellm', one, p99) };
  const peerPerSecond = middle('litellm', sixteen, rate);
  return {
    ...measured,
    'calls-vs-litellm': middle('gateway', sixteen, rate) / peerPerSecond,
    'litellm-per-second-16': peerPerSecond,
    'litellm-added-p50': peer.p50Ms,
    'litellm-added-p99': peer.p99Ms,
    'added-p50-vs-litellm': own.p50Ms / peer.p50Ms,
    'added-p99-vs-litellm': own.p99Ms / peer.p99Ms,
    'first-byte-vs-litellm': firstByteMs / peer.p50Ms,
  };
}

/** What the gateway's process holds. */
export interface GatewayMemory {
  rssBytes: number;
  /** After a collection: the heap that is in use, and what lies outside of it. */
  liveBytes: number;
}

/** How the gateway's memory grows with the number of its calls. */
export async function measureMemory(
  load: Load,
  gateway: { open: OpenTarget; readMemory: () => Promise<GatewayMemory> },
  amounts: Amounts,
): Promise<Measured> {
  const { open, readMemory } = gateway;
  const calls = async (count: number) => load({ ...(await open()), calls: count, atOnce: 16, isStream: false });
  say(`${amounts.memoryCalls} calls for the growth of memory`);
  await calls(amounts.memoryCalls / 10);
  const early = await readMemory();
  await calls((amounts.memoryCalls * 9) / 10);
  const late = await readMemory();
  return { 'memory-growth-100k': late.liveBytes / early.liveBytes, 'memory-after-100k': late.rssBytes / 1024 ** 2 };
}
