import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import { AppError } from '../domain/errors.ts';
import { failureOf } from '../domain/failures/typed-failure.ts';

/**
 * The one place where errors of activities become failures that Temporal understands: the code is the type, the
 * catalogue says whether a retry can help, and the failure's class travels in the details.
 */
export function toFailure(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (!(error instanceof AppError)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !error.catalogueEntry.retryable || wasRetried(error),
    details: [failureOf(error.code, error.message)],
    cause: error,
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}

// The model gateway is the one layer that repeats model calls; Temporal repeating the step would multiply them.
function wasRetried(error: AppError): boolean {
  return error.code.startsWith('provider-');
}

/** Wraps activities so that every error leaves through `toFailure`. */
export function withFailures<T extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: T): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
