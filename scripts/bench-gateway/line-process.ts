import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that is asked by a line on its standard input and answers with a line. */
export interface LineProcess {
  /** Its next line of output, read as JSON. */
  next(): Promise<unknown>;
  /** Sends a line and waits for the answer. */
  ask(question: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts one of the benchmark's own processes on this Node. Its errors go to standard error. */
export function startLineProcess(
  file: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): LineProcess {
  const child: ChildProcess = spawn(process.execPath, [file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${file} ended without an answer.`);
    return JSON.parse(String(value));
  };
  return {
    next,
    ask(question) {
      child.stdin?.write(`${JSON.stringify(question)}\n`);
      return next();
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
