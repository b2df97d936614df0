import { failureClasses } from '../../domain/failures/failure-class.ts';
import { sharesOf, type Regression } from '../../domain/failures/words/regression.ts';

const rounds = 600;
const momentum = 0.9;

/** What is to be learned from: signs with how much of each is there. */
export interface Lesson {
  signs: ReadonlyMap<string, number>;
  /** Index of the right class. */
  answer: number;
  /** How much it counts; those of all lessons add up to about 1. */
  weight: number;
}

/** How fast weights change, and what keeps those small that few lessons speak for. */
export interface Descent {
  pace: number;
  decay: number;
}

interface Part {
  weights: number[];
  slope: number[];
  speed: number[];
}

function newPart(): Part {
  const zeros = () => failureClasses.map(() => 0);
  return { weights: zeros(), slope: zeros(), speed: zeros() };
}

interface Row {
  signs: { part: Part; row: number[]; value: number }[];
  answer: number;
  weight: number;
}

/** Adds what a lesson says of the weights' slope: the gradient of its cross-entropy. */
function addSlope({ signs, answer, weight }: Row, bias: Part): void {
  const errors = sharesOf(bias.weights, signs).map((share, at) => weight * (share - (at === answer ? 1 : 0)));
  for (const [at, error] of errors.entries()) {
    bias.slope[at] = (bias.slope[at] ?? 0) + error;
    for (const { part, value } of signs) part.slope[at] = (part.slope[at] ?? 0) + error * value;
  }
}

/** One step downhill, which keeps most of the speed of the steps before. */
function step({ weights, slope, speed }: Part, { pace, decay }: Descent): void {
  for (const [at, weight] of weights.entries()) {
    const faster = momentum * (speed[at] ?? 0) - pace * ((slope[at] ?? 0) + decay * weight);
    speed[at] = faster;
    weights[at] = weight + faster;
    slope[at] = 0;
  }
}

/** Learns by gradient descent with momentum. The same lessons give the same regression, its signs in order of their names. */
export function learnRegression(lessons: readonly Lesson[], descent: Descent): Regression {
  const names = [...new Set(lessons.flatMap(({ signs }) => [...signs.keys()]))].sort();
  const parts = new Map(names.map((name) => [name, newPart()]));
  const bias = newPart();
  const rows = lessons.map(({ signs, answer, weight }): Row => {
    const present = [...signs].flatMap(([name, value]) => {
      const part = value === 0 ? undefined : parts.get(name);
      return part === undefined ? [] : [{ part, row: part.weights, value }];
    });
    return { signs: present, answer, weight };
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const row of rows) addSlope(row, bias);
    for (const part of [...parts.values(), bias]) step(part, descent);
  }
  return { bias: bias.weights, rows: new Map([...parts].map(([name, { weights }]) => [name, weights])) };
}
