import { failureClasses } from '../../domain/failures/failure-class.ts';
import { scaleOf, sharesOf, type WordModel } from '../../domain/failures/words/word-model.ts';

/** A word of one tool is its name; one of nearly all outputs says nothing. */
const outputsMin = 3;
const toolsMin = 2;
const shareMax = 0.6;

const rounds = 600;
const pace = 6;
const momentum = 0.9;
/** Keeps weights small that few outputs speak for. */
const decay = 1 / 30_000;

export interface Example {
  tool: string;
  words: ReadonlySet<string>;
  /** Index of the right class. */
  answer: number;
}

interface Row {
  known: number[][];
  slopes: number[][];
  answer: number;
  /** Each class weighs the same, however many outputs it has. */
  weight: number;
}

function vocabularyOf(examples: readonly Example[]): string[] {
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
  return [...outputs]
    .filter(isTelling)
    .map(([word]) => word)
    .sort();
}

function zeros(): number[] {
  return failureClasses.map(() => 0);
}

/** Adds what an output says of the weights' slope: the gradient of its cross-entropy. */
function addSlope({ known, slopes, answer, weight }: Row, bias: readonly number[], biasSlope: number[]): void {
  const scale = scaleOf(known.length);
  const errors = sharesOf(bias, known).map((share, at) => weight * (share - (at === answer ? 1 : 0)));
  for (const [at, error] of errors.entries()) {
    biasSlope[at] = (biasSlope[at] ?? 0) + error;
    for (const slope of slopes) slope[at] = (slope[at] ?? 0) + error * scale;
  }
}

/** One step downhill, which keeps most of the speed of the steps before. */
function step(weights: number[], slope: number[], speed: number[]): void {
  for (const [at, weight] of weights.entries()) {
    const faster = momentum * (speed[at] ?? 0) - pace * ((slope[at] ?? 0) + decay * weight);
    speed[at] = faster;
    weights[at] = weight + faster;
    slope[at] = 0;
  }
}

/** Learns by gradient descent with momentum. The same examples give the same model. */
export function learnWords(examples: readonly Example[]): WordModel {
  const vocabulary = vocabularyOf(examples);
  const parts = [...vocabulary, ''].map((word) => ({ word, weights: zeros(), slope: zeros(), speed: zeros() }));
  const byWord = new Map(parts.map((part) => [part.word, part]));
  const counts = failureClasses.map((_, at) => examples.filter(({ answer }) => answer === at).length);
  const rows = examples.map(({ words, answer }): Row => {
    const known = [...words].map((word) => byWord.get(word)).filter((part) => part !== undefined);
    const weight = 1 / (failureClasses.length * Math.max(1, counts[answer] ?? 1));
    return { known: known.map(({ weights }) => weights), slopes: known.map(({ slope }) => slope), answer, weight };
  });
  const bias = byWord.get('') ?? { weights: zeros(), slope: zeros() };
  for (let round = 0; round < rounds; round += 1) {
    for (const row of rows) addSlope(row, bias.weights, bias.slope);
    for (const { weights, slope, speed } of parts) step(weights, slope, speed);
  }
  return { bias: bias.weights, words: new Map(parts.slice(0, -1).map(({ word, weights }) => [word, weights])) };
}
