import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { toFailure, withFailures } from '../../activities/to-failure.ts';
import { AppError, errorCatalogue, isErrorCode, type ErrorCode } from '../../domain/errors.ts';
import { failureClasses } from '../../domain/failures/failure-class.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';

const entries = Object.entries(errorCatalogue);
const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe('the error catalogue', () => {
  it.each(entries)('describes %s: a status of HTTP, a class of the nine, a title of its own', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)+$/);
    expect(entry.httpStatus).toBeGreaterThanOrEqual(400);
    expect(entry.httpStatus).toBeLessThan(600);
    expect(failureClasses).toContain(entry.failureClass);
    expect(entries.filter(([, { title }]) => title === entry.title)).toHaveLength(1);
  });

  it('knows its codes, and no name that every object has', () => {
    expect(codes.every(isErrorCode)).toBe(true);
    for (const other of ['', 'toString', 'constructor', '__proto__']) expect(isErrorCode(other)).toBe(false);
  });

  it.each(codes)('makes a failure of %s that Temporal retries only when that can help', (code) => {
    const failure = toFailure(new AppError(code, 'What happened.', { retryAfterMs: 1_500 }));
    if (!(failure instanceof ApplicationFailure)) throw new Error('Temporal would not understand this');
    expect(failure.type).toBe(code);
    // Calls of a model were repeated below already.
    const isSpent = code.startsWith('provider-');
    expect(failure.nonRetryable).toBe(!errorCatalogue[code].retryable || isSpent);
    expect(failure.nextRetryDelay).toBe(1_500);
    expect(failure.details).toEqual([failureOf(code, 'What happened.')]);
  });

  it('leaves cancellation, failures and unknown errors as they are', () => {
    for (const error of [new CancelledFailure('stop'), ApplicationFailure.retryable('again'), new Error('defect')]) {
      expect(toFailure(error)).toBe(error);
    }
  });

  it('is applied to every activity', async () => {
    const { broken, fine } = withFailures({
      broken: () => Promise.reject(new AppError('disk-full', 'Full.')),
      fine: (value: number) => Promise.resolve(value + 1),
    });
    await expect(broken()).rejects.toMatchObject({ type: 'disk-full', nonRetryable: true });
    await expect(fine(1)).resolves.toBe(2);
  });
});
