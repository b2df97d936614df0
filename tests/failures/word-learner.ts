import { failureClasses } from '../../domain/failures/failure-class.ts';
import type { Regression } from '../../domain/failures/words/regression.ts';
import { valueOfEach } from '../../domain/failures/words/word-model.ts';
import { learnRegression } from './regression-learner.ts';

/** A word of one tool is its name; one of nearly all outputs says nothing. */
const outputsMin = 3;
const toolsMin = 2;
const shareMax = 0.6;

const descent = { pace: 6, decay: 1 / 30_000 };

export interface Example {
  tool: string;
  words: ReadonlySet<string>;
  /** Index of the right class. */
  answer: number;
}

function vocabularyOf(examples: readonly Example[]): Set<string> {
  const outputs = new Map<string, number>();
  const tools = new Map<string, Set<string>>();
  for (const { tool, words } of examples) {
    for (const word of words) {
      outputs.set(word, (outputs.get(word) ?? 0) + 1);
      tools.set(word, (tools.get(word) ?? new Set()).add(tool));
    }
  }
  const isTelling = ([word, count]: [string, number]): boolean =>
    count >= outputsMin && (tools.get(word)?.size ?? 0) >= toolsMin && count <= shareMax * examples.length;
  return new Set([...outputs].filter(isTelling).map(([word]) => word));
}

/** Learns which words go with which class; each class weighs the same, however many outputs it has. */
export function learnWords(examples: readonly Example[]): Regression {
  const vocabulary = vocabularyOf(examples);
  const counts = failureClasses.map((_, at) => examples.filter(({ answer }) => answer === at).length);
  const lessons = examples.map(({ words, answer }) => {
    const known = [...words].filter((word) => vocabulary.has(word));
    const signs = new Map(known.map((word) => [word, valueOfEach(known.length)]));
    return { signs, answer, weight: 1 / (failureClasses.length * Math.max(1, counts[answer] ?? 1)) };
  });
  return learnRegression(lessons, descent);
}
