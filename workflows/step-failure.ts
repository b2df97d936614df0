import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';

import { failureClasses, type Failure } from '../domain/failures/failure-class.ts';
import { failureOf, failureOfClass } from '../domain/failures/typed-failure.ts';
import type { Step } from '../domain/work-orders/work-order.ts';

/**
 * The class and context of an error that ended a step: what the activity said, or what Temporal knows of it.
 *
 * @throws the error itself when it is a cancellation
 */
export function failureFromError(error: unknown, step: Step): Failure {
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [told] = cause.details ?? [];
    if (isFailure(told)) return told;
    return failureOfClass('unknown', cause.type ?? 'error', `The step ${step} ended with an error: ${cause.message}`);
  }
  if (cause instanceof TimeoutFailure) {
    return failureOf(
      'step-timeout',
      `The step ${step} did not end in its time, or the worker that ran it died each time.`,
    );
  }
  return failureOfClass('unknown', 'error', `The step ${step} ended with an error that has no name.`);
}

function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    'failureClass' in value &&
    (failureClasses as readonly unknown[]).includes(value.failureClass) &&
    'context' in value
  );
}
