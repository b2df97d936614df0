import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { modelStages, repositoryStages } from './step-kinds.ts';
import type { Stage, StepOutput } from './step-output.ts';

/** In which step and by which tool a finding was made. */
export interface Setting {
  step: StepOutput;
  /** What the tool usually complains of; null where it is not known. */
  kind: FailureClass | null;
  /** Whether the output holds a runner's own sum: without one, marks of failures in a step of linters are theirs. */
  hasRun: boolean;
}

/** Reports made for machines in which linters write as runners of tests do. */
const reportForms: ReadonlySet<string> = new Set(['junit-xml', 'tap', 'teamcity', 'json-test']);

/** Words of runners that say nothing of a named test. */
const testWordRules: ReadonlySet<string> = new Set([
  'test-sum',
  'fail-mark',
  'fail-end',
  'assertion',
  'tape-like',
  'failed-row',
  'failed-list',
  'placed-row',
  'numbered-kind',
  'told-failed',
  'function-failed',
  'failure-in',
  'elm-test',
  'name-heading',
  'scenario-block',
  'failed-below-name',
  'failed-place',
  'timed-row',
  'verdict-behind',
  'verdict-before',
  'told-test',
  'failed-heading',
  'result-field',
  'verdict-alone',
  'numbered-test',
  'failed-block',
  'placed-test',
  'name-above',
  'test-field',
  'dash-row',
]);

// Words of runners in a step that runs none.
function isElsewhere(stage: Stage, kind: FailureClass | null): boolean {
  // What builds runs tests as well.
  if (kind === 'compile_error' && stage === 'test') return false;
  if (kind !== null) return kind !== 'test_fail' && kind !== 'contract_violation' && kind !== 'unknown';
  return stage === 'lint' || stage === 'install' || repositoryStages.has(stage) || modelStages.has(stage);
}

// What checks consumers against a provider reports like a runner of tests.
function isContractTest({ failureClass, rule, weight }: Finding, stage: Stage, kind: FailureClass | null): boolean {
  if (failureClass !== 'test_fail' || weight < 50) return false;
  return kind === 'contract_violation' || (kind === null && stage === 'contract' && testWordRules.has(rule));
}

/** What runners of tests print, in a tool or a step that is none; null where it stays what it is. */
export function settleTestForm(finding: Finding, { step: { stage }, kind, hasRun }: Setting): Finding | null {
  if (isContractTest(finding, stage, kind)) return { ...finding, failureClass: 'contract_violation' };
  const isLinter = kind === 'lint_error' || (kind === null && stage === 'lint');
  if (reportForms.has(finding.rule) && isLinter) return { ...finding, failureClass: 'lint_error' };
  if (finding.failureClass !== 'test_fail') return null;
  const isOther = isElsewhere(stage, kind);
  if (!hasRun && runsNone(stage, kind, isOther)) return { ...finding, weight: 25 };
  return isOther && testWordRules.has(finding.rule) ? { ...finding, weight: finding.weight - 24 } : null;
}

// What builds may run tests as well, and then sums them up.
function runsNone(stage: Stage, kind: FailureClass | null, isOther: boolean): boolean {
  return stage === 'compile' ? kind !== 'test_fail' : isOther && stage !== 'test';
}
