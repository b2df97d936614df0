import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import type { TemporalClient } from '../platform/temporal.ts';
import type { Database } from '../prisma/client.ts';
import type { EventFeed } from './streams/event-feed.ts';

/** What `buildApp` is given: opened by the process that runs it, and closed by that process. */
export interface ApiDependencies {
  config: { temporal: Pick<Config['temporal'], 'namespace' | 'uiUrl'> };
  database: Database;
  temporal: TemporalClient;
  logger: Logger;
  version: { version: string; commit: string | null };
}

/** What is needed to start runs and to find those that are lost. */
export type RunDependencies = Pick<ApiDependencies, 'database' | 'temporal'>;

/** What routes are given. */
export interface RouteDependencies extends ApiDependencies {
  eventFeed: EventFeed;
}
