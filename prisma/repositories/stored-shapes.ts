/** The shapes of the JSON columns, read back. Written by us, but by another version perhaps: each is parsed. */
import { z } from 'zod';

import { gateKinds } from '../../domain/work-orders/gates.ts';

export const storedCriteria = z.array(
  z.object({ id: z.string(), text: z.string(), command: z.string().nullable().default(null) }),
);

export const storedInspection = z.object({
  gates: z.array(z.object({ kind: z.enum(gateKinds), command: z.string(), source: z.string() })).default([]),
  sizeBytes: z.number().default(0),
  files: z.number().default(0),
});

export const storedDiffStat = z.object({ files: z.number(), added: z.number(), removed: z.number() });

export const storedOptions = z.array(z.object({ option: z.string(), effect: z.string() }));

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
