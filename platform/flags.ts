import { randomUUID } from 'node:crypto';

import { OpenFeature, type Provider } from '@openfeature/server-sdk';

import { findFlag, type FlagName } from '../domain/flags/flags.ts';
import { createFlagProvider } from './flag-provider.ts';
import { createFlagResults, type FlagResults } from './flag-results.ts';
import type { FlagStore } from './flag-store.ts';
import type { Logger } from './logger.ts';

/** The flags as a process reads them. */
export interface Flags {
  /** Whether a flag is on at this moment; at most 2 s behind the store. Never fails: without a store it is the default. */
  isOn(name: FlagName): Promise<boolean>;
  /**
   * Does the work that a flag guards, and counts it as a run of it: with an error when it fails in a way that turning the
   * flag off would mend (`domain/flags/error-watch.ts`). Work that its signal ended counts as nothing.
   */
  measured<Result>(name: FlagName, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Writes what is counted and not written yet. */
  close(): Promise<void>;
}

/** Flags on our own store, with the watch that turns one off. Opens nothing: the store is read when a flag is. */
export function openFlags(store: FlagStore, logger: Logger): Promise<Flags> {
  const provider = createFlagProvider({ read: () => store.read(), logger });
  return useFlagProvider(provider, { results: createFlagResults(store, logger), logger });
}

/**
 * Flags of any OpenFeature provider. Another one than ours counts and watches by itself, so that it needs no `results`.
 * A provider that can't be made ready leaves every flag at its default, and says so in the log.
 */
export async function useFlagProvider(
  provider: Provider,
  { results, logger }: { results?: FlagResults; logger: Logger },
): Promise<Flags> {
  // The SDK keeps its providers for the whole process: each set of flags has a domain of its own.
  const domain = `ratchet-${randomUUID()}`;
  await OpenFeature.setProviderAndWait(domain, provider).catch((error: unknown) => {
    logger.warn({ err: error }, 'the provider of flags is not ready: every flag has its default');
  });
  const client = OpenFeature.getClient(domain);
  return {
    isOn: (name) => client.getBooleanValue(name, findFlag(name).isOnByDefault),
    measured: (name, work, signal) => (results === undefined ? work() : results.measure(name, work, signal)),
    close: async () => results?.close(),
  };
}
