import { failureClasses } from '../../domain/failures/failure-class.ts';
import type { Regression } from '../../domain/failures/words/regression.ts';
import { valueOfEach } from '../../domain/failures/words/word-model.ts';
import { learnRegression } from './regression-learner.ts';

/** A word of one tool is its name; one of nearly all outputs says nothing. */
const outputsMin = 3;
const toolsMin = 2;
const shareMax = 0.6;

const descent = { pace: 6, decay: 1 / 40_000 };
/** So that a word of usual rarity counts about 1. */
const usualRarity = 5;

export interface Example {
  tool: string;
  words: ReadonlySet<string>;
  /** Index of the right class. */
  answer: number;
  /** How much it counts: 1 for what a tool printed. */
  weight: number;
}

/** Words that tell something, and how rare each is: its inverse document frequency (Spärck Jones 1972), smoothed. */
function vocabularyOf(examples: readonly Example[]): Map<string, number> {
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
  const rarityOf = (count: number) => (Math.log((1 + examples.length) / (1 + count)) + 1) / usualRarity;
  return new Map([...outputs].filter(isTelling).map(([word, count]) => [word, rarityOf(count)]));
}

/**
 * Learns which words go with which class; each class weighs the same, however many outputs it has. A rare word may weigh
 * more than one that is everywhere: what it counts while it is learned is in its weights afterwards.
 */
export function learnWords(examples: readonly Example[]): Regression {
  const vocabulary = vocabularyOf(examples);
  const totals = failureClasses.map((_, at) =>
    examples.reduce((sum, { answer, weight }) => sum + (answer === at ? weight : 0), 0),
  );
  const lessons = examples.map(({ words, answer, weight }) => {
    const known = [...words].filter((word) => vocabulary.has(word));
    const value = valueOfEach(known.length);
    const signs = new Map(known.map((word) => [word, value * (vocabulary.get(word) ?? 0)]));
    return { signs, answer, weight: weight / (failureClasses.length * (totals[answer] ?? 1)) };
  });
  const { bias, rows } = learnRegression(lessons, descent);
  const counted = [...rows].map(([word, row]) => [word, row.map((one) => one * (vocabulary.get(word) ?? 0))] as const);
  return { bias, rows: new Map(counted) };
}
