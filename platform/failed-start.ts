import { createRedactor } from '../domain/text/redact.ts';

/**
 * Ends a process whose start failed, with exit code 1 and the error on standard error: straight to the log file and past every
 * logger, which may not be there yet. So at least what has the form of a secret is taken out.
 */
export function endFailedStart(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${createRedactor([])(text)}\n`);
  process.exit(1);
}
