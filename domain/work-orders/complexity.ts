export const complexityFactors = [
  'code',
  'context',
  'security',
  'architecture',
  'reasoning',
  'memory',
  'coordination',
] as const;

export type ComplexityFactor = (typeof complexityFactors)[number];

/** What can be known of an order before anybody works on it. */
export interface ComplexityInput {
  title: string;
  description: string;
  criteria: readonly string[];
  filesInScope: readonly string[];
  /** Tokens of the files in scope; of the whole repository's map where none are named. */
  contextTokens: number;
  /** Tokens that the largest active model can read. */
  contextTokensMax: number;
}

export interface Complexity {
  /** 0 to 1. */
  score: number;
  factors: { factor: ComplexityFactor; value: number; weight: number; reason: string }[];
}

/** Tokens that a usual answer takes: an assumption, used for the memory factor alone. */
const expectedOutputTokens = 4_000;

const securityWords =
  /\b(auth|authn|authz|authentic\w*|authori[sz]\w*|crypto\w*|encrypt\w*|password\w*|token|tokens|permission\w*|secrets?|sanitis\w*|sanitiz\w*|injection)\b/gi;
const architectureWords =
  /\b(public api|interface|interfaces|contract|architecture|refactor\w*|migration\w*|module|modules|schema|protocol)\b/gi;
const reasoningWords =
  /\b(concurren\w*|race|deadlock|transaction\w*|algorithm\w*|consisten\w*|cache|caching|parse\w*|recursi\w*|edge case\w*)\b/gi;

function countMatches(text: string, words: RegExp): number {
  return new Set(Array.from(text.matchAll(words), (match) => match[0].toLowerCase())).size;
}

function contextValue(tokens: number): number {
  if (tokens > 40_000) return 0.9;
  if (tokens > 20_000) return 0.7;
  if (tokens > 10_000) return 0.5;
  return tokens > 2_000 ? 0.3 : 0.1;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/**
 * How demanding an order looks: the weighted sum of seven factors, each from 0 to 1 and with its reason.
 *
 * @param weights shares that sum to 1 within .01
 */
export function assessComplexity(input: ComplexityInput, weights: Record<ComplexityFactor, number>): Complexity {
  const text = [input.title, input.description, ...input.criteria].join('\n');
  const taskTokens = text.length / 4;
  const files = input.filesInScope.length;
  const counted = (words: RegExp, step: number): [number, string] => {
    const count = countMatches(text, words);
    return [clamp(count * step), `${count} words of this kind`];
  };
  const memory = (taskTokens + input.contextTokens + expectedOutputTokens) / (input.contextTokensMax * 0.8);
  const values: Record<ComplexityFactor, [value: number, reason: string]> = {
    code: [
      clamp(0.1 * input.criteria.length + 0.1 * files),
      `${input.criteria.length} criteria, ${files} files in scope`,
    ],
    context: [contextValue(input.contextTokens), `about ${Math.round(input.contextTokens)} tokens in scope`],
    security: counted(securityWords, 0.3),
    architecture: counted(architectureWords, 0.25),
    reasoning: counted(reasoningWords, 0.25),
    memory: [clamp(memory), `${Math.round(memory * 100)} % of the model's usable window`],
    coordination: [clamp(Math.max(0.1, files / 10)), `${files} files in scope`],
  };
  const factors = complexityFactors.map((factor) => {
    const [value, reason] = values[factor];
    return { factor, value, weight: weights[factor], reason };
  });
  const sum = factors.reduce((total, { value, weight }) => total + value * weight, 0);
  return { score: Math.round(clamp(sum) * 1000) / 1000, factors };
}
