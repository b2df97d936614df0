import {
  APICallError,
  EmptyResponseBodyError,
  InvalidResponseDataError,
  JSONParseError,
  NoContentGeneratedError,
  TypeValidationError,
} from '@ai-sdk/provider';

import { AppError } from '../../../domain/errors.ts';
import { toBadAnswerError, toConnectionError, toResponseError, type ProviderIdentity } from './provider-error.ts';
import type { WireReport } from './provider-wire.ts';

/** Whatever the SDK throws, as an error of ours; the signal's reason when the caller ended the call. */
export function toSdkError(
  error: unknown,
  { request, identity, report }: { request: { signal: AbortSignal }; identity: ProviderIdentity; report: WireReport },
): unknown {
  if (request.signal.aborted) return request.signal.reason;
  if (report.error !== null) return report.error;
  if (APICallError.isInstance(error)) return toCallError(error, identity);
  if (isUnreadable(error)) return toBadAnswerError(identity, error.message);
  if (error instanceof AppError || error instanceof Error) return error;
  // Providers put an error into a stream as data: it has no status.
  return toResponseError(identity, { status: 200, headers: {}, body: JSON.stringify({ error }) }, new Date());
}

function toCallError(error: APICallError, identity: ProviderIdentity): AppError {
  const { statusCode } = error;
  if (statusCode === undefined) return toConnectionError(identity, error);
  if (statusCode < 300) return toBadAnswerError(identity, error.message);
  const headers = error.responseHeaders ?? {};
  return toResponseError(identity, { status: statusCode, headers, body: error.responseBody ?? '' }, new Date());
}

const unreadableErrors = [
  EmptyResponseBodyError,
  InvalidResponseDataError,
  JSONParseError,
  TypeValidationError,
  NoContentGeneratedError,
];

function isUnreadable(error: unknown): error is Error {
  if (unreadableErrors.some((kind) => kind.isInstance(error))) return true;
  // Anthropic's model throws this when the first event of a stream can't be read.
  return error instanceof Error && error.message === 'Expected a normalized Anthropic stream error';
}
