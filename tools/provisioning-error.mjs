/**
 * A part of the stack that can't be had, started or stopped. The message is one sentence: what happened, what it means,
 * what to do. Whoever catches it at the top prints the message without a stack, because the fix is the user's, not ours.
 */
export class ProvisioningError extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, options) {
    super(message, options);
    this.name = 'ProvisioningError';
  }
}

/**
 * What to print for anything that was thrown.
 *
 * @param {unknown} error
 * @returns {string} the sentence of a ProvisioningError; for everything else the stack, since that is a defect of ours
 */
export function describeError(error) {
  if (error instanceof ProvisioningError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
