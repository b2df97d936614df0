/** The shapes of the JSON columns, read back. Written by us, but by another version perhaps: each is parsed. */
import { z } from 'zod';

import { gateKinds } from '../../domain/gates/gate.ts';

export const storedCriteria = z.array(
  z.object({ id: z.string(), text: z.string(), command: z.string().nullable().default(null) }),
);

export const storedInspection = z.object({
  gates: z.array(z.object({ kind: z.enum(gateKinds), command: z.string(), source: z.string() })).default([]),
  sizeBytes: z.number().default(0),
  files: z.number().default(0),
});

export const storedDiffStat = z.object({ files: z.number(), added: z.number(), removed: z.number() });

/** Questions of an earlier version have no estimates. */
export const storedOptions = z.array(
  z.object({
    option: z.string(),
    effect: z.string(),
    expectedCostUsdMicros: z.number().nullable().default(null),
    probability: z.number().nullable().default(null),
    advantages: z.array(z.string()).default([]),
    disadvantages: z.array(z.string()).default([]),
  }),
);

export const storedRecommendation = z
  .object({ option: z.string(), confidence: z.number(), reason: z.string() })
  .nullable();

/** The parts of an acceptance score. */
export const storedAcceptance = z
  .array(z.object({ name: z.string(), weight: z.number(), score: z.number(), reasons: z.array(z.string()) }))
  .nullable();

export const storedGuardHits = z.array(
  z.object({
    guard: z.string(),
    path: z.string().nullable().default(null),
    line: z.number().nullable().default(null),
    message: z.string(),
  }),
);

/** Why a gate counts as it does; empty where no baseline was compared. */
export const storedVerdict = z.object({ reason: z.string().default('') });

/** What a person needs to see of a failure. */
export const storedFailureContext = z.object({ message: z.string(), excerpt: z.string().default('') });

const storedRecord = z.record(z.string(), z.json());

export type StoredRecord = z.infer<typeof storedRecord>;

/** An object of a JSON column as it is; anything else is wrapped. */
export function readRecord(value: unknown): StoredRecord {
  const parsed = storedRecord.safeParse(value);
  return parsed.success ? parsed.data : { value: readJson(value) };
}

/** A value of a JSON column as it is. */
export function readJson(value: unknown): z.infer<ReturnType<typeof z.json>> {
  return z.json().parse(value);
}
