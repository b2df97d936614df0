import type { FlagRuns } from '../domain/flags/error-watch.ts';
import type { FlagName } from '../domain/flags/flags.ts';

/** What ran behind one flag since the last time that it was written. */
export interface FlagCounts extends FlagRuns {
  name: FlagName;
}

/** Where flags are kept. The process that opens the database makes it. */
export interface FlagStore {
  /** The flags that somebody has turned, with their value; the others have their default. */
  read(): Promise<ReadonlyMap<string, boolean>>;
  /**
   * Adds what ran behind flags, and turns off those that go wrong too often.
   *
   * @returns what was turned off by this call
   */
  saveResults(results: readonly FlagCounts[]): Promise<{ name: string; reason: string }[]>;
  /** Whether an error means that the store is away: nothing of that is held against a flag. */
  isAway(error: unknown): boolean;
}
