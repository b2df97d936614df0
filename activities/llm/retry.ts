import { AppError, type ErrorCode } from '../../domain/errors.ts';

export interface RetryPolicy {
  triesMax: number;
  /** Wait before the second try, before jitter; doubles with every further one. */
  baseDelayMs: number;
  /** A provider that asks for more is not waited for: the error carries its wish, and the run decides. */
  delayMaxMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { triesMax: 3, baseDelayMs: 1_000, delayMaxMs: 30_000 };

/**
 * How long to wait before the next try: exponential with jitter (half to whole), never less than the provider asks.
 *
 * @param triesMade 1 after the first try
 * @param random 0..1
 * @returns milliseconds, or null when there is nothing to gain from another try
 */
export function planRetry(
  error: unknown,
  { triesMade, random, policy }: { triesMade: number; random: number; policy: RetryPolicy },
): number | null {
  if (!(error instanceof AppError) || !error.catalogueEntry.retryable || triesMade >= policy.triesMax) return null;
  const backoffMs = policy.baseDelayMs * 2 ** (triesMade - 1) * (0.5 + random / 2);
  const delayMs = Math.max(backoffMs, error.retryAfterMs ?? 0);
  return delayMs > policy.delayMaxMs ? null : delayMs;
}

/** A provider that is away, busy or too slow now, and may be there later. Its kin can answer meanwhile. */
const awayCodes: ReadonlySet<ErrorCode> = new Set([
  'provider-unavailable',
  'provider-rate-limited',
  'provider-timeout',
  'provider-stream-broken',
]);

/** Whether another provider should be asked: not for a refused key, an unpaid bill or a request that nobody would take. */
export function isProviderAway(error: unknown): error is AppError {
  return error instanceof AppError && awayCodes.has(error.code);
}

const answeredCodes: ReadonlySet<ErrorCode> = new Set([
  'provider-unauthorized',
  'provider-money-out',
  'provider-bad-answer',
  'provider-refused',
  'context-exceeded',
  'output-truncated',
]);

/** Whether a provider has said something, be it of no use: then it is there. */
export function hasProviderAnswered(error: unknown): boolean {
  return error instanceof AppError && answeredCodes.has(error.code);
}
