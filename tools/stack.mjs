/** The four parts of a local stack: how each is started, and when it counts as started. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { providerEnvironment, readVariable, stackEnvironment } from './environment.mjs';
import { bundledNodePath, pathWithBundledNode } from './node-runtime.mjs';
import { ensurePostgresData, isPostgresReady, postgresServerCommand, postgresUrl } from './postgres-server.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { ensureStackSecrets, secretEnvironment } from './stack-secrets.mjs';
import { createPart } from './supervised-part.mjs';
import { isTemporalReady, temporalServerArguments } from './temporal-server.mjs';

/**
 * Time each part gets to end by itself, in milliseconds. Together they stay near 20 s, and killing later loses nothing: the
 * workflow engine and the database are made for it.
 */
const GRACE_MS = { api: 4_000, worker: 10_000, temporal: 3_000, postgres: 5_000 };
/** A part that dies is seen at once; this is for a machine whose processor others take, where a start needs minutes. */
const READY_TIMEOUT_MS = 180_000;
const HTTP_TIMEOUT_MS = 1_000;

/**
 * @typedef {object} StackSettings
 * @property {string} root the clone
 * @property {string} stateDirectory absolute
 * @property {import('./stack-ports.mjs').StackPorts} ports
 * @property {{ path?: string, version: string, address?: string }} temporal a program to start, or the address of a server
 * @property {string} aiderPath
 * @property {string | undefined} lizardPath undefined: the complexity of changed code stays unknown
 * @property {(sentence: string) => void} say
 * @property {(name: 'postgres' | 'temporal' | 'worker' | 'api', pid: number) => void} onStarted
 * @property {(error: Error) => void} onGivenUp
 */

/**
 * @typedef {object} StackAddresses
 * @property {string} apiUrl
 * @property {string} workerHealthUrl
 * @property {string} temporalAddress host:port
 * @property {string} [temporalUiUrl] missing for a server of the user's without TEMPORAL_UI_URL
 */

/**
 * @typedef {object} Stack
 * @property {() => Promise<string>} startPostgres resolves with the owner's URL of the database when it answers; holds a password
 * @property {() => Promise<void>} startTemporal
 * @property {import('./stack-secrets.mjs').StackSecrets} secrets
 * @property {(databaseUrl: string) => Promise<void>} startWorker
 * @property {(databaseUrl: string) => Promise<void>} startApi
 * @property {() => Promise<void>} stop ends what was started, in the order API, worker, Temporal, PostgreSQL
 * @property {StackAddresses} addresses
 */

/**
 * @param {StackSettings} settings
 * @returns {Stack}
 */
export function createStack(settings) {
  const addresses = stackAddresses(settings);
  const secrets = ensureStackSecrets(settings.stateDirectory);
  const postgres = postgresPart(settings);
  const temporal = temporalPart(settings, addresses);
  /** @type {Map<'api' | 'worker', import('./supervised-part.mjs').Part>} */
  const nodeParts = new Map();
  /**
   * @param {'api' | 'worker'} name
   * @param {string} healthUrl
   * @param {string} databaseUrl
   */
  async function startNodePart(name, healthUrl, databaseUrl) {
    const environment = {
      ...nodeEnvironment(settings, addresses, databaseUrl),
      ...secretEnvironment(secrets, name),
      ...(name === 'worker' ? providerEnvironment() : {}),
    };
    const part = nodePart(settings, { name, healthUrl, environment });
    nodeParts.set(name, part);
    await part.start();
  }
  return {
    addresses,
    secrets,
    async startPostgres() {
      const given = readVariable('DATABASE_OWNER_URL') ?? readVariable('DATABASE_URL');
      if (given !== undefined) return given;
      mkdirSync(settings.stateDirectory, { recursive: true });
      await ensurePostgresData(settings);
      await postgres.start();
      return postgresUrl({ stateDirectory: settings.stateDirectory, port: settings.ports.postgres });
    },
    async startTemporal() {
      await temporal.start();
    },
    async startWorker(databaseUrl) {
      await startNodePart('worker', addresses.workerHealthUrl, databaseUrl);
    },
    async startApi(databaseUrl) {
      await startNodePart('api', addresses.apiUrl, databaseUrl);
    },
    async stop() {
      for (const part of [nodeParts.get('api'), nodeParts.get('worker'), temporal, postgres]) await part?.stop();
    },
  };
}

/**
 * @param {StackSettings} settings
 * @returns {StackAddresses}
 */
