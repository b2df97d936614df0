import { z } from 'zod';

import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import { gateKinds } from '../../domain/gates/gate.ts';
import type { Database } from '../client.ts';

/** Which base commit, measured with which tools. */
export interface BaselineKey {
  repositoryId: string;
  commit: string;
  toolChain: string;
}

const nullableNumber = z.number().nullable();

export const storedDiagnostic = z.object({
  file: z.string().nullable(),
  line: nullableNumber,
  column: nullableNumber,
  code: z.string().nullable(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
});

export const storedTestResult = z.object({
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  file: z.string().nullable(),
  line: nullableNumber,
  message: z.string().nullable(),
});

const storedMeasurements = z.array(
  z.object({
    kind: z.enum(gateKinds),
    command: z.string(),
    exitCode: nullableNumber,
    timedOut: z.boolean(),
    diagnostics: z.array(storedDiagnostic),
    tests: z.array(storedTestResult).nullable(),
    outputFingerprint: z.string(),
    installCause: z.string().nullish(),
  }),
);

/** What the gates said of a base commit, or null when nobody has measured it with these tools. */
export async function findBaseline(database: Database, key: BaselineKey): Promise<GateMeasurement[] | null> {
  const row = await database.baseline.findUnique({ where: { repositoryId_commit_toolChain: key } });
  return row === null ? null : storedMeasurements.parse(row.measurements);
}

/** Keeps a baseline. The first one stays: what others were compared with must not change under them. */
export async function saveBaseline(
  database: Database,
  key: BaselineKey,
  { measurements, durationMs }: { measurements: readonly GateMeasurement[]; durationMs: number },
): Promise<void> {
  const stored: unknown = JSON.parse(JSON.stringify(measurements));
  await database.baseline.createMany({
    data: [{ ...key, measurements: storedMeasurements.parse(stored), durationMs: Math.round(durationMs) }],
    skipDuplicates: true,
  });
}
