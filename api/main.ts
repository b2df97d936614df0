/** The HTTP process. */
import closeWithGrace from 'close-with-grace';

import { createKnownSecrets } from '../domain/text/redact.ts';
import { createAccessTokens } from '../platform/access-tokens.ts';
import { loadConfig } from '../platform/config.ts';
import { openFlags } from '../platform/flags.ts';
import { configSecrets, createLogger } from '../platform/logger.ts';
import { createTemporalClient } from '../platform/temporal.ts';
import { openDatabase } from '../prisma/client.ts';
import { redactWrites } from '../prisma/redacted-writes.ts';
import { createFlagStore } from '../prisma/repositories/feature-flags.ts';
import { buildApp } from './app.ts';
import { runSweeper } from './runs/sweeper.ts';
import { readVersion } from './version.ts';

/** Requests are short and streams share one query, so a few connections serve many of them. */
const databaseConnectionsMax = 8;

/** Longer than the longest query, shorter than what a supervisor waits before it kills. */
const closeDelayMs = 8_000;

const config = loadConfig();
const secrets = createKnownSecrets(configSecrets(config));
const { redact } = secrets;
const logger = createLogger('api', config, redact);
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

closeWithGrace({ delay: closeDelayMs, logger: false }, async ({ err, signal }) => {
  if (err !== undefined) logger.fatal({ err }, 'the API ends because of an error that nobody caught');
  else logger.info({ signal }, 'the API ends');
  await sweeper.stop();
  await app.close();
  await temporal.close();
  await flags.close();
  await database.$disconnect();
});

await app.listen({ host: config.api.host, port: config.api.port });
logger.info({ address: app.server.address() }, 'the API listens');
