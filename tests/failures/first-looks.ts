import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { failureClasses } from '../../domain/failures/failure-class.ts';
import type { RulesAnswer } from '../../domain/failures/words/joint-model.ts';
import type { RecordedCase } from './recorded-cases.ts';

const path = join(import.meta.dirname, 'recorded', 'first-looks.json');

const answerSchema = z.object({
  failureClass: z.enum(failureClasses),
  confidence: z.number(),
  kind: z.enum(failureClasses).nullable(),
  heaviest: z.partialRecord(z.enum(failureClasses), z.number()),
});

/** The name of a case among all: `tsc/tsc-missing-property`. */
export function nameOf({ folder, id }: RecordedCase): string {
  return `${folder}/${id}`;
}

/**
 * What the rules said of outputs before anybody had read them. Once rules were written after an output they are right
 * about it, and it no longer tells how far they are to be trusted.
 */
export function readFirstLooks(): Map<string, RulesAnswer> {
  return new Map(Object.entries(z.record(z.string(), answerSchema).parse(JSON.parse(readFileSync(path, 'utf8')))));
}

/** Writes one case to a line, in the order of their names. */
export function writeFirstLooks(looks: ReadonlyMap<string, RulesAnswer>): void {
  const names = [...looks.keys()].sort();
  const lines = names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(looks.get(name))}`);
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`);
}
