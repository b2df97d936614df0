import type { TokenUsage } from '../../../domain/budget/models.ts';
import { AppError } from '../../../domain/errors.ts';
import { toBrokenStreamError, type ProviderIdentity } from './provider-error.ts';

/**
 * An answer that stopped in its middle: no answer, but the provider bills what it wrote so far.
 */
export class BrokenAnswerError extends Error {
  readonly reason: AppError;
  /** UTF-8 bytes of all that came, tool calls included. */
  readonly receivedBytes: number;
  /** What the provider had counted so far; null when it had not. */
  readonly usage: TokenUsage | null;

  constructor(reason: AppError, received: { bytes: number; usage: TokenUsage | null }) {
    super(reason.message, { cause: reason });
    this.name = 'BrokenAnswerError';
    this.reason = reason;
    this.receivedBytes = received.bytes;
    this.usage = received.usage;
  }

  /** The same answer, when somebody knows better why it stopped. */
  because(reason: AppError): BrokenAnswerError {
    return new BrokenAnswerError(reason, { bytes: this.receivedBytes, usage: this.usage });
  }
}

/**
 * What a stream that did not end well throws.
 *
 * @param reason why; the signal's own when the caller ended the call
 * @param received what had come so far: a provider that fails before its first word has written nothing
 */
export function toStreamFailure(
  reason: unknown,
  { signal, identity }: { signal: AbortSignal; identity: ProviderIdentity },
  received: { bytes: number; usage: TokenUsage | null },
): unknown {
  const isFaultOfOurs = !(reason instanceof AppError) && !signal.aborted;
  if (received.bytes === 0 || isFaultOfOurs) return reason;
  return new BrokenAnswerError(toBrokenStreamError(identity, reason), received);
}
