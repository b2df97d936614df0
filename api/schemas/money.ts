import { z } from 'zod';

import { costSchema, pageOf, timeSchema } from './common.ts';

const priceSchema = z.int().min(0).describe('Micro-dollars per million tokens: 1,000,000 are one dollar.');

export const modelSchema = z
  .object({
    name: z.string(),
    provider: z.enum(['anthropic', 'openai', 'ollama', 'scripted']),
    providerModel: z.string().describe("The provider's own name of the model."),
    inputPrice: priceSchema,
    outputPrice: priceSchema,
    cacheReadPrice: priceSchema,
    cacheWritePrice: priceSchema,
    priceVersion: z.string().describe('Source and day of the prices.'),
    contextTokensMax: z.int(),
    outputTokensMax: z.int(),
    callTimeoutMs: z.int(),
    canUseTools: z.boolean(),
    canFollowSchema: z.boolean(),
    ceiling: z.number().describe('The complexity, 0 to 1, up to which it is trusted.'),
    editFormat: z.enum(['diff', 'whole']),
    isActive: z.boolean().describe('Whether work can be routed to it with the settings of the worker.'),
  })
  .meta({ id: 'Model' });

export const modelListSchema = z
  .object({
    models: z.array(modelSchema),
    sources: z.array(z.object({ source: z.string(), readOn: z.string(), ageDays: z.int() })),
    warnings: z.array(z.string()).describe('A sentence for each source of prices that is older than 90 days.'),
    fallbackChain: z.array(z.string()).describe('Providers that stand in for one that does not answer.'),
    reportedAt: timeSchema.nullable().describe('When a worker said so; null when none has started yet.'),
  })
  .meta({ id: 'ModelList' });

const periodSchema = z.object({
  settledUsdMicros: costSchema,
  reservedUsdMicros: costSchema.describe('Taken for calls that are running.'),
  remainingUsdMicros: costSchema.describe('Until no paid call is made any more.'),
  usedShare: z.number().describe('Settled and reserved, of the limit beyond which no paid call is made.'),
  calls: z.int(),
});

export const budgetSchema = z
  .object({
    level: z
      .enum(['ok', 'soft', 'hard', 'kill'])
      .describe('soft: warned; hard: the cheapest model only; kill: no paid call.'),
    day: periodSchema.extend({
      date: z.iso.date(),
      softUsdMicros: costSchema,
      hardUsdMicros: costSchema,
      killUsdMicros: costSchema,
    }),
    month: periodSchema.extend({
      month: z.string().describe('Such as 2026-11.'),
      targetUsdMicros: costSchema,
      hardUsdMicros: costSchema,
      projectedUsdMicros: costSchema.describe('Spent so far x days of the month / days so far.'),
    }),
    policyVersion: z.string(),
  })
  .meta({ id: 'Budget' });

export const modelCallSchema = z
  .object({
    id: z.uuid(),
    workOrderId: z.uuid().nullable(),
    attempt: z.int().nullable(),
    step: z.string(),
    operation: z.enum(['generate', 'embed']),
    provider: z.string(),
    askedModel: z.string(),
    servedModel: z.string().nullable().describe('The name that the provider gave it; null when it did not answer.'),
    fallbackFrom: z.string().nullable().describe('The model that it stood in for.'),
    retryNumber: z.int().describe('0 for the first try.'),
    state: z
      .enum(['reserved', 'settled', 'released', 'expired'])
      .describe('reserved: running, or nobody knows how it ended until its time is over.'),
    reservedUsdMicros: costSchema,
    costUsdMicros: costSchema.nullable(),
    inputTokens: z.int().nullable(),
    outputTokens: z.int().nullable(),
    cachedInputTokens: z.int().nullable(),
    cacheWriteInputTokens: z.int().nullable(),
    isUsageEstimated: z.boolean().describe("Counted here, because the provider's count never came."),
    latencyMs: z.int().nullable(),
    firstByteMs: z.int().nullable(),
    errorCode: z.string().nullable(),
    priceVersion: z.string(),
    promptHash: z.string(),
    createdAt: timeSchema,
  })
  .meta({ id: 'ModelCall' });

export const modelCallPageSchema = pageOf(modelCallSchema).meta({ id: 'ModelCallPage' });
