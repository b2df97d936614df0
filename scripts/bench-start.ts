/** Measures `npm start` in clones of its own: how long until a pull request, and what the idle stack costs. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { readParentPid } from '../tools/process-identity.mjs';
import { createClone, type Clone, type CloneCommand } from '../tests/support/clone.ts';
import { waitFor } from '../tests/support/wait-for.ts';
import { median } from './bench-pipeline/figures.ts';

const usage = `Usage: npm run bench:start [-- --cold] [-- --json]

Measures in clones of the working tree, in temporary folders:
  warm       start to pull request (median of 3), packages, caches and database there
  api-ready  start to the first answer of the API, in the same starts (median)
  idle-rss   memory of PostgreSQL, Temporal, worker and API, idle after an order: the sum of their proportional set
             sizes, in which pages that processes share count once
  cold       with --cold: start to pull request without packages and with empty caches; takes minutes
--json prints the figures as the last line of standard output.`;

const rounds = 3;
const idleMs = 15_000;
const warmLimitMs = 300_000;
const coldLimitMs = 1_800_000;

/** What `npm start` is meant to stay under, on two cores that have nothing else to do. */
const goals = { cold: 420, warm: 45, 'api-ready': 12, 'idle-rss': 1_000 };

interface Figure {
  name: keyof typeof goals;
  value: number;
  unit: 's' | 'MB';
}

const timingsSchema = z.looseObject({ apiReadyMs: z.number() });

/** One `npm start -- --once`. @returns seconds */
async function measureStart(clone: Clone, limitMs = warmLimitMs): Promise<{ pullRequest: number; apiReady: number }> {
  const startedAtMs = performance.now();
  const command = clone.start('--once');
  await waitForOutput(command, /Pull request \d+ is open/, limitMs);
  const pullRequest = (performance.now() - startedAtMs) / 1_000;
  const { exitCode } = await command.process.finished;
  if (exitCode !== 0) throw new Error(`npm start ended with ${String(exitCode)}:\n${command.output()}`);
  const timings = await readFile(join(clone.folder, '.ratchet/timings.json'), 'utf8');
  return { pullRequest, apiReady: timingsSchema.parse(JSON.parse(timings)).apiReadyMs / 1_000 };
}

async function waitForOutput(command: CloneCommand, text: RegExp, limitMs: number): Promise<void> {
  let hasEnded = false;
  void command.process.finished.then(() => (hasEnded = true));
  const isDone = async () => hasEnded || text.test(command.output());
  await waitFor(`line like ${text.source}`, isDone, limitMs);
  if (!text.test(command.output())) throw new Error(`npm start ended too early:\n${command.output()}`);
}

async function measureWarm(clone: Clone): Promise<Figure[]> {
  await measureStart(clone);
  const pullRequests: number[] = [];
  const apiReady: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const measured = await measureStart(clone);
    pullRequests.push(measured.pullRequest);
    apiReady.push(measured.apiReady);
    console.log(
      `start ${round}: API after ${measured.apiReady.toFixed(1)} s, pull request after ${measured.pullRequest.toFixed(1)} s`,
    );
  }
  return [
    { name: 'warm', value: seconds(median(pullRequests)), unit: 's' },
    { name: 'api-ready', value: seconds(median(apiReady)), unit: 's' },
  ];
}

async function measureIdle(clone: Clone): Promise<Figure> {
  const command = clone.start();
  await waitForOutput(command, /Ratchet stays up/, warmLimitMs);
  await wait(idleMs);
  const { supervisor, ...parts } = clone.currentRun()?.pids ?? {};
  const sizes = Object.entries(parts).map(([name, pid]): [string, number] => [name, treeMemoryMb(pid)]);
  const sum = sizes.reduce((total, [, size]) => total + size, 0);
  const shown = sizes.map(([name, size]) => `${name} ${Math.round(size)} MB`);
  console.log(`idle: ${shown.join(', ')}; not counted: what supervises them, ${supervisorsMb(supervisor)} MB`);
  process.kill(command.process.pid, 'SIGTERM');
  await command.process.finished;
  return { name: 'idle-rss', value: Math.round(sum), unit: 'MB' };
}

/** The supervisor, the start script, npm and the shell between them, each without its children. */
function supervisorsMb(supervisor: number | undefined): number {
  let sumKb = 0;
  for (let pid = supervisor; pid !== undefined && pid !== process.pid; pid = readParentPid(pid)) {
    sumKb += memoryKb(String(pid));
  }
  return Math.round(sumKb / 1_024);
}

/** Proportional set size of a process and all that descends from it: PostgreSQL's leave the group of their parent. */
function treeMemoryMb(leader: number): number {
  const members = new Set([leader]);
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  // A parent may have a higher number than its child, so once through the list is not enough.
  for (let size = 0; size < members.size;) {
    size = members.size;
    for (const pid of others) if (members.has(readParentPid(Number(pid)) ?? 0)) members.add(Number(pid));
  }
  return [...members].reduce((sum, pid) => sum + memoryKb(String(pid)), 0) / 1_024;
}

function memoryKb(pid: string): number {
  return Number(/^Pss: +(\d+) kB$/m.exec(readProc(pid, 'smaps_rollup'))?.[1] ?? 0);
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended meanwhile, or belongs to somebody else and so not to this stack.
    return '';
  }
}

function seconds(value: number): number {
  return Math.round(value * 10) / 10;
}

async function withClone<Result>(isCold: boolean, measure: (clone: Clone) => Promise<Result>): Promise<Result> {
  const clone = await createClone({ isCold });
  try {
    return await measure(clone);
  } finally {
    await clone.remove();
  }
}

async function main(isCold: boolean): Promise<Figure[]> {
  console.log(`load of this machine before: ${loadavg()[0]?.toFixed(1) ?? '?'} on ${cpus().length} cores`);
  const figures = await withClone(false, async (clone) => [...(await measureWarm(clone)), await measureIdle(clone)]);
  if (!isCold) {
    console.log('cold: not measured, since it takes minutes; -- --cold does');
    return figures;
  }
  const { pullRequest } = await withClone(true, (clone) => measureStart(clone, coldLimitMs));
  return [{ name: 'cold', value: seconds(pullRequest), unit: 's' }, ...figures];
}

const { values } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' }, cold: { type: 'boolean' }, json: { type: 'boolean' } },
});
if (values.help === true) {
  console.log(usage);
} else {
  const figures = await main(values.cold === true);
  for (const { name, value, unit } of figures) {
    const verdict = value < goals[name] ? 'met' : 'NOT MET';
    console.log(`${name.padEnd(10)} ${value} ${unit}, goal under ${goals[name]} ${unit}: ${verdict}`);
  }
  if (values.json === true) console.log(JSON.stringify({ bench: 'start', figures }));
}
