import { DefaultFailureConverter, type PayloadConverter } from '@temporalio/common';

const plain = new DefaultFailureConverter();

/**
 * Puts message and stack of a failure into a payload, which the payload codec encrypts. Loaded by its path: Temporal's
 * packages load converters themselves, and it becomes a part of the bundle of workflows.
 */
class EncodedFailureConverter extends DefaultFailureConverter {
  override errorToFailure(error: unknown, payloadConverter: PayloadConverter) {
    // That a key is missing has to be readable without it; the sentence holds nothing else.
    if (error instanceof Error && error.name === 'SealedError') return plain.errorToFailure(error, payloadConverter);
    return super.errorToFailure(error, payloadConverter);
  }
}

export const failureConverter = new EncodedFailureConverter({ encodeCommonAttributes: true });
