import { fileURLToPath } from 'node:url';

import { startGuarded } from '../../tools/guarded-process.mjs';
import type { CallReport, GatewayJob } from './gateway-process.ts';

const script = fileURLToPath(new URL('gateway-process.ts', import.meta.url));

/** A second worker's gateway while it runs. */
export interface SecondGateway {
  /** When it has printed this line. */
  printed(line: 'ready' | 'settled'): Promise<void>;
  /** How its calls ended. Rejects when it was killed. */
  reports(): Promise<CallReport[]>;
  /** With -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a gateway in a process of its own, with all the calls that it is to make. */
export function startSecondGateway(job: GatewayJob): SecondGateway {
  const lines = new Map(
    (['ready', 'settled'] as const).map((line) => [line, Promise.withResolvers<undefined>()] as const),
  );
  let output = '';
  const running = startGuarded({
    command: process.execPath,
    args: [script],
    stdin: { text: JSON.stringify(job) },
    timeoutMs: 60_000,
    stopSignal: 'SIGKILL',
    onOutput: (text, stream) => {
      if (stream === 'stdout') output += text;
      for (const [line, seen] of lines) if (output.includes(`${line}\n`)) seen.resolve(undefined);
    },
  });
  const failed = running.finished.then(({ exitCode, stderr }) => {
    if (exitCode === 0) return;
    for (const seen of lines.values()) seen.reject(new Error(`The second gateway ended: ${stderr}`));
  });
  for (const seen of lines.values()) seen.promise.catch(() => undefined);
  return {
    async printed(line) {
      await lines.get(line)?.promise;
    },
    async reports() {
      const { exitCode, stdout, stderr } = await running.finished;
      if (exitCode !== 0) throw new Error(`The second gateway failed: ${stderr}`);
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as CallReport[];
    },
    async kill() {
      await running.stop();
      await failed;
    },
  };
}
