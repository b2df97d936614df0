import type { FailureClass } from './failure-class.ts';
import type { Stage } from './step-output.ts';

/** Steps in which a model answers. */
export const modelStages: ReadonlySet<Stage> = new Set(['plan', 'edit', 'propose', 'llm']);
/** Steps that hand the work to a repository or a forge. */
export const repositoryStages: ReadonlySet<Stage> = new Set(['apply', 'push', 'pr', 'publish']);

/** Whether a step, by its tool or by its stage, hands something to a repository. */
export function worksOnRepository(stage: Stage, kind: FailureClass | null): boolean {
  return kind === 'orchestration_error' || repositoryStages.has(stage);
}

/** Whether what answers in this step is a provider of models. */
export function isModelStep(stage: Stage, kind: FailureClass | null): boolean {
  return modelStages.has(stage) || kind === 'budget_exceeded';
}

/** Whether what is printed compares two versions of a contract. */
export function isComparison(stage: Stage, kind: FailureClass | null): boolean {
  return kind === 'contract_violation' || (kind === null && stage === 'contract');
}

/** Whether tests run in a step. */
export function isTestRun(stage: Stage, kind: FailureClass | null): boolean {
  return kind === 'test_fail' || ((kind === null || kind === 'compile_error') && stage === 'test');
}
