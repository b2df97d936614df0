import { median, say } from '../bench-pipeline/figures.ts';
import type { Measured } from './figures.ts';
import { watchHost } from './host-time.ts';
import type { LoadJob, LoadResult } from './load-job.ts';
import { quietRounds, type Round } from './quiet-rounds.ts';

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

export const fullAmounts: Amounts = { rounds: 15, callsPerRound: 400, memoryCalls: 100_000 };
export const quickAmounts: Amounts = { rounds: 1, callsPerRound: 30, memoryCalls: 300 };

/** Sends what a job says, and measures. */
export type Load = (job: LoadJob) => Promise<LoadResult>;

interface Kind {
  atOnce: 1 | 16 | 64;
  isStream: boolean;
}

const one: Kind = { atOnce: 1, isStream: false };
const oneStream: Kind = { atOnce: 1, isStream: true };
const sixteen: Kind = { atOnce: 16, isStream: false };
const sixtyFour: Kind = { atOnce: 64, isStream: false };
const sixteenStreams: Kind = { atOnce: 16, isStream: true };
const sixtyFourStreams: Kind = { atOnce: 64, isStream: true };
const kinds: readonly Kind[] = [one, sixteen, sixtyFour, oneStream, sixteenStreams, sixtyFourStreams];

/** What is measured of each target: no more than its figures need. */
const kindsOf: Record<keyof Targets, readonly Kind[]> = {
  direct: [one, oneStream, sixteen],
  gateway: kinds,
  proxy: [one],
  litellm: [one, sixteen],
};

/** Measures every target in turn, round by round, so that a slow minute of the machine hits all of them alike. */
export async function measureCalls(load: Load, targets: Targets, amounts: Amounts): Promise<Measured> {
  const rounds = new Map<string, Round<LoadResult>[]>();
  const hostTook = await watchHost();
  for (let number = 0; number <= amounts.rounds; number += 1) {
    say(number === 0 ? 'warming up' : `round ${number} of ${amounts.rounds}`);
    for (const { name, kind, open } of inTurn(targets)) {
      // LiteLLM takes its time: of many at once fewer calls tell as much.
      const factor = kind.atOnce === 1 ? 1 : name === 'litellm' ? 0.3 : 2;
      const job = { ...(await open()), ...kind, calls: Math.ceil(amounts.callsPerRound * factor) };
      const hostTookOfRound = await watchHost();
      const result = await load(job);
      const round = { result, hostTook: (await hostTookOfRound()) ?? 0 };
      const key = keyOf(name, kind);
      if (number > 0) rounds.set(key, [...(rounds.get(key) ?? []), round]);
    }
  }
  const quiet = (name: keyof Targets, kind: Kind) => quietRounds(rounds.get(keyOf(name, kind)) ?? []);
  const middle: Middle = (name, kind, pick) => median(quiet(name, kind).map(({ result }) => pick(result)));
  const measured = toFigures(middle, targets.litellm !== null);
  const share = await hostTook();
  if (share === undefined) return measured;
  const counted = median(quiet('gateway', one).map((round) => round.hostTook));
  return { ...measured, 'host-took': share, 'host-took-counted': counted };
}

/** Every kind of call with every target that it is measured of, the targets of a kind one behind the other. */
function inTurn(targets: Targets): { name: keyof Targets; kind: Kind; open: OpenTarget }[] {
  return kinds.flatMap((kind) =>
    (Object.keys(targets) as (keyof Targets)[]).flatMap((name) => {
      const open = targets[name];
      return open === null || !kindsOf[name].includes(kind) ? [] : [{ name, kind, open }];
    }),
  );
}

function keyOf(name: keyof Targets, { atOnce, isStream }: Kind): string {
  return `${name}/${String(atOnce)}/${String(isStream)}`;
}

type Value = (result: LoadResult) => number;
type Middle = (name: keyof Targets, kind: Kind, pick: Value) => number;

function toFigures(middle: Middle, hasLitellm: boolean): Measured {
  const added: Middle = (name, kind, pick) => middle(name, kind, pick) - middle('direct', kind, pick);
  const rate: Value = ({ callsPerSecond }) => callsPerSecond;
  const p50: Value = ({ p50Ms }) => p50Ms;
  const p99: Value = ({ p99Ms }) => p99Ms;
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
