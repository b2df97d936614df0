import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { startApi } from '../../api/start-api.ts';
import { loadConfig } from '../../platform/config.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { installQuietRuntime } from './quiet-runtime.ts';
import type { StackPart } from './stack-part.ts';
import { waitFor } from './wait-for.ts';

export interface InProcessOptions {
  logFile: string;
  /** Variables as a process of its own would have them, asked at each start. */
  environment: () => Record<string, string>;
  isReady: () => Promise<boolean>;
}

/**
 * Worker or API in the process of the test: all of the same code but its `main.ts`. A process of its own takes some five
 * seconds of processor time for the same few orders, most of them to load code that is here already.
 */
export function runInProcess(part: 'api' | 'worker', { logFile, environment, isReady }: InProcessOptions): StackPart {
  let running: { close(): Promise<void> } | null = null;
  let hasLog = false;
  // Unlike a process, what ended may still have something to say: that a call of a model failed which nobody waited for.
  const writeLog = (line: string) => {
    if (hasLog) appendFileSync(logFile, line);
  };
  return {
    async start() {
      await mkdir(dirname(logFile), { recursive: true });
      hasLog = true;
      const config = loadConfig(environment());
      running =
        part === 'api'
          ? await startApi(config, writeLog)
          : await startWorker(config, { writeLog, installRuntime: installQuietRuntime });
      await waitFor(`answer of ${part} (see ${logFile})`, isReady);
    },
    kill: () => Promise.reject(new Error(`This ${part} has no process of its own that could be killed.`)),
    async stop() {
      await running?.close();
      running = null;
      hasLog = false;
    },
  };
}
