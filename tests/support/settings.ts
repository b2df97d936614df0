import { readVariable } from '../../tools/environment.mjs';

export interface TestSettings {
  /** A server on which databases may be created and dropped; unset: the run starts one of its own. */
  databaseUrl: string | undefined;
}

/** The only place where tests read the environment. */
export function readTestSettings(): TestSettings {
  return { databaseUrl: readVariable('RATCHET_TEST_DATABASE_URL') };
}
