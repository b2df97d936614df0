import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { readVariable } from '../../tools/environment.mjs';
import { startGuarded } from '../../tools/guarded-process.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { isPostgresReady, POSTGRES_MAJOR, postgresServerCommand, postgresUrl } from '../../tools/postgres-server.mjs';
import { stateFolder, takeRun } from '../../tools/run-lock.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Of the stack that `npm start` keeps for this clone. */
const stateDirectory = stateFolder(root);
const serverStartMs = 30_000;

/** Where backups go. */
export function backupFolder(): string {
  return readVariable('RATCHET_BACKUP_DIR') ?? join(readVariable('RATCHET_STATE_DIR') ?? stateDirectory, 'backups');
}

/**
 * Works on the database that DATABASE_OWNER_URL names, else DATABASE_URL, or else on the one that `npm start` keeps for this clone: on its running
 * server, or on one that is started for this work and ended after it.
 *
 * @throws an Error of one sentence when there is neither
 */
export async function withDatabaseUrl<Result>(work: (databaseUrl: string) => Promise<Result>): Promise<Result> {
  const given = readVariable('DATABASE_OWNER_URL') ?? readVariable('DATABASE_URL');
  if (given !== undefined) {
    if (!/^postgres(?:ql)?:$/.test(URL.parse(given)?.protocol ?? ''))
      throw new Error(
        'DATABASE_URL is no address of a PostgreSQL database, such as postgresql://ratchet@127.0.0.1:5432/ratchet.',
      );
    return work(given);
  }
  const data = join(stateDirectory, `postgres-${POSTGRES_MAJOR}`, 'data');
  if (!existsSync(data))
    throw new Error(
      'DATABASE_URL is not set and this clone has no database yet, so nobody knows which one is meant: set it, or run npm start first.',
    );
  const running = await runningServerUrl(data);
  return running === undefined ? withOwnServer(work) : work(running);
}

async function runningServerUrl(data: string): Promise<string | undefined> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  // The fourth line of PostgreSQL's own file.
  const port = Number(readFileSync(pidFile, 'utf8').split('\n')[3]);
  if (!Number.isInteger(port) || port === 0) return undefined;
  const url = postgresUrl({ stateDirectory, port });
  return (await isPostgresReady(url)) ? url : undefined;
}

/** As the run of this clone, so that no start takes place on the same data meanwhile. */
async function withOwnServer<Result>(work: (databaseUrl: string) => Promise<Result>): Promise<Result> {
  const run = await takeRun(root);
  try {
    const reserved = await reservePorts([{ part: 'PostgreSQL', preferred: 5_439 }]);
    const place = { stateDirectory, port: reserved.ports[0] ?? 0 };
    const server = startGuarded({ ...(await postgresServerCommand({ root, ...place })), cwd: '/' });
    try {
      const url = postgresUrl(place);
      await waitUntilReady(url);
      return await work(url);
    } finally {
      await server.stop();
      reserved.release();
    }
  } finally {
    await run.release();
  }
}

async function waitUntilReady(url: string): Promise<void> {
  const deadlineMs = Date.now() + serverStartMs;
  while (!(await isPostgresReady(url))) {
    if (Date.now() > deadlineMs)
      throw new Error(
        `The PostgreSQL of this clone did not take connections within ${serverStartMs / 1_000} s: see ${join(stateDirectory, 'logs')}.`,
      );
    await sleep(100);
  }
}
