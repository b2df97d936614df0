import {
  Client,
  Connection,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

import { AppError } from '../domain/errors.ts';
import type { Config } from './config.ts';
import { createDataConverter, type PayloadProtection } from './payload-codec.ts';

/** gRPC's own numbers for "nobody answers there". */
const grpcUnavailable = 14;

/** After a refused connection, calls fail at once for this long: a down server costs one wait, not one per request. */
const circuitOpenMs = 1_000;

const pingTimeoutMs = 1_500;

/** After an answer, the server counts as being there for this long. */
const freshMs = 1_000;

/** Temporal as a process that starts and asks workflows sees it. */
export interface TemporalClient {
  readonly client: Client;
  readonly namespace: string;
  /**
   * Runs calls of the client under a deadline.
   *
   * @param what names the call in the sentence of the error, such as `the start of the work order`
   * @throws AppError `temporal-unavailable` when the server is away or the deadline passes; other errors as they are
   */
  withDeadline<Result>(what: string, timeoutMs: number, call: () => Promise<Result>): Promise<Result>;
  /**
   * Asks the server for a sign of life.
   *
   * @throws AppError `temporal-unavailable` within 1.5 seconds
   */
  ensureReachable(): Promise<void>;
  close(): Promise<void>;
}

const unprotected: PayloadProtection = { keys: null, redact: (text) => text };

/**
 * Opens nothing by itself: the first call connects, so that a process starts whether or not Temporal is up.
 *
 * @param protection the same keys as the worker has: without them what it encrypted can't be read, and says so
 */
export function createTemporalClient(
  config: Config['temporal'],
  protection: PayloadProtection = unprotected,
): TemporalClient {
  const connection = Connection.lazy({
    address: config.address,
    // gRPC waits up to two minutes between its own attempts to connect; a restarted server must be found within seconds.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1_000 },
  });
  const { namespace } = config;
  const client = new Client({ connection, namespace, dataConverter: createDataConverter(protection) });
  let openUntil = 0;
  let seenAtMs = 0;

  function notReachable(what: string, cause?: unknown): AppError {
    return unavailable(`Temporal is not reachable at ${config.address}: ${what} was not sent.`, cause);
  }

  async function withDeadline<Result>(what: string, timeoutMs: number, call: () => Promise<Result>): Promise<Result> {
    if (Date.now() < openUntil) throw notReachable(what);
    // Who waits long for a run must not wait as long to hear that nobody is there.
    if (timeoutMs > pingTimeoutMs && Date.now() - seenAtMs > freshMs) await ensureReachable(what);
    try {
      const result = await connection.withDeadline(Date.now() + timeoutMs, call);
      seenAtMs = Date.now();
      return result;
    } catch (error) {
      if (isUnavailable(error)) {
        openUntil = Date.now() + circuitOpenMs;
        throw notReachable(what, error);
      }
      if (!isDeadline(error)) throw error;
      const seconds = timeoutMs / 1_000;
      throw unavailable(`Nothing answered ${what} within ${seconds} s: Temporal or the worker is down or busy.`, error);
    }
  }

  async function ensureReachable(what: string): Promise<void> {
    try {
      await withDeadline('a sign of life', pingTimeoutMs, () => connection.workflowService.getSystemInfo({}));
    } catch (error) {
      openUntil = Date.now() + circuitOpenMs;
      throw notReachable(what, error);
    }
  }

  return {
    client,
    namespace,
    withDeadline,
    ensureReachable: () => ensureReachable('the request'),
    close: () => connection.close(),
  };
}

function unavailable(happened: string, cause: unknown): AppError {
  const message = `${happened} Try again in a few seconds; \`npx ratchet doctor\` says what is missing.`;
  return new AppError('temporal-unavailable', message, { retryAfterMs: 2_000, cause });
}

function isUnavailable(error: unknown): boolean {
  return hasGrpcCode(error, grpcUnavailable);
}

function isDeadline(error: unknown): boolean {
  return isGrpcDeadlineError(error) || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
}

function hasGrpcCode(error: unknown, code: number): boolean {
  if (isGrpcServiceError(error)) return (error.code as number) === code;
  return error instanceof ServiceError && error.cause !== undefined && hasGrpcCode(error.cause, code);
}
