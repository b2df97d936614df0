/** The one place that turns errors into problem documents (RFC 9457). */
import { hasZodFastifySchemaValidationErrors } from '@fastify/type-provider-zod';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';

import { AppError, errorCatalogue, type ErrorCode } from '../domain/errors.ts';
import { isDatabaseAway } from '../prisma/repositories/database-away.ts';
import type { Problem } from './schemas/common.ts';

export const problemMediaType = 'application/problem+json; charset=utf-8';

/** Fastify's own refusals, in our words. */
const frameworkErrors: Record<string, { code: ErrorCode; detail: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'payload-too-large',
    detail: 'The body of the request is larger than 256 kB. Send less.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported-media-type',
    detail: 'The body must be JSON: send it with `Content-Type: application/json`.',
  },
};

/** What an error looks like from outside. */
export function toProblem(error: unknown, requestId: string): Problem {
  if (hasZodFastifySchemaValidationErrors(error)) return toValidationProblem(error, requestId);
  if (error instanceof AppError) return createProblem(error.code, error.message, requestId);
  if (isDatabaseAway(error)) {
    const detail = 'The database does not answer. Nothing was changed; try again in a few seconds.';
    return createProblem('database-unavailable', detail, requestId);
  }
  const known = frameworkErrors[readText(error, 'code')];
  if (known !== undefined) return createProblem(known.code, known.detail, requestId);
  if (error instanceof Error && isClientError(error)) {
    return createProblem('bad-request', `The request could not be read: ${error.message}.`, requestId);
  }
  const detail = `The request failed for a reason that does not lie in it. The API's log says more under ${requestId}.`;
  return createProblem('internal-error', detail, requestId);
}

/** A problem document for a code of the catalogue. */
export function createProblem(code: ErrorCode, detail: string, requestId: string): Problem {
  const { title, httpStatus } = errorCatalogue[code];
  return { type: `urn:ratchet:problem:${code}`, title, status: httpStatus, detail, code, requestId };
}

/** Answers a request with what an error looks like from outside, and logs what is our fault. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request.id);
  logProblem(request.log, problem, error);
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined;
  if (retryAfterMs !== undefined || problem.status === 503) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil((retryAfterMs ?? 2_000) / 1_000))));
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).header('content-type', problemMediaType).send(problem);
}

function logProblem(log: FastifyBaseLogger, problem: Problem, error: unknown): void {
  const context = error instanceof AppError ? error.context : undefined;
  if (problem.code === 'internal-error') log.error({ err: error, context }, 'a request failed');
  else if (problem.status >= 500) log.warn({ err: error, context, code: problem.code }, 'a request was not served');
}

interface ValidationError {
  validation: { instancePath: string; message?: string | undefined }[];
  validationContext?: string | undefined;
}

function toValidationProblem(error: ValidationError, requestId: string): Problem {
  const prefix =
    error.validationContext === undefined || error.validationContext === 'body' ? [] : [error.validationContext];
  const errors = error.validation.map((issue) => ({
    path: [...prefix, ...issue.instancePath.split('/').filter((part) => part !== '')].join('.'),
    message: issue.message ?? 'is not valid',
  }));
  const sentences = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
  const more = errors.length > 3 ? ` (and ${errors.length - 3} more)` : '';
  return { ...createProblem('validation-failed', `${sentences.join('; ')}${more}.`, requestId), errors };
}

function isClientError(error: Error): boolean {
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

function readText(value: unknown, key: string): string {
  if (typeof value !== 'object' || value === null || !(key in value)) return '';
  const text: unknown = Reflect.get(value, key);
  return typeof text === 'string' ? text : '';
}
