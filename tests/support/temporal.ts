import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

import { stackEnvironment } from '../../tools/environment.mjs';
import { startGuarded } from '../../tools/guarded-process.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { provideTemporal } from '../../tools/temporal-program.mjs';
import { isTemporalReady, temporalServerArguments } from '../../tools/temporal-server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const serverStartMs = 30_000;

export interface TestTemporal {
  /** host:port */
  address: string;
  close(): Promise<void>;
}

/**
 * A Temporal dev server as a first start has it, with an empty state of its own.
 *
 * @param withSearchAttributes false: as somebody else would have started it, without ours
 */
export async function startTestTemporal({ withSearchAttributes = true } = {}): Promise<TestTemporal> {
  const { path, version, address: given } = await provideTemporal(root);
  if (given !== undefined) return { address: given, close: () => Promise.resolve() };
  if (path === undefined) throw new Error('There is no Temporal to start: `npx ratchet doctor` says why.');
  const stateDirectory = await mkdtemp(join(tmpdir(), 'ratchet-test-temporal-'));
  const reserved = await reservePorts([
    { part: 'Temporal of the tests', preferred: 57_233 },
    { part: "Temporal's UI of the tests", preferred: 58_233 },
  ]);
  const [port = 0, uiPort = 0] = reserved.ports;
  const address = `127.0.0.1:${port}`;
  const server = startGuarded({
    command: path,
    args: temporalServerArguments({ stateDirectory, version, port, uiPort }).filter(
      (argument, index, all) => withSearchAttributes || ![argument, all[index - 1]].includes('--search-attribute'),
    ),
    env: stackEnvironment({ HOME: stateDirectory }),
    stdout: 'ignore',
  });
  const close = async () => {
    await server.stop();
    reserved.release();
    await rm(stateDirectory, { recursive: true, force: true });
  };
  const deadlineMs = Date.now() + serverStartMs;
  while (!(await isTemporalReady(address))) {
    if (Date.now() > deadlineMs) {
      await close();
      throw new Error('The Temporal of the tests did not answer within 30 s.');
    }
    await wait(100);
  }
  return { address, close };
}
