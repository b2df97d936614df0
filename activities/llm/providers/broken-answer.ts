import type { TokenUsage } from '../../../domain/budget/models.ts';
import type { AppError } from '../../../domain/errors.ts';

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
