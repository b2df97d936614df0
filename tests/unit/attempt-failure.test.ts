import { ActivityFailure, ApplicationFailure, CancelledFailure, RetryState, TimeoutFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { toFailure } from '../../activities/to-failure.ts';
import { AppError } from '../../domain/errors.ts';
import { failureFromError } from '../../workflows/step-failure.ts';

function asWorkflowSees(cause: Error): ActivityFailure {
  return new ActivityFailure(
    'Activity task failed',
    'editAttempt',
    '1',
    RetryState.MAXIMUM_ATTEMPTS_REACHED,
    'worker',
    cause,
  );
}

describe('the error that ended a step', () => {
  it('is what the activity said of it', () => {
    const told = toFailure(new AppError('context-exceeded', 'Too long for the model.')) as Error;
    expect(failureFromError(asWorkflowSees(told), 'edit')).toMatchObject({
      failureClass: 'budget_exceeded',
      subReason: 'context_exceeded',
      context: { message: 'Too long for the model.' },
    });
  });

  it.each(['HEARTBEAT', 'START_TO_CLOSE', 'SCHEDULE_TO_CLOSE'] as const)(
    'is a timeout when Temporal says so: %s',
    (kind) => {
      const failure = failureFromError(asWorkflowSees(new TimeoutFailure('late', undefined, kind)), 'verify');
      expect(failure).toMatchObject({ failureClass: 'timeout', rule: 'typed:step-timeout' });
      expect(failure.context.message).toContain('verify');
    },
  );

  it('is unknown, with its words, when nothing told a class: neither details nor type are believed', () => {
    const details = [{ failureClass: 'made_up', context: {} }];
    const odd = ApplicationFailure.create({ message: 'Something broke', type: 'TypeError', details });
    for (const error of [
      asWorkflowSees(odd),
      asWorkflowSees(ApplicationFailure.retryable('Something broke')),
      new Error('x'),
    ]) {
      expect(failureFromError(error, 'plan')).toMatchObject({ failureClass: 'unknown' });
    }
    expect(failureFromError(asWorkflowSees(odd), 'plan').context.message).toContain('Something broke');
  });

  it('is no failure when the run was cancelled: it goes on as a cancellation', () => {
    const cancelled = asWorkflowSees(new CancelledFailure('stop'));
    expect(() => failureFromError(cancelled, 'edit')).toThrow(cancelled);
  });
});
