import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { failureClasses } from '../../domain/failures/failure-class.ts';
import { stages } from '../../domain/failures/step-output.ts';

const caseSchema = z.object({
  id: z.string(),
  stage: z.enum(stages),
  exitCode: z.number().nullable(),
  tool: z.string().optional(),
  expected: z.object({
    class: z.enum(failureClasses),
    subReason: z.string().nullable(),
    file: z.string().nullable(),
    line: z.number().nullable(),
    column: z.number().nullable(),
    code: z.string().nullable(),
    testNames: z.array(z.string()),
    package: z.string().nullable(),
  }),
  excerptMustContain: z.union([z.string(), z.array(z.string())]).nullish(),
});

/** An output that a real tool printed, with what a person says about it. */
export interface RecordedCase extends z.infer<typeof caseSchema> {
  folder: string;
  output: string;
}

/**
 * Development outputs may be looked at. The others are measured only, and nobody who writes rules reads them: the held-out
 * ones are of tools without rules, the unseen ones are fresh outputs of tools that have some.
 */
export type Part = 'development' | 'held-out' | 'unseen';

/** Every case of a part, in the order of its folders. */
export function readCases(part: Part): RecordedCase[] {
  const root = join(import.meta.dirname, 'recorded', part);
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort()
    .filter((folder) => existsSync(join(root, folder, 'cases.json')))
    .flatMap((folder) => {
      const cases = z.array(caseSchema).parse(JSON.parse(readFileSync(join(root, folder, 'cases.json'), 'utf8')));
      return cases.map((one) => ({
        ...one,
        folder,
        output: readFileSync(join(root, folder, `${one.id}.txt`), 'utf8'),
      }));
    });
}