function stackAddresses({ ports, temporal }) {
  const temporalUiUrl =
    temporal.address === undefined ? `http://127.0.0.1:${String(ports.temporalUi)}` : readVariable('TEMPORAL_UI_URL');
  return {
    apiUrl: `http://127.0.0.1:${String(ports.api)}`,
    workerHealthUrl: `http://127.0.0.1:${String(ports.workerHealth)}`,
    temporalAddress: temporal.address ?? `127.0.0.1:${String(ports.temporal)}`,
    ...(temporalUiUrl === undefined ? {} : { temporalUiUrl }),
  };
}

/** @param {StackSettings} settings */
function postgresPart(settings) {
  const { root, stateDirectory, ports } = settings;
  return createPart({
    ...commonDefinition(settings, 'postgres', 'PostgreSQL'),
    command: async () => ({
      ...(await postgresServerCommand({ root, stateDirectory, port: ports.postgres })),
      cwd: '/',
      graceMs: GRACE_MS.postgres,
    }),
    isReady: () => isPostgresReady(postgresUrl({ stateDirectory, port: ports.postgres })),
  });
}

/**
 * @param {StackSettings} settings
 * @param {StackAddresses} addresses
 * @returns {import('./supervised-part.mjs').Part}
 */
function temporalPart(settings, { temporalAddress }) {
  const { stateDirectory, ports, temporal } = settings;
  const { path } = temporal;
  if (path === undefined) return runningServer(temporalAddress);
  return createPart({
    ...commonDefinition(settings, 'temporal', 'Temporal'),
    command: () =>
      Promise.resolve({
        command: path,
        args: temporalServerArguments({
          version: temporal.version,
          port: ports.temporal,
          uiPort: ports.temporalUi,
        }),
        cwd: stateDirectory,
        env: stackEnvironment(),
        graceMs: GRACE_MS.temporal,
      }),
    isReady: () => isTemporalReady(temporalAddress),
  });
}

/**
 * A server that somebody else runs: it must answer, and is never stopped.
 *
 * @param {string} address
 * @returns {import('./supervised-part.mjs').Part}
 */
function runningServer(address) {
  return {
    name: 'Temporal',
    async start() {
      if (await isTemporalReady(address)) return;
      throw new ProvisioningError(
        `TEMPORAL_ADDRESS is ${address} and no Temporal server with a namespace "default" answers there, so no run can start: start it, correct the address, or unset the variable.`,
      );
    },
    stop: () => Promise.resolve(),
  };
}

/**
 * @param {StackSettings} settings
 * @param {{ name: 'worker' | 'api', healthUrl: string, environment: Record<string, string> }} part
 */
function nodePart(settings, { name, healthUrl, environment }) {
  const { root } = settings;
  return createPart({
    ...commonDefinition(settings, name, name === 'api' ? 'API' : 'worker'),
    command: () =>
      Promise.resolve({
        command: bundledNodePath(root),
        args: [join(root, name, 'main.ts')],
        cwd: root,
        env: environment,
        graceMs: GRACE_MS[name],
      }),
    isReady: () => answersOk(`${healthUrl}/readyz`),
  });
}

/**
 * @param {StackSettings} settings
 * @param {'postgres' | 'temporal' | 'worker' | 'api'} name
 * @param {string} title
 */
function commonDefinition(settings, name, title) {
  return {
    name: title,
    logFile: join(settings.stateDirectory, 'logs', `${name}.log`),
    readyTimeoutMs: READY_TIMEOUT_MS,
    say: settings.say,
    /** @param {number} pid */
    onStarted(pid) {
      settings.onStarted(name, pid);
    },
    onGivenUp: settings.onGivenUp,
  };
}

/**
 * @param {StackSettings} settings
 * @param {StackAddresses} addresses
 * @param {string} databaseUrl
 */
function nodeEnvironment(
  { root, stateDirectory, ports, aiderPath, lizardPath },
  { temporalAddress, temporalUiUrl },
  databaseUrl,
) {
  return stackEnvironment({
    PATH: pathWithBundledNode(root),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    ...(temporalUiUrl === undefined ? {} : { TEMPORAL_UI_URL: temporalUiUrl }),
    RATCHET_STATE_DIR: stateDirectory,
    RATCHET_CACHE: cacheFolder(),
    // Half of what a start of Node costs is compiling the same files again.
    NODE_COMPILE_CACHE: join(stateDirectory, 'compiled'),
    RATCHET_API_PORT: String(ports.api),
    RATCHET_WORKER_HEALTH_PORT: String(ports.workerHealth),
    AIDER_PATH: aiderPath,
    ...(lizardPath === undefined ? {} : { LIZARD_PATH: lizardPath }),
    // Plays the model where no real one is set up; a path of the user's own goes first.
    RATCHET_SCRIPTED_MODEL: readVariable('RATCHET_SCRIPTED_MODEL') ?? join(root, 'examples', 'scripted-model.yaml'),
  });
}

/** @param {string} url */
async function answersOk(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nobody listens yet, which is the question.
    return false;
  }
}
