import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { startGuarded, type GuardedOptions, type GuardedProcess } from '../../tools/guarded-process.mjs';
import { waitFor } from './wait-for.ts';

/** One process of a stack under test. */
export interface StackPart {
  /** Starts it and waits until it is ready. @throws with the end of its log when it does not become ready */
  start(): Promise<void>;
  /** kill -9 of this one process, and nobody else; returns when it is gone. */
  kill(): Promise<void>;
  /** Lets it end by itself. */
  stop(): Promise<void>;
}

export interface StackPartOptions {
  name: string;
  logFile: string;
  command: () => Promise<GuardedOptions>;
  isReady: () => Promise<boolean>;
}

const logEndLength = 2_000;

export function createStackPart({ name, logFile, command, isReady }: StackPartOptions): StackPart {
  let running: GuardedProcess | null = null;
  return {
    async start() {
      const options = await command();
      await mkdir(dirname(logFile), { recursive: true });
      const log = await open(logFile, 'a');
      const started = startGuarded({ ...options, stdout: log.fd, stderr: log.fd });
      running = started;
      void started.finished.then(() => log.close());
      const ended = started.finished.then(async ({ exitCode }) => {
        const said = (await readFile(logFile, 'utf8')).slice(-logEndLength);
        throw new Error(`${name} ended with exit code ${exitCode} instead of becoming ready:\n${said}`);
      });
      await Promise.race([waitFor(`answer of ${name} (see ${logFile})`, isReady), ended]);
      // From now on its end is expected.
      ended.catch(() => undefined);
    },
    async kill() {
      if (running === null) return;
      process.kill(running.pid, 'SIGKILL');
      await running.finished;
      running = null;
    },
    async stop() {
      await running?.stop();
      running = null;
    },
  };
}
