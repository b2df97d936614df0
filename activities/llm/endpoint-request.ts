import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import type { GenerateResult } from './gateway.ts';
import type { AnswerPiece, Prompt } from './providers/provider.ts';

/** What a client of the endpoint asks, whichever dialect it speaks. */
export interface EndpointRequest {
  model: string;
  prompt: Prompt;
  outputTokensMax: number | undefined;
  isStream: boolean;
  includeUsage: boolean;
}

/** What an answer is called and when it was made. */
export interface CompletionIdentity {
  id: string;
  /** Seconds since 1970. */
  createdAtSeconds: number;
  model: string;
}

/** How a dialect writes a stream. Each gives the text that goes over the wire. */
export interface StreamForm {
  begin(): string;
  piece(piece: AnswerPiece): string;
  end(result: GenerateResult): string;
  error(error: AppError): string;
}

/**
 * Reads a body by a schema.
 *
 * @param what such a body is, for the sentence
 * @throws AppError `validation-failed`
 */
export function parseRequest<Shape extends z.ZodType>(schema: Shape, body: string, what: string): z.infer<Shape> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new AppError('validation-failed', 'The body of the request is not JSON.', { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AppError('validation-failed', `This is not ${what}: ${z.prettifyError(parsed.error)}.`);
}
