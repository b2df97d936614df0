import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { failureClasses } from '../../domain/failures/failure-class.ts';
import { stages } from '../../domain/failures/step-output.ts';

const folder = join(import.meta.dirname, 'imagined');

const outputSchema = z.strictObject({
  tool: z.string().min(1),
  stage: z.enum(stages),
  exitCode: z.number().int(),
  class: z.enum(failureClasses),
  output: z.string().min(1),
});

/** An output that was written from knowledge of a tool, with its class. No tool has printed it. */
export type ImaginedOutput = z.infer<typeof outputSchema>;

/** All of them, in the order of their files. @throws when a line is none */
export function readImaginedOutputs(): ImaginedOutput[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => outputSchema.parse(JSON.parse(line)));
}
