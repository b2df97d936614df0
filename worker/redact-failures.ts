import type { Redact } from '../domain/text/redact.ts';

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

const causesMax = 20;

/**
 * The same activities, whose failures have no secrets in their messages and stacks: words of git, of a provider, of the
 * database's driver. Results need nothing here: they are payloads, and the codec looks at those.
 */
export function redactFailures<T extends Activities>(activities: T, redact: Redact): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        redactError(error, redact);
        throw error;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}

// In place: which kind of error it is decides what becomes of the step.
function redactError(error: unknown, redact: Redact): void {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < causesMax; depth += 1) {
    const { message, stack } = cause;
    const clean = redact(message);
    if (clean !== message) cause.message = clean;
    if (stack !== undefined && redact(stack) !== stack) cause.stack = redact(stack);
    cause = cause.cause;
  }
}
