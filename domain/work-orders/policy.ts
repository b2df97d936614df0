import type { ComplexityFactor } from './complexity.ts';

/** The numbers that decide how an attempt is run. Each decision and outcome records the version it was made under. */
export interface Policy {
  version: string;
  /** Share of each factor in the complexity; they sum to 1 within .01. */
  complexityWeights: Record<ComplexityFactor, number>;
  /** Model calls for a plan: the first, and one more when the answer could not be read. */
  planCallsMax: number;
  /** Limits of one gate. */
  gateTimeoutMs: Record<'install' | 'compile' | 'lint' | 'test' | 'acceptance', number>;
  /** Limit of one run of the editor. */
  editTimeoutMs: number;
  /** How much of the repository's map the editor may show to the model, in tokens. */
  repositoryMapTokens: number;
}

const minuteMs = 60_000;

export const defaultPolicy: Policy = {
  version: '2026-11-21',
  complexityWeights: {
    code: 0.2,
    context: 0.1,
    security: 0.2,
    architecture: 0.2,
    reasoning: 0.1,
    memory: 0.1,
    coordination: 0.1,
  },
  planCallsMax: 2,
  gateTimeoutMs: {
    install: 10 * minuteMs,
    compile: 10 * minuteMs,
    lint: 5 * minuteMs,
    test: 15 * minuteMs,
    acceptance: 2 * minuteMs,
  },
  editTimeoutMs: 15 * minuteMs,
  repositoryMapTokens: 1024,
};
