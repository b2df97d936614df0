import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stackEnvironment } from '../../tools/environment.mjs';
import { runGuarded, type GuardedResult } from '../../tools/guarded-process.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { provideTemporal } from '../../tools/temporal-program.mjs';
import { isTemporalReady, temporalServerArguments } from '../../tools/temporal-server.mjs';
import type { TestNamespace } from './namespace.ts';
import { createStackPart, type StackPart } from './stack-part.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The server chooses some ports for itself, and ends at its start when another process took one of them meanwhile. */
const startsMax = 3;

export interface TestTemporal {
  /** host:port */
  address: string;
  close(): Promise<void>;
}

/**
 * It lives for a minute, keeps little and does one thing after the other: collecting garbage as often as usual took a tenth
 * of its time, and handing work from one processor to another a quarter.
 */
const thrifty = { GOGC: '400', GOMAXPROCS: '1' };

/**
 * A Temporal dev server as a first start has it, with an empty state of its own; or the one whose address is given.
 *
 * @param environment otherwise than that of a start; by default it saves processor time
 */
export async function startTestTemporal(environment: Record<string, string> = thrifty): Promise<TestTemporal> {
  const { address: given } = await provideTemporal(root);
  if (given !== undefined) return { address: given, close: () => Promise.resolve() };
  const stateDirectory = await mkdtemp(join(tmpdir(), 'ratchet-test-temporal-'));
  const reserved = await reservePorts([{ part: 'Temporal' }, { part: "Temporal's UI" }]);
  const [port = 0, uiPort = 0] = reserved.ports;
  const part = await createTemporalServer({ stateDirectory, port, uiPort, environment });
  const close = async () => {
    await part.stop();
    reserved.release();
    await rm(stateDirectory, { recursive: true, force: true });
  };
  try {
    await part.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, close };
}

/** @throws when there is only the address of a server: orders of others run on it, and nobody may kill it */
export async function createTemporalServer(settings: {
  stateDirectory: string;
  port: number;
  uiPort: number;
  environment?: Record<string, string>;
}): Promise<StackPart> {
  const { path, version } = await provideTemporal(root);
  if (path === undefined) throw new Error('These tests start a Temporal of their own: unset TEMPORAL_ADDRESS.');
  const { stateDirectory, port, environment = thrifty } = settings;
  const part = createStackPart({
    name: 'temporal',
    logFile: join(stateDirectory, 'logs/temporal.log'),
    command: async () => ({
      command: path,
      args: temporalServerArguments({ ...settings, version }),
      cwd: stateDirectory,
      env: stackEnvironment({ HOME: stateDirectory, ...environment }),
      graceMs: 3_000,
    }),
    isReady: () => isTemporalReady(`127.0.0.1:${port}`),
  });
  return { ...part, start: () => startAgain(part) };
}

/** Runs Temporal's own command-line tool as a person would. @throws when there is only the address of a server */
export async function callTemporal(
  { address, namespace }: TestNamespace,
  args: readonly string[],
): Promise<GuardedResult> {
  const { path } = await provideTemporal(root);
  if (path === undefined) throw new Error("These tests call Temporal's own tool: unset TEMPORAL_ADDRESS.");
  const home = await mkdtemp(join(tmpdir(), 'ratchet-test-home-'));
  try {
    return await runGuarded({
      command: path,
      args: [...args, '--address', address, '--namespace', namespace],
      env: stackEnvironment({ HOME: home }),
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function startAgain(part: StackPart, starts = 1): Promise<void> {
  try {
    await part.start();
  } catch (error) {
    await part.stop();
    if (starts === startsMax) throw error;
    await startAgain(part, starts + 1);
  }
}
