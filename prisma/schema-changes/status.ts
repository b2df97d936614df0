import { migrationsFolder } from '../schema-engine.ts';
import type { Migration } from './history.ts';
import { readHistory } from './history.ts';
import { databaseName, withSession } from './session.ts';

/**
 * - up-to-date: nothing is to be done
 * - pending: `up` would apply something
 * - unclear: a person has to look; `up` refuses
 */
export type StatusVerdict = 'up-to-date' | 'pending' | 'unclear';

export interface Status {
  database: string;
  verdict: StatusVerdict;
  migrations: Migration[];
}

/** What the database has had, beside what is in the folder; changes nothing. */
export async function readStatus(databaseUrl: string, folder = migrationsFolder): Promise<Status> {
  const { migrations } = await withSession(databaseUrl, (session) => readHistory(session, folder));
  return { database: databaseName(databaseUrl), verdict: judge(migrations), migrations };
}

function judge(migrations: readonly Migration[]): StatusVerdict {
  const isUnclear = migrations.some(
    ({ state, hasChangedNothing }) => state === 'edited' || (state === 'failed' && !hasChangedNothing),
  );
  if (isUnclear) return 'unclear';
  return migrations.some(({ state }) => state === 'pending' || state === 'failed') ? 'pending' : 'up-to-date';
}
