/** The HTTP process. */
import closeWithGrace from 'close-with-grace';

import { loadConfig } from '../platform/config.ts';
import { endFailedStart } from '../platform/failed-start.ts';
import { writeToStandardOutput } from '../platform/logger.ts';
import { startApi, type RunningApi } from './start-api.ts';

/** Longer than the longest query, shorter than what a supervisor waits before it kills. */
const closeDelayMs = 8_000;

async function main(): Promise<RunningApi> {
  return startApi(loadConfig(), writeToStandardOutput);
}

const api = await main().catch(endFailedStart);

closeWithGrace({ delay: closeDelayMs, logger: false }, async ({ err, signal }) => {
  if (err !== undefined) api.logger.fatal({ err }, 'the API ends because of an error that nobody caught');
  else api.logger.info({ signal }, 'the API ends');
  await api.close();
});
