/** How the Temporal dev server is started, and when it counts as started. */
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:http2';
import { ProvisioningError } from './provisioning-error.mjs';

/** Ratchet's fields in Temporal's lists of runs. SQL visibility allows ten keywords at most. */
const SEARCH_ATTRIBUTES = {
  RatchetStatus: 'Keyword',
  RatchetStep: 'Keyword',
  FailureClass: 'Keyword',
  Repository: 'Keyword',
  Owner: 'Keyword',
  EscalationState: 'Keyword',
  Model: 'Keyword',
  Programme: 'Keyword',
  Attempt: 'Int',
  PullRequest: 'Int',
  CostUsd: 'Double',
  WaitingSince: 'Datetime',
};

/**
 * By default the single history shard polls its queues 20 times a second, so every step of a workflow waits 50 ms.
 * Measured with a chain of no-op activities: 105 ms each with the default, 9.4 ms with these.
 */
const POLL_RATES = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.transferProcessorMaxPollHostRPS': 20_000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollHostRPS': 20_000,
};

/** Without it a task queue knows priorities (1 to 5, by default) and no fairness between the owners of orders. */
const FAIRNESS = { 'matching.enableFairness': true };

const NAMESPACE = 'default';
const CALL_TIMEOUT_MS = 1_000;

/**
 * The arguments of `temporal` that start the server, in the state folder: SQLite reads a path as an address, in which `#`,
 * `?` and `%` mean something else, so the file has no folder before it.
 *
 * @param {{ version: string, port: number, uiPort: number }} settings `version` of the program
 * @returns {string[]}
 */
export function temporalServerArguments({ version, port, uiPort }) {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    // A file made by one server version may not open with another, so each version has its own.
    ...['--db-filename', databaseFile(version)],
    // With these a killed process loses nothing and a power cut may lose the last moments; the default journal costs twice
    // the time per step. A production server keeps its state in PostgreSQL.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.entries({ ...POLL_RATES, ...FAIRNESS }).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${String(value)}`,
    ]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...['--log-level', 'warn', '--ui-disable-news-fetch'],
  ];
}

/** @param {string} version */
function databaseFile(version) {
  return `temporal-${version}.db`;
}

/**
 * With a server of another version all runs would be gone, and their orders be given up as lost.
 *
 * @param {string} stateDirectory need not be there
 * @param {string} version of the program that is about to start
 * @throws {ProvisioningError} when the runs in this folder were made by another version
 */
export function refuseRunsOfOtherVersion(stateDirectory, version) {
  const files = existsSync(stateDirectory) ? readdirSync(stateDirectory) : [];
  const other = files.find((name) => /^temporal-\S+\.db$/.test(name) && name !== databaseFile(version));
  if (other === undefined) return;
  const otherVersion = other.slice('temporal-'.length, -'.db'.length);
  throw new ProvisioningError(
    `The runs of this clone were made by Temporal ${otherVersion} and the one found is ${version}, which can't read them, so nothing was started and nothing is lost: take the other temporal off the PATH, or go back to the Ratchet that had it; or, to give up the orders that are still open, remove .ratchet/${other} and start again.`,
  );
}

/**
 * Asks a server for its default namespace: the first thing that every client needs, and the last to be there at a start.
 * The call is made by hand, since the client library takes a second to load and this question is asked from the first moment.
 *
 * @param {string} address host:port
 * @returns {Promise<boolean>} false when it does not answer (yet)
 */
export function isTemporalReady(address) {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    /** @param {boolean} isReady */
    function end(isReady) {
      session.destroy();
      resolve(isReady);
    }
    session.setTimeout(CALL_TIMEOUT_MS, () => {
      end(false);
    });
    session.on('error', () => {
      end(false);
    });
    const request = session.request({
      ':method': 'POST',
      ':path': '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    request.on('error', () => {
      end(false);
    });
    request.once('trailers', (trailers) => {
      end(trailers['grpc-status'] === '0');
    });
    // An error without a body comes as headers only, with the status among them.
    request.once('response', (headers) => {
      if (headers['grpc-status'] !== undefined) end(headers['grpc-status'] === '0');
    });
    request.resume();
    request.end(describeNamespaceMessage(NAMESPACE));
  });
}

/**
 * @param {string} namespace shorter than 128 bytes
 * @returns {Buffer} a gRPC frame: flag, length, and field 1 of the request as protocol buffers write it
 */
function describeNamespaceMessage(namespace) {
  const name = Buffer.from(namespace);
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}
