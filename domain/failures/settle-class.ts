import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { settleAnswer } from './settle-answer.ts';
import { settleShared } from './settle-shared.ts';
import { isModelStep } from './step-kinds.ts';
import type { Stage, StepOutput } from './step-output.ts';

/** Forms that every kind of tool prints: their class is that of the tool or of the step. */
const sharedForms: ReadonlySet<string> = new Set([
  'bare-place',
  'file-field',
  'file-error',
  'placed-error',
  'error-with-code',
  'caret-block',
  'gnu',
  'msvc',
  'go',
  'named-rule',
  'parse-error',
  'rust-heading',
  'protobuf-import',
  'erlang',
  'rebar-block',
  'node-syntax',
  'python-syntax',
  'msbuild',
  'undefined-name',
  'told-error',
  'settings-refused',
  'manifest-missing',
  'line-entry',
  'boxed',
]);

/** Reports made for machines in which linters write as runners of tests do. */
const reportForms: ReadonlySet<string> = new Set(['junit-xml', 'tap', 'teamcity', 'json-test']);

/** From this weight on a form was recognised as a certain tool's own. */
const certainWeightMin = 86;
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
  if (kind !== null) return kind === 'lint_error' || kind === 'compile_error' || kind === 'dependency_missing';
  return stage === 'lint' || stage === 'install' || stage === 'apply';
}

// What checks consumers against a provider reports like a runner of tests.
function isContractTest({ failureClass, rule, weight }: Finding, stage: Stage, kind: FailureClass | null): boolean {
  if (failureClass !== 'test_fail' || weight < 50) return false;
  return kind === 'contract_violation' || (kind === null && stage === 'contract' && testWordRules.has(rule));
}

/**
 * The class of a form that all kinds of tools print: that of the tool; where that is not known, of the step.
 *
 * @param kind what the tool usually complains of; null where it is not known
 */
export function settleClass(finding: Finding, step: StepOutput, kind: FailureClass | null): Finding {
  const { rule, groups, weight } = finding;
  if (rule === 'install-words' && step.stage !== 'install' && kind !== 'dependency_missing')
    return { ...finding, weight: 20 };
  if (rule === 'http-status') return settleAnswer(finding, step.stage, kind);
  const asTest = settleTestForm(finding, step.stage, kind);
  if (asTest !== null) return asTest;
  const isOwnForm = !sharedForms.has(rule) || weight >= certainWeightMin;
  const isTypeScript = /^TS\d/.test(groups['code'] ?? '') && kind !== 'contract_violation';
  return isOwnForm || groups['package'] !== undefined || isTypeScript ? finding : settleShared(finding, step, kind);
}

// What runners of tests print, in a tool or a step that is none.
function settleTestForm(finding: Finding, stage: Stage, kind: FailureClass | null): Finding | null {
  if (isContractTest(finding, stage, kind)) return { ...finding, failureClass: 'contract_violation' };
  const isLinter = kind === 'lint_error' || (kind === null && stage === 'lint');
  if (reportForms.has(finding.rule) && isLinter) return { ...finding, failureClass: 'lint_error' };
  const isWord = testWordRules.has(finding.rule) && isElsewhere(stage, kind);
  return isWord ? { ...finding, weight: finding.weight - 24 } : null;
}

const servedReasons: ReadonlySet<string> = new Set(['network', 'service', 'credentials']);

/** What cannot be reached in a model's step is its provider; what answers in the step of a pull request is the forge. */
export function ofProvider(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  const { tool, failureClass, subReason, rule } = finding;
  if (tool !== null || failureClass !== 'orchestration_error' || !servedReasons.has(subReason ?? '')) return finding;
  if (isModelStep(stage, kind)) return { ...finding, subReason: 'provider' };
  return stage === 'pr' && /^network-(?:server|denied|answer)$/.test(rule)
    ? { ...finding, subReason: 'forge' }
    : finding;
}
