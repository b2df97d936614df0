import type { Config } from '../platform/config.ts';
import type { AccessTokens } from '../platform/access-tokens.ts';
import type { Flags } from '../platform/flags.ts';
import type { Logger } from '../platform/logger.ts';
import type { TemporalClient } from '../platform/temporal.ts';
import type { Database } from '../prisma/client.ts';
import type { RequestLimits } from '../prisma/repositories/authorize-requests.ts';
import type { EventFeed } from './streams/event-feed.ts';

/** What `buildApp` is given: opened by the process that runs it, and closed by that process. */
export interface ApiDependencies {
  config: {
    temporal: Pick<Config['temporal'], 'namespace' | 'uiUrl'>;
    /** Names under which the API is reached beside those of this machine, and proxies whose word for the sender counts. */
    api: Pick<Config['api'], 'hosts' | 'trustedProxies'>;
    /** With which Temporal's web interface may have runs decoded; null: nothing is encrypted. */
    encryptionKeys: Config['encryptionKeys'];
  };
  database: Database;
  temporal: TemporalClient;
  /** How logins are signed, and how much everybody may ask. */
  access: { tokens: AccessTokens; limits: RequestLimits };
  flags: Flags;
  logger: Logger;
  version: { version: string; commit: string | null };
}

/** What is needed to start runs and to find those that are lost. */
export type RunDependencies = Pick<ApiDependencies, 'database' | 'temporal'>;

/** What routes are given. */
export interface RouteDependencies extends ApiDependencies {
  eventFeed: EventFeed;
}
