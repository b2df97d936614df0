import {
  ErrorCode,
  StandardResolutionReasons,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from '@openfeature/server-sdk';

import type { Logger } from './logger.ts';

/** A value is read again when it is older: what a person turned off must end everywhere within 5 s. */
const defaultAgeMaxMs = 2_000;

/** Longer a use waits for no store: it goes on with the last value, and the read may still come to its end. */
const defaultWaitMaxMs = 1_000;

export interface FlagProviderOptions {
  /** The flags that somebody has turned. */
  read: () => Promise<ReadonlyMap<string, boolean>>;
  logger: Pick<Logger, 'warn' | 'info'>;
  ageMaxMs?: number;
  waitMaxMs?: number;
}

/**
 * An OpenFeature provider on a store of our own. Uses share one read, and its values for at most 2 s. When the store is
 * away the last values stay, and before the first one the defaults.
 */
export function createFlagProvider(options: FlagProviderOptions): Provider {
  const values = createCache(options);
  return {
    metadata: { name: 'ratchet-store' },
    runsOn: 'server',
    async resolveBooleanEvaluation(name, defaultValue) {
      const { turned, isStale } = await values.current();
      const value = turned.get(name);
      if (value === undefined) return { value: defaultValue, reason: StandardResolutionReasons.DEFAULT };
      return { value, reason: isStale ? StandardResolutionReasons.STALE : StandardResolutionReasons.CACHED };
    },
    resolveStringEvaluation: async (_name, defaultValue) => onlyTruth(defaultValue),
    resolveNumberEvaluation: async (_name, defaultValue) => onlyTruth(defaultValue),
    resolveObjectEvaluation: async <Value extends JsonValue>(_name: string, defaultValue: Value) =>
      onlyTruth(defaultValue),
  };
}

function onlyTruth<Value>(value: Value): ResolutionDetails<Value> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.TYPE_MISMATCH };
}

interface CachedValues {
  turned: ReadonlyMap<string, boolean>;
  /** The store did not answer when it should have been read again. */
  isStale: boolean;
}

function createCache(options: FlagProviderOptions): { current(): Promise<CachedValues> } {
  const { read, logger, ageMaxMs = defaultAgeMaxMs, waitMaxMs = defaultWaitMaxMs } = options;
  let turned: ReadonlyMap<string, boolean> = new Map();
  /** When the read began that the values come from: they are at least as new. */
  let readAtMs = -Infinity;
  let reading: Promise<void> | null = null;
  let isAway = false;

  async function readAgain(): Promise<void> {
    const startedAtMs = performance.now();
    try {
      turned = await read();
      readAtMs = startedAtMs;
      if (isAway) logger.info('the flags can be read again');
      isAway = false;
    } catch (error) {
      // Once per outage: flags are read many times a second.
      if (!isAway) logger.warn({ err: error }, 'the flags cannot be read: the last known values stay');
      isAway = true;
    } finally {
      reading = null;
    }
  }

  return {
    async current() {
      const isFresh = () => performance.now() - readAtMs < ageMaxMs;
      if (!isFresh()) {
        reading ??= readAgain();
        await endOrTimeout(reading, waitMaxMs);
      }
      return { turned, isStale: !isFresh() };
    },
  };
}

async function endOrTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, timeoutMs, undefined);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
