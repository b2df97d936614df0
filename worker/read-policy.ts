import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';
import { z } from 'zod';

import { refuseLimits, type BudgetLimits } from '../domain/budget/limits.ts';
import { toUsdMicros } from '../domain/budget/money.ts';
import { defaultPolicy, type Policy } from '../domain/work-orders/policy.ts';

const count = z.number().int().min(1).max(1_000);
const dollars = z.number().min(0).max(1_000_000);
const share = z.number().min(0).max(1);
const durationMs = z
  .number()
  .int()
  .min(1_000)
  .max(7 * 24 * 60 * 60_000);
const weights = <Name extends string>(defaults: Record<Name, number>) =>
  z.strictObject(Object.fromEntries(Object.keys(defaults).map((name) => [name, share])) as Record<Name, typeof share>);
const sumsToOne = (values: Record<string, number>) =>
  Math.abs(Object.values(values).reduce((sum, value) => sum + value, 0) - 1) <= 0.01;

/** What a policy file may change; each number means what `Policy` says of it. */
const policySchema = z.strictObject({
  complexityWeights: weights(defaultPolicy.complexityWeights).refine(sumsToOne, 'must sum to 1').optional(),
  acceptanceWeights: weights(defaultPolicy.acceptanceWeights).refine(sumsToOne, 'must sum to 1').optional(),
  planCallsMax: count.max(5).optional(),
  refinementCyclesMax: z.number().int().min(0).max(3).optional(),
  gateTimeoutMs: z
    .strictObject({
      install: durationMs,
      compile: durationMs,
      lint: durationMs,
      test: durationMs,
      contract: durationMs,
      acceptance: durationMs,
    })
    .partial()
    .optional(),
  editTimeoutMs: durationMs.max(25 * 60_000).optional(),
  repositoryMapTokens: z.number().int().min(0).max(100_000).optional(),
  repairRoundsMax: z.number().int().min(0).max(5).optional(),
  repairCompileErrorsMax: z.number().int().min(0).max(100).optional(),
  attemptsMax: count.max(10).optional(),
  diffLinesMax: z.number().int().min(1).max(100_000).optional(),
  diffFilesMax: count.optional(),
  acceptanceScoreMin: z.number().min(0).max(10).optional(),
  costOverEstimateMax: z.number().min(1).max(100).optional(),
  runAgeMaxMs: durationMs.optional(),
  admission: z.strictObject({ perRepositoryMax: count, perModelMax: count }).partial().optional(),
  dependencyRule: z.enum(['completed', 'merged']).optional(),
  /** In dollars, as people write money. */
  budget: z
    .strictObject({
      daySoftUsd: dollars,
      dayHardUsd: dollars,
      dayKillUsd: dollars,
      monthTargetUsd: dollars,
      monthHardUsd: dollars,
    })
    .partial()
    .optional(),
});

/**
 * The policy of this worker: the defaults, changed by a YAML file. Its version names the changes, so that every record
 * tells under which numbers it was made.
 *
 * @param path undefined: the defaults
 * @throws an Error of one sentence that names what is wrong
 */
export async function readPolicy(path: string | undefined): Promise<Policy> {
  if (path === undefined) return defaultPolicy;
  const parsed = policySchema.safeParse((await readYaml(path)) ?? {});
  if (!parsed.success) {
    throw refusal(
      path,
      parsed.error.issues.map(({ path: place, message }) => `${place.join('.')}: ${message}`).join('; '),
    );
  }
  const changes = parsed.data;
  const gateTimeoutMs = { ...defaultPolicy.gateTimeoutMs, ...defined(changes.gateTimeoutMs ?? {}) };
  const admission = { ...defaultPolicy.admission, ...defined(changes.admission ?? {}) };
  const budget = readBudget(changes.budget ?? {});
  const contradiction = refuseLimits(budget);
  if (contradiction !== null) throw refusal(path, contradiction);
  const version = `${defaultPolicy.version}+${createHash('sha256').update(JSON.stringify(changes)).digest('hex').slice(0, 8)}`;
  return { ...defaultPolicy, ...defined(changes), gateTimeoutMs, admission, budget, version };
}

type BudgetChanges = NonNullable<z.infer<typeof policySchema>['budget']>;

function readBudget(changes: BudgetChanges): BudgetLimits {
  const given = Object.entries(changes).flatMap(([name, usd]) =>
    usd === undefined ? [] : [[`${name}Micros`, toUsdMicros(usd)] as const],
  );
  return { ...defaultPolicy.budget, ...(Object.fromEntries(given) as Partial<BudgetLimits>) };
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    const [firstLine = ''] = (error instanceof Error ? error.message : 'unknown').split('\n');
    throw refusal(path, firstLine, error);
  }
}

function refusal(path: string, why: string, cause?: unknown): Error {
  const text = `The policy file ${path} can't be used: ${why.replace(/[:.]$/, '')}. Correct it, or unset RATCHET_POLICY_FILE.`;
  return new Error(text, { cause });
}

// What the file leaves out keeps its default.
function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]-?: Exclude<Values[Name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Values]-?: Exclude<Values[Name], undefined> };
}
