import { describe, expect, it } from 'vitest';

import { planRetry } from '../../activities/llm/retry.ts';
import { readRetryAfterMs } from '../../activities/llm/providers/provider-error.ts';
import { AppError } from '../../domain/errors.ts';

const policy = { triesMax: 3, baseDelayMs: 1_000, delayMaxMs: 30_000 };
const busy = new AppError('provider-unavailable', 'Busy.');

describe('the wait before another try', () => {
  it('doubles with every try and varies between half and whole', () => {
    expect(planRetry(busy, { triesMade: 1, random: 0, policy })).toBe(500);
    expect(planRetry(busy, { triesMade: 1, random: 1, policy })).toBe(1_000);
    expect(planRetry(busy, { triesMade: 2, random: 1, policy })).toBe(2_000);
  });

  it('is never shorter than the provider asks, and there is none when it asks for too long', () => {
    const limited = (retryAfterMs: number) => new AppError('provider-rate-limited', 'Slow.', { retryAfterMs });
    expect(planRetry(limited(7_000), { triesMade: 1, random: 0, policy })).toBe(7_000);
    expect(planRetry(limited(30_001), { triesMade: 1, random: 0, policy })).toBeNull();
  });

  it('is none after the last try, for what no retry cures, and for errors of our own', () => {
    expect(planRetry(busy, { triesMade: 3, random: 0, policy })).toBeNull();
    expect(planRetry(new AppError('provider-money-out', 'Pay.'), { triesMade: 1, random: 0, policy })).toBeNull();
    expect(planRetry(new AppError('budget-exceeded', 'Cap.'), { triesMade: 1, random: 0, policy })).toBeNull();
    expect(planRetry(new TypeError('a bug'), { triesMade: 1, random: 0, policy })).toBeNull();
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  it('is read as seconds and as an HTTP date', () => {
    expect(readRetryAfterMs('2', now)).toBe(2_000);
    expect(readRetryAfterMs('Sat, 21 Nov 2026 12:00:05 GMT', now)).toBe(5_000);
    expect(readRetryAfterMs('Sat, 21 Nov 2026 11:00:00 GMT', now)).toBe(0);
  });

  it('is nothing when it is missing or unreadable', () => {
    expect(readRetryAfterMs(undefined, now)).toBeUndefined();
    expect(readRetryAfterMs('soon', now)).toBeUndefined();
  });
});
