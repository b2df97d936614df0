import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import type { Stage, StepOutput } from './step-output.ts';
import { isInterpreter } from './tool-kinds.ts';

const modelStages: ReadonlySet<Stage> = new Set(['plan', 'edit', 'propose', 'llm']);
/** Steps that hand the work to a repository or a forge. */
export const repositoryStages: ReadonlySet<Stage> = new Set(['apply', 'push', 'pr', 'publish']);

/** Whether what answers in this step is a provider of models. */
export function isModelStep(stage: Stage, kind: FailureClass | null): boolean {
  return modelStages.has(stage) || kind === 'budget_exceeded';
}

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
  'function-failed',
  'failure-in',
  'elm-test',
]);

// Words of runners in a step that runs none.
function isElsewhere(stage: Stage, kind: FailureClass | null): boolean {
  if (kind !== null) return kind === 'lint_error' || kind === 'compile_error' || kind === 'dependency_missing';
  return stage === 'lint' || stage === 'install' || stage === 'apply';
}

// What checks consumers against a provider reports like a runner of tests.
function isContractTest({ failureClass, rule }: Finding, stage: Stage, kind: FailureClass | null): boolean {
  if (failureClass !== 'test_fail') return false;
  return kind === 'contract_violation' || (kind === null && stage === 'contract' && testWordRules.has(rule));
}

/**
 * The class of a form that all kinds of tools print: that of the tool; where that is not known, of the step.
 *
 * @param kind what the tool usually complains of; null where it is not known
 */
export function settleClass(finding: Finding, step: StepOutput, kind: FailureClass | null): Finding {
  const { rule, groups, weight } = finding;
  if (rule === 'http-status') return settleStatus(finding, step.stage, kind);
  const asTest = settleTestForm(finding, step.stage, kind);
  if (asTest !== null) return asTest;
  const isOwnForm = !sharedForms.has(rule) || weight >= certainWeightMin;
  const isTypeScript = /^TS\d/.test(groups['code'] ?? '');
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

const parseWords = /\bpars(?:e|ing|er)\b|\bsyntax\b|YAML|TOML/i;

function settleShared(finding: Finding, step: StepOutput, kind: FailureClass | null): Finding {
  const { rule, failureClass, groups } = finding;
  if (rule === 'rust-heading' && failureClass === 'lint_error') return settleHeading(finding, step.stage, kind);
  if (kind === 'unknown' && parseWords.test(groups['message'] ?? '')) return finding;
  if (kind === 'lint_error' || kind === 'unknown') return { ...finding, failureClass: kind };
  return kind === 'compile_error' || isInterpreter(step.tool ?? null) ? finding : settleByStage(finding, step.stage);
}

const ranOut: Readonly<Record<string, string>> = { 402: 'money_out', 413: 'context_exceeded', 429: 'rate_limited' };
const deniedStatus = /^40[13]$/;

// An answer of a server, by its number: whose it is, the step says.
function settleStatus(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  const { status = '', ...groups } = finding.groups;
  const known = { ...finding, groups };
  if (isModelStep(stage, kind)) {
    const subReason = ranOut[status];
    return subReason === undefined
      ? { ...known, subReason: 'provider', weight: 82 }
      : { ...known, failureClass: 'budget_exceeded', subReason, weight: 84 };
  }
  if (status === '408') return { ...known, failureClass: 'timeout', subReason: null };
  if (stage === 'pr') return { ...known, subReason: 'forge', weight: 72 };
  if (!repositoryStages.has(stage) && stage !== 'install') return { ...known, weight: 30 };
  return { ...known, subReason: deniedStatus.test(status) ? 'credentials' : 'service' };
}

// `error[some-name]` is a linter's rule, unless a checker of types prints it.
function settleHeading(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  const isChecker = kind === 'compile_error' || (kind === null && stage === 'compile');
  return isChecker ? { ...finding, failureClass: 'compile_error' } : finding;
}

const vagueForms: ReadonlySet<string> = new Set(['error-with-code', 'undefined-name']);

function settleByStage(finding: Finding, stage: Stage): Finding {
  const { rule, failureClass } = finding;
  // Words of an interpreter about a text that it was to run: no linter prints them so.
  if (rule === 'node-syntax' || rule === 'python-syntax') return finding;
  if (stage === 'lint') return failureClass === 'compile_error' ? { ...finding, failureClass: 'lint_error' } : finding;
  if (rule === 'bare-place') return settleBarePlace(finding, stage);
  return vagueForms.has(rule) ? settleVague(finding, stage) : finding;
}

function settleBarePlace(finding: Finding, stage: Stage): Finding {
  if (stage === 'contract') return { ...finding, failureClass: 'contract_violation' };
  const isCompile = stage === 'compile' || stage === 'install';
  return { ...finding, failureClass: isCompile ? 'compile_error' : 'unknown', weight: isCompile ? 45 : 20 };
}

function settleVague(finding: Finding, stage: Stage): Finding {
  if (stage === 'test') return { ...finding, failureClass: 'test_fail', weight: Math.min(finding.weight, 46) };
  const isBeside = stage === 'install' || modelStages.has(stage) || repositoryStages.has(stage);
  if (!isBeside) return finding;
  const isPlaced = finding.groups['line'] !== undefined;
  if (isPlaced && stage === 'install') return finding;
  return { ...finding, failureClass: 'unknown', weight: isPlaced ? 36 : 32 };
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
