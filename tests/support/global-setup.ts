import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

import type { TestProject } from 'vitest/node';

import { startGuarded } from '../../tools/guarded-process.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import {
  ensurePostgresData,
  isPostgresReady,
  postgresServerCommand,
  postgresUrl,
} from '../../tools/postgres-server.mjs';
import { createMigratedDatabase, runStatement } from './database.ts';
import { readTestSettings } from './settings.ts';
import { startTestTemporal } from './temporal.ts';
import { prepareWorkflowBundles } from './workflow-bundles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const serverStartMs = 30_000;

/**
 * Nothing of this server outlives the run, so it need not outlive a power cut. A kill of any process loses nothing either:
 * what was written is with the kernel. Stacks with a PostgreSQL of their own have it as everybody has it.
 */
const hastySettings = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0'],
  // It would look after a hundred databases that are gone a minute later.
  'autovacuum=off',
  // Some workers, APIs and test files at once, each with a pool.
  'max_connections=300',
  // Nobody guesses at these passwords, and to prove one took nearly half of what a connection costs.
  'scram_iterations=1',
];

declare module 'vitest' {
  interface ProvidedContext {
    /** The server on which each test file makes databases of its own. */
    postgresUrl: string;
    /** Name of the one that they are copies of. */
    migratedDatabase: string;
    /** host:port of the server on which test files make namespaces of their own. */
    temporalAddress: string;
  }
}

/**
 * Starts a PostgreSQL and a Temporal for the whole run, the same that a first start uses, unless servers are given, and
 * bundles the workflows once for all.
 *
 * @returns what ends it again
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [stopPostgres, temporal] = await Promise.all([
    provideServer(project),
    startTestTemporal(),
    prepareWorkflowBundles(),
  ]);
  project.provide('temporalAddress', temporal.address);
  return async () => {
    await Promise.all([stopPostgres(), temporal.close()]);
  };
}

async function provideServer(project: TestProject): Promise<() => Promise<void>> {
  const { databaseUrl } = readTestSettings();
  const server =
    databaseUrl === undefined ? await startPostgres() : { url: databaseUrl, stop: () => Promise.resolve() };
  project.provide('postgresUrl', server.url);
  const { name, drop } = await createMigratedDatabase(server.url);
  project.provide('migratedDatabase', name);
  return async () => {
    await drop();
    await server.stop();
  };
}

async function startPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'ratchet-test-'));
  await ensurePostgresData({ root, stateDirectory });
  const reserved = await reservePorts([{ part: 'PostgreSQL of the tests' }]);
  const [port] = reserved.ports;
  if (port === undefined) throw new Error('There is no free port for the PostgreSQL of the tests.');
  const command = await postgresServerCommand({ root, stateDirectory, port });
  const args = [...command.args, ...hastySettings.flatMap((setting) => ['-c', setting])];
  const server = startGuarded({ ...command, args });
  const url = postgresUrl({ stateDirectory, port });
  const stop = async () => {
    await server.stop();
    reserved.release();
    await rm(stateDirectory, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(url, server.finished);
    await setPasswordAgain(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** A password is kept as the settings were when it was set. */
async function setPasswordAgain(url: string): Promise<void> {
  const { username, password } = new URL(url);
  await runStatement(url, `ALTER ROLE ${username} PASSWORD '${password}'`);
}

async function waitUntilReady(url: string, finished: Promise<{ stderr: string }>): Promise<void> {
  let ended: { stderr: string } | undefined;
  void finished.then((result) => (ended = result));
  const deadlineMs = Date.now() + serverStartMs;
  while (!(await isPostgresReady(url))) {
    if (ended !== undefined) throw new Error(`The PostgreSQL of the tests ended at once: ${ended.stderr}`);
    if (Date.now() > deadlineMs) throw new Error('The PostgreSQL of the tests did not take connections within 30 s.');
    await wait(100);
  }
}
