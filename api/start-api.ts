import { createKnownSecrets } from '../domain/text/redact.ts';
import { createAccessTokens } from '../platform/access-tokens.ts';
import type { Config } from '../platform/config.ts';
import { openFlags } from '../platform/flags.ts';
import { configSecrets, createLogger, type Logger, type WriteLine } from '../platform/logger.ts';
import { createTemporalClient } from '../platform/temporal.ts';
import { openDatabase } from '../prisma/client.ts';
import { redactWrites } from '../prisma/redacted-writes.ts';
import { createFlagStore } from '../prisma/repositories/feature-flags.ts';
import { buildApp } from './app.ts';
import { runSweeper } from './runs/sweeper.ts';
import { readVersion } from './version.ts';

/** Requests are short and streams share one query, so a few connections serve many of them. */
const databaseConnectionsMax = 8;

export interface RunningApi {
  logger: Logger;
  /** Answers what was asked, takes no more, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Listens where the settings say. Temporal need not be there yet.
 *
 * @param writeLog takes its log, line by line
 * @throws when the database or the port can't be had
 */
export async function startApi(config: Config, writeLog: WriteLine): Promise<RunningApi> {
  const secrets = createKnownSecrets(configSecrets(config));
  const { redact } = secrets;
  const logger = createLogger('api', { logLevel: config.logLevel, writeLog }, redact);
  const database = redactWrites(openDatabase(config.databaseUrl, databaseConnectionsMax), secrets);
  const temporal = createTemporalClient(config.temporal, {
    keys: config.encryptionKeys,
    writesPlain: !config.encryptsPayloads,
    redact,
  });
  const access = { tokens: createAccessTokens(config.access.secrets), limits: config.access.requestsPerHour };
  const flags = await openFlags(createFlagStore(database), logger);
  const app = await buildApp({ config, flags, database, temporal, access, logger, version: await readVersion() });
  const sweeper = runSweeper({ database, temporal }, logger);
  await app.listen({ host: config.api.host, port: config.api.port });
  logger.info({ address: app.server.address() }, 'the API listens');
  return {
    logger,
    async close() {
      await sweeper.stop();
      await app.close();
      await temporal.close();
      await flags.close();
      await database.$disconnect();
    },
  };
}
