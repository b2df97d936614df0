// Learns which words go with which class, and how far rules are to be trusted beside words, from the outputs that are there
// to be learned from; takes some minutes.
// Usage: npm run learn:failures
import { writeFileSync } from 'node:fs';

import { answerOfRules } from '../../domain/failures/classify-failure.ts';
import { failureClasses } from '../../domain/failures/failure-class.ts';
import { likeliestTogether } from '../../domain/failures/words/joint-model.ts';
import { likeliestOf, type Regression } from '../../domain/failures/words/regression.ts';
import { sharesOfWords } from '../../domain/failures/words/word-model.ts';
import { nameOf, readFirstLooks } from './first-looks.ts';
import { learnTogether, type JointExample } from './joint-learner.ts';
import { stepOf } from './judge-cases.ts';
import { hashOfJoint, hashOfLearned, jointWeightsPath, readExamples, weightsPath } from './learned-cases.ts';
import { withoutOwnRules } from './own-rules.ts';
import { readCases } from './recorded-cases.ts';
import { learnWords } from './word-learner.ts';

const parts = 6;
/** Weights are kept as whole numbers of hundredths. */
const unit = 100;

const cases = readCases('development');
const looks = readFirstLooks();
const examples = readExamples(cases);
const tools = [...new Set(examples.map(({ tool }) => tool))].sort();
const partOf = new Map(tools.map((tool, at) => [tool, at % parts]));

/** For every output what is said by a model that was learned from outputs of other tools. */
function byOthers<Model, Answer>(
  learn: (isOther: (at: number) => boolean) => Model,
  say: (model: Model, at: number) => Answer,
): Answer[] {
  const models = Array.from({ length: parts }, (_, part) =>
    learn((at) => partOf.get(examples[at]?.tool ?? '') !== part),
  );
  return cases.map(({ folder }, at) => say(models[partOf.get(folder) ?? 0] as Model, at));
}

function rounded(row: readonly number[]): string {
  return `[${row.map((weight) => String(Math.round(weight * unit))).join(', ')}]`;
}

function toFile({ bias, rows }: Regression, learnedFrom: string): string {
  const lines = [...rows].map(([name, row]) => `    ${JSON.stringify(name)}: ${rounded(row)}`);
  const head = `  "learnedFrom": "${learnedFrom}",\n  "unit": ${String(unit)},\n  "bias": ${rounded(bias)},\n`;
  return `{\n${head}  "rows": {\n${lines.join(',\n')}\n  }\n}\n`;
}

function percent(right: number, of: number): string {
  return `${((right / of) * 100).toFixed(1)} %`;
}

const shares = byOthers(
  (isOther) => learnWords(examples.filter((_, at) => isOther(at))),
  (model, at) => sharesOfWords(model, examples[at]?.words ?? []),
);
const isRight = (at: number, failureClass: string) => cases[at]?.expected.class === failureClass;
const wordsRight = shares.filter((one, at) => isRight(at, likeliestOf(one).failureClass)).length;
console.log(
  `Words alone are right about ${percent(wordsRight, cases.length)} of ${String(cases.length)} outputs of other tools.`,
);

// What nobody noted at first look was learned from: there a tool's own rules would be right by making.
const acceptFor = withoutOwnRules(cases);
const together = cases.map((one, at): JointExample => {
  const rules = looks.get(nameOf(one)) ?? answerOfRules(stepOf(one), { accepts: acceptFor(one) });
  const answers = { rules, shares: shares[at] ?? [], stage: one.stage };
  return { answers, answer: failureClasses.indexOf(one.expected.class) };
});
const answers = byOthers(
  (isOther) => learnTogether(together.filter((_, at) => isOther(at))),
  (model, at) => likeliestTogether(together[at]?.answers as JointExample['answers'], model).failureClass,
);
const noted = [...cases.keys()].filter((at) => looks.has(nameOf(cases[at] as (typeof cases)[number])));
const rulesRight = noted.filter((at) => isRight(at, together[at]?.answers.rules.failureClass ?? '')).length;
const bothRight = noted.filter((at) => isRight(at, answers[at] ?? '')).length;
console.log(
  `At first look rules are right about ${percent(rulesRight, noted.length)} of ${String(noted.length)} outputs, with words about ${percent(bothRight, noted.length)}.`,
);

const words = learnWords(examples);
writeFileSync(weightsPath, toFile(words, hashOfLearned(examples)));
writeFileSync(jointWeightsPath, toFile(learnTogether(together), hashOfJoint(examples, looks)));
console.log(
  `The weights of ${String(words.rows.size)} words are in ${weightsPath}, those of rules beside them in ${jointWeightsPath}.`,
);
