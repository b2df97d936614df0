// Learns which words go with which class, from the outputs that are there to be learned from; takes a minute.
// Usage: npm run learn:failures
import { writeFileSync } from 'node:fs';

import { failureClasses } from '../../domain/failures/failure-class.ts';
import { answerWith, type WordModel } from '../../domain/failures/words/word-model.ts';
import { hashOfLearned, toExample, weightsPath } from './learned-cases.ts';
import { readCases } from './recorded-cases.ts';
import { learnWords, type Example } from './word-learner.ts';

const parts = 6;
/** Weights are kept as whole numbers of hundredths. */
const unit = 100;

/** How often words alone are right about the outputs of tools that they were not learned from. */
function shareRight(examples: readonly Example[]): number {
  const tools = [...new Set(examples.map(({ tool }) => tool))].sort();
  const partOf = new Map(tools.map((tool, at) => [tool, at % parts]));
  let right = 0;
  for (let part = 0; part < parts; part += 1) {
    const model = learnWords(examples.filter(({ tool }) => partOf.get(tool) !== part));
    const others = examples.filter(({ tool }) => partOf.get(tool) === part);
    right += others.filter(
      ({ words, answer }) => answerWith(model, words)?.failureClass === failureClasses[answer],
    ).length;
  }
  return right / examples.length;
}

function rounded(row: readonly number[]): string {
  return `[${row.map((weight) => String(Math.round(weight * unit))).join(', ')}]`;
}

function toFile({ bias, words }: WordModel, learnedFrom: string): string {
  const rows = [...words].map(([word, row]) => `    ${JSON.stringify(word)}: ${rounded(row)}`);
  const head = `  "learnedFrom": "${learnedFrom}",\n  "unit": ${String(unit)},\n  "bias": ${rounded(bias)},\n`;
  return `{\n${head}  "words": {\n${rows.join(',\n')}\n  }\n}\n`;
}

const cases = readCases('development');
const examples = cases.map(toExample);
const share = (shareRight(examples) * 100).toFixed(1);
console.log(`Words alone are right about ${share} % of ${String(examples.length)} outputs of other tools.`);
const model = learnWords(examples);
writeFileSync(weightsPath, toFile(model, hashOfLearned(cases)));
console.log(`The weights of ${String(model.words.size)} words are in ${weightsPath}.`);
