import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';

import { AppError, isErrorCode } from '../../domain/errors.ts';

/**
 * The error of the catalogue that a workflow ended or refused with, told by its type; other errors as they are.
 * What wraps it (a failed workflow, a failed activity) is looked through.
 */
export function unwrapRunError(error: unknown): unknown {
  let inner = error;
  while (inner instanceof WorkflowFailedError || inner instanceof WorkflowUpdateFailedError || isWrapper(inner)) {
    if (inner.cause === undefined) return error;
    inner = inner.cause;
  }
  if (!(inner instanceof ApplicationFailure)) return error;
  const type = inner.type ?? '';
  return isErrorCode(type) ? new AppError(type, inner.message, { cause: error }) : error;
}

function isWrapper(error: unknown): error is TemporalFailure {
  return error instanceof TemporalFailure && !(error instanceof ApplicationFailure) && error.cause !== undefined;
}

/** The error for a refusal that came as a value. */
export function toRefusal(refused: { code: string; message: string }): AppError {
  if (isErrorCode(refused.code)) return new AppError(refused.code, refused.message);
  return new AppError('internal-error', refused.message, { context: { code: refused.code } });
}
