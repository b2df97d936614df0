import { z } from 'zod';

import { errorCatalogue } from '../../domain/errors.ts';

/** ISO 8601 in UTC. */
export const timeSchema = z.iso.datetime();

export const costSchema = z.int().min(0).describe('Micro-dollars: 1,000,000 are one dollar.');

/** An object whose keys are not fixed; its values are any JSON. (`z.json()` has no form in an OpenAPI document.) */
export const recordSchema = z.record(z.string(), z.unknown());

const truth = z.enum(['true', 'false']).transform((text) => text === 'true');

/** What every list takes. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Rows per page.'),
  cursor: z.string().max(200).optional().describe('`nextCursor` of the page before.'),
  total: truth.optional().describe('`true` counts all rows that match.'),
});

/** A parameter that is yes or no. */
export const truthQuery = truth;

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Null on the last page.'),
    total: z.int().nullable().describe('Null unless it was asked for.'),
  });
}

/** Path parameter of an order: its id or its number. */
export const workOrderParams = z.object({
  id: z
    .union([z.uuid(), z.string().regex(/^\d{1,9}$/)], { error: 'must be the id or the number of a work order' })
    .describe('Id or number of the work order.'),
});

export const problemSchema = z
  .object({
    type: z.string().describe('Stable address of this kind of problem.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened, what it means, what to do.'),
    code: z.enum(Object.keys(errorCatalogue) as [keyof typeof errorCatalogue]),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('What is wrong with which part of the request.'),
  })
  .meta({ id: 'Problem', description: 'An RFC 9457 problem document.' });

export type Problem = z.infer<typeof problemSchema>;

type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 504 | 507;

/**
 * Statuses that any operation can answer with: malformed or refused requests, callers who are unknown, not allowed or too
 * many, faults, a database that is away.
 */
const everywhere = [400, 401, 403, 413, 415, 422, 429, 500, 503] as const;

/** The answer of what has nothing to say. */
export const noContent = z.null().describe('Done.');

/** The problem documents of an operation: those that every one can answer with and its own. */
export function problems<Own extends ProblemStatus = never>(
  ...own: Own[]
): Record<Own | (typeof everywhere)[number], typeof problemSchema> {
  const entries = [...everywhere, ...own].map((status) => [status, problemSchema]);
  return Object.fromEntries(entries) as Record<Own | (typeof everywhere)[number], typeof problemSchema>;
}
