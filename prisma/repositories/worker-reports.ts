import { z } from 'zod';

import type { BudgetLimits } from '../../domain/budget/limits.ts';
import type { ModelEntry } from '../../domain/budget/models.ts';
import type { Database } from '../client.ts';
import type { Prisma } from '../generated/client.ts';

const count = z.number();
const modelSchema = z.object({
  name: z.string(),
  provider: z.enum(['anthropic', 'openai', 'ollama', 'scripted']),
  providerModel: z.string(),
  inputUsdMicrosPerMillionTokens: count,
  outputUsdMicrosPerMillionTokens: count,
  cacheReadUsdMicrosPerMillionTokens: count,
  cacheWriteUsdMicrosPerMillionTokens: count,
  priceVersion: z.string(),
  contextTokensMax: count,
  outputTokensMax: count,
  callTimeoutMs: count,
  canUseTools: z.boolean(),
  canFollowSchema: z.boolean(),
  ceiling: z.number(),
  editFormat: z.enum(['diff', 'whole']),
  isActive: z.boolean(),
}) satisfies z.ZodType<ReportedModel>;

const reportSchemas = {
  models: z.object({
    models: z.array(modelSchema),
    sources: z.array(z.object({ source: z.string(), readOn: z.string() })),
    fallbackChain: z.array(z.string()),
  }),
  'budget-limits': z.object({
    daySoftUsdMicros: count,
    dayHardUsdMicros: count,
    dayKillUsdMicros: count,
    monthTargetUsdMicros: count,
    monthHardUsdMicros: count,
    policyVersion: z.string(),
  }) satisfies z.ZodType<BudgetLimits & { policyVersion: string }>,
};

/** A model with a price, and whether work can be routed to it with the worker's settings. */
export interface ReportedModel extends ModelEntry {
  isActive: boolean;
}

type Reports = { [Name in keyof typeof reportSchemas]: z.infer<(typeof reportSchemas)[Name]> };

/** Writes what the worker that starts knows of its settings; the last one that started is believed. */
export async function saveWorkerReport<Name extends keyof Reports>(
  database: Database,
  name: Name,
  content: Reports[Name],
): Promise<void> {
  const row = { content: content as Prisma.InputJsonValue, reportedAt: new Date() };
  await database.workerReport.upsert({ where: { name }, create: { name, ...row }, update: row });
}

/** The last report, or null when no worker has started on this database yet. */
export async function readWorkerReport<Name extends keyof Reports>(
  database: Database,
  name: Name,
): Promise<{ content: Reports[Name]; reportedAt: Date } | null> {
  const row = await database.workerReport.findUnique({ where: { name } });
  if (row === null) return null;
  return { content: reportSchemas[name].parse(row.content) as Reports[Name], reportedAt: row.reportedAt };
}
