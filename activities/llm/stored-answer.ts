import { z } from 'zod';

import type { ServedAnswer } from './model-call.ts';

/** Answers that an older version stored lack the younger fields. */
const storedAnswerSchema = z.object({
  text: z.string(),
  toolCalls: z.array(z.object({ id: z.string(), name: z.string(), input: z.string() })).default([]),
  finishReason: z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'other']),
  servedModel: z.string(),
  usage: z
    .object({
      inputTokens: z.number(),
      outputTokens: z.number(),
      cachedInputTokens: z.number(),
      cacheWriteInputTokens: z.number().default(0),
    })
    .nullable(),
  firstByteMs: z.number().nullable().default(null),
  scripted: z.boolean(),
  entryName: z.string().default(''),
  provider: z.string().default(''),
  degraded: z.boolean().default(false),
});

/** @throws when the row holds no answer: it was not written by the gateway */
export function readStoredAnswer(stored: unknown): ServedAnswer {
  return storedAnswerSchema.parse(stored);
}
