/** The worker process: runs workflows and their activities until it is told to stop. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

import { loadConfig } from '../platform/config.ts';
import { endFailedStart } from '../platform/failed-start.ts';
import { writeToStandardOutput, type Logger } from '../platform/logger.ts';
import { startWorker } from './start-worker.ts';

// The SDK's own lines join ours; it ends the workers on these signals, each within its grace time.
function installRuntime(logger: Logger): void {
  const sdk = new DefaultLogger('WARN', ({ level, message, meta }) => {
    logger[level === 'ERROR' ? 'error' : 'warn']({ sdk: meta }, message);
  });
  Runtime.install({ logger: sdk, shutdownSignals: ['SIGINT', 'SIGTERM', 'SIGHUP'] });
}

async function main(): Promise<void> {
  const worker = await startWorker(loadConfig(), { writeLog: writeToStandardOutput, installRuntime });
  await worker.ended;
  // A call that no step waits for any more would go on, though nothing can be written down about it now.
  process.exit(0);
}

await main().catch(endFailedStart);
