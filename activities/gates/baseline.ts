import { createHash } from 'node:crypto';

import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import type { Gate } from '../../domain/gates/gate.ts';
import type { Database } from '../../prisma/client.ts';
import { findBaseline, saveBaseline, type BaselineKey } from '../../prisma/repositories/baselines.ts';
import type { Workspace } from '../git/workspace.ts';
import { runCommand, type GateDependencies } from './run-gate.ts';
import { measureGates, type GateRunOptions } from './run-gates.ts';

export interface BaselineWork {
  repositoryId: string;
  commit: string;
  gates: readonly Gate[];
  /** Brings up a workspace that stands on the commit; only called when there is something to measure. */
  open: () => Promise<Workspace>;
}

export type MeasureBaseline = (work: BaselineWork, options: GateRunOptions) => Promise<GateMeasurement[]>;

/** Whose versions can change what a gate says. A program that is missing is part of the answer, too. */
const versionsCommand = [
  'node --version; npm --version; python3 --version; go version',
  'cargo --version; rustc --version; make --version | head -n 1; true',
].join('; ');
const versionsTimeoutMs = 60_000;

/**
 * What the gates say of untouched base commits: measured once per commit, gates and versions of the tools, then read
 * from the records by every worker.
 */
export function createBaselines(dependencies: { database: Database; gates: GateDependencies }): MeasureBaseline {
  const { database, gates: gateDependencies } = dependencies;
  let versions: string | undefined;
  // Two orders on the same commit at the same time wait for one measurement.
  const running = new Map<string, Promise<GateMeasurement[]>>();

  const readVersions = async (open: BaselineWork['open'], signal: AbortSignal): Promise<string> => {
    const run = { command: versionsCommand, timeoutMs: versionsTimeoutMs, network: false, signal };
    const { output } = await runCommand(gateDependencies, await open(), run);
    // A command that was stopped has said only a part.
    signal.throwIfAborted();
    return output;
  };

  const keyOf = async ({ repositoryId, commit, gates, open }: BaselineWork, signal: AbortSignal) => {
    versions ??= await readVersions(open, signal);
    const toolChain = hash([versions, gates, gateDependencies.containment.sandboxed]);
    return { repositoryId, commit, toolChain };
  };

  const measure = async (key: BaselineKey, { gates, open }: BaselineWork, options: GateRunOptions) => {
    const startedAtMs = Date.now();
    const workspace = await open();
    const measurements = await measureGates(gateDependencies, { workspace, gates }, options);
    await saveBaseline(database, key, { measurements, durationMs: Date.now() - startedAtMs });
    // What others compare with is what was stored first.
    return (await findBaseline(database, key)) ?? measurements;
  };

  return async (work, options) => {
    const key = await keyOf(work, options.signal);
    const name = JSON.stringify(key);
    for (;;) {
      const found = await findBaseline(database, key);
      if (found !== null) return found;
      const other = running.get(name);
      if (other === undefined) break;
      // Somebody else's cancelled order cancels its measurement, and then it is ours to make.
      await Promise.race([other.catch(() => undefined), untilAborted(options.signal)]);
      options.signal.throwIfAborted();
    }
    const measuring = measure(key, work, options).finally(() => running.delete(name));
    running.set(name, measuring);
    return measuring;
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
