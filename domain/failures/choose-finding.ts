import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import type { Stage, StepOutput } from './step-output.ts';
import { isInterpreter, kindOfTool } from './tool-kinds.ts';

/** A finding with the weight it has in this output. */
export interface WeighedFinding extends Finding {
  inContext: number;
}

/** What is known of an output beside its findings. */
export interface OutputFacts {
  step: StepOutput;
  lines: readonly string[];
  quiet: Uint8Array;
  /** The tool: as it was told, else as the command was repeated in the output. */
  tool: string | null;
}

const stageClasses: Partial<Record<Stage, FailureClass>> = {
  test: 'test_fail',
  compile: 'compile_error',
  lint: 'lint_error',
  contract: 'contract_violation',
  install: 'dependency_missing',
  push: 'orchestration_error',
  pr: 'orchestration_error',
  apply: 'orchestration_error',
};
const modelStages: ReadonlySet<Stage> = new Set(['plan', 'edit', 'propose', 'llm']);
const repositoryStages: ReadonlySet<Stage> = new Set(['apply', 'push', 'pr', 'publish']);

/** Forms that every kind of tool prints: their class is that of the tool or of the step. */
const sharedForms: ReadonlySet<string> = new Set([
  'bare-place',
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

/** A suite that could not be loaded hides its tests, so it decides over those that ran. */
const suiteRules = /^(?:jest-suite|vitest-suite|pytest-collection|go-build-failed|rspec-load|dart-test|unittest)$/;

/** From this weight on a form was recognised as a certain tool's own. */
const certainWeightMin = 86;
const quietCost = 45;
const warningWeightMax = 42;
const stageGain = 4;
const toolGain = 7;

/** Weighs findings in the light of the stage, the tool and one another; the heaviest first, of equal ones the earliest. */
export function weighFindings(findings: readonly Finding[], facts: OutputFacts): WeighedFinding[] {
  const kind = kindOfTool(facts.tool);
  const settled = findings.map((finding) => settleClass(finding, facts, kind));
  const named = settled.filter(
    ({ failureClass, groups, weight, at }) =>
      failureClass === 'test_fail' && groups['test'] !== undefined && weight >= 62 && facts.quiet[at] !== 1,
  );
  const detailsAt = named.length === 0 ? -1 : detailsStart(facts.lines);
  return settled
    .map((finding) => ofProvider(finding, facts, kind))
    .map((finding) => ({
      ...finding,
      inContext: weigh(finding, { facts, kind, hasNamedTests: named.length > 0, detailsAt }),
    }))
    .sort((a, b) => b.inContext - a.inContext || a.at - b.at);
}

/** Words of runners that say nothing of a named test. */
const testWordRules: ReadonlySet<string> = new Set(['test-sum', 'fail-mark', 'fail-end', 'assertion', 'tape-like']);

// What checks consumers against a provider reports like a runner of tests.
function isContractTest({ failureClass, rule }: Finding, stage: Stage, kind: FailureClass | null): boolean {
  if (failureClass !== 'test_fail') return false;
  return kind === 'contract_violation' || (kind === null && stage === 'contract' && testWordRules.has(rule));
}

// The class of a form that all kinds of tools print is that of the tool; where that is not known, of the step.
function settleClass(finding: Finding, { step }: OutputFacts, kind: FailureClass | null): Finding {
  if (isContractTest(finding, step.stage, kind)) return { ...finding, failureClass: 'contract_violation' };
  const isOwnForm = !sharedForms.has(finding.rule) || finding.weight >= certainWeightMin;
  if (isOwnForm || finding.groups['package'] !== undefined || /^TS\d/.test(finding.groups['code'] ?? ''))
    return finding;
  if (kind === 'lint_error' || kind === 'unknown') return { ...finding, failureClass: kind };
  return kind === 'compile_error' || isInterpreter(step.tool ?? null) ? finding : settleByStage(finding, step.stage);
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
  const isElsewhere = stage === 'install' || modelStages.has(stage) || repositoryStages.has(stage);
  return isElsewhere ? { ...finding, failureClass: 'unknown', weight: 32 } : finding;
}

// What cannot be reached in a model's step is its provider.
function ofProvider(finding: Finding, { step }: OutputFacts, kind: FailureClass | null): Finding {
  const isModel = modelStages.has(step.stage) || kind === 'budget_exceeded';
  const isService =
    finding.subReason === 'network' || finding.subReason === 'service' || finding.subReason === 'credentials';
  return isModel && finding.tool === null && finding.failureClass === 'orchestration_error' && isService
    ? { ...finding, subReason: 'provider' }
    : finding;
}

interface Weighing {
  facts: OutputFacts;
  kind: FailureClass | null;
  hasNamedTests: boolean;
  detailsAt: number;
}

function weigh(finding: Finding, { facts, kind, hasNamedTests, detailsAt }: Weighing): number {
  const { stage } = facts.step;
  let weight = finding.isWarning ? Math.min(finding.weight, warningWeightMax) : finding.weight;
  if (facts.quiet[finding.at] === 1) weight -= quietCost;
  if (gains(stageClasses[stage] ?? null, finding)) weight += stageGain;
  if (gains(kind, finding)) weight += toolGain;
  if (finding.tool === 'llm') weight += modelStages.has(stage) || kind === 'budget_exceeded' ? 8 : -45;
  if (repositoryStages.has(stage) && finding.failureClass === 'orchestration_error') weight += 12;
  if (hasNamedTests) weight -= costBesideTests(finding, detailsAt);
  return weight;
}

// What is expected of a tool or a step gains, and so does what would cause it: else expecting a failing test would hide
// the suite that could not be loaded.
function gains(expected: FailureClass | null, { failureClass, rule }: Finding): boolean {
  if (expected === null) return false;
  if (failureClass === expected || failureClass === 'dependency_missing') return true;
  if (expected === 'test_fail') return suiteRules.test(rule);
  return expected === 'lint_error' && failureClass === 'compile_error';
}

// What a program under test printed looks like a compiler, a shell or a network; the runner names what failed.
function costBesideTests(finding: Finding, detailsAt: number): number {
  if (finding.failureClass === 'test_fail' || suiteRules.test(finding.rule)) return 0;
  if (finding.failureClass === 'contract_violation') return 0;
  if (finding.failureClass === 'dependency_missing') return detailsAt !== -1 && finding.at < detailsAt ? 30 : 5;
  if (finding.failureClass === 'compile_error') return 16;
  return finding.rule === 'memory' || finding.rule === 'disk' ? 0 : 16;
}

const detailsMark =
  /^(?:✖ failing tests:|={3,} (?:FAILURES|ERRORS) ={3,}|⎯{3,} Failed (?:Tests|Suites) |\s{0,4}\d{1,6} failing$|Failures:|failures:|Failed examples:|There (?:was|were) \d{1,6} (?:failure|error)|Summary of all failing tests|\s{0,2}● )/;

function detailsStart(lines: readonly string[]): number {
  return lines.findIndex((line) => detailsMark.test(line));
}

/** The class to fall back to where no finding says more: that of the tool, else of the stage; null where neither says one. */
export function usualClass({ step, tool }: OutputFacts): FailureClass | null {
  const kind = kindOfTool(tool);
  if (kind !== null && kind !== 'budget_exceeded') return kind;
  const byStage = stageClasses[step.stage];
  return step.stage === 'install' || repositoryStages.has(step.stage) ? (kind ?? null) : (byStage ?? null);
}
