import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { failureClasses } from '../../domain/failures/failure-class.ts';
import { keepingCues } from '../../domain/failures/find-findings.ts';
import { readLines } from '../../domain/failures/output/read-lines.ts';
import type { RulesAnswer } from '../../domain/failures/words/joint-model.ts';
import { wordsOf } from '../../domain/failures/words/word-model.ts';
import { readImaginedOutputs, type ImaginedOutput } from './imagined-outputs.ts';
import type { RecordedCase } from './recorded-cases.ts';
import type { Example } from './word-learner.ts';

/** What `learn-words.ts` writes: weights of words, and of what rules say beside words. */
export const weightsPath = fileURLToPath(new URL('../../domain/failures/words/weights.json', import.meta.url));
export const jointWeightsPath = fileURLToPath(
  new URL('../../domain/failures/words/joint-weights.json', import.meta.url),
);

const weightsSchema = z.object({
  learnedFrom: z.string(),
  bias: z.array(z.number().int()),
  rows: z.record(z.string(), z.array(z.number().int())),
});

/** One of these files as it is. @throws when it holds anything else than whole numbers */
export function readWeights(path: string): z.infer<typeof weightsSchema> {
  return weightsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** What no tool has printed may be worded otherwise: it counts half. Chosen by outputs of other tools at first look. */
const imaginedWeight = 0.5;

type LabelledOutput = Omit<ImaginedOutput, 'exitCode'>;

function toExample({ tool, output, stage, class: failureClass }: LabelledOutput, weight: number): Example {
  const words = wordsOf(readLines(output, keepingCues), stage);
  return { tool, words, answer: failureClasses.indexOf(failureClass), weight };
}

/** What words are learned from: the recorded cases in their order, then what was imagined. */
export function readExamples(cases: readonly RecordedCase[]): Example[] {
  const printed = cases.map((one) => toExample({ ...one, tool: one.folder, class: one.expected.class }, 1));
  return [...printed, ...readImaginedOutputs().map((one) => toExample(one, imaginedWeight))];
}

/** 16 hexadecimal digits: other words, stages or classes have others, and so has another order of the classes. */
export function hashOfLearned(examples: readonly Example[]): string {
  const hash = createHash('sha256').update(failureClasses.join());
  for (const { tool, words, answer, weight } of examples)
    hash.update(JSON.stringify([tool, [...words], answer, weight]));
  return hash.digest('hex').slice(0, 16);
}

/** The same for what was learned of rules beside words. A changed rule leaves it: what rules said first stays as it was. */
export function hashOfJoint(examples: readonly Example[], looks: ReadonlyMap<string, RulesAnswer>): string {
  const hash = createHash('sha256').update(hashOfLearned(examples));
  return hash
    .update(JSON.stringify([...looks]))
    .digest('hex')
    .slice(0, 16);
}
