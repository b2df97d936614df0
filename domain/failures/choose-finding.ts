import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { isRemark, isWarnedLine } from './output/warned-line.ts';
import { ofProvider, settleClass } from './settle-class.ts';
import { isModelStep, repositoryStages } from './step-kinds.ts';
import type { Stage, StepOutput } from './step-output.ts';
import { kindInStep } from './tool-kinds.ts';

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
/** A suite that could not be loaded hides its tests, so it decides over those that ran. */
const suiteRules = /^(?:jest-suite|vitest-suite|pytest-collection|go-build-failed|rspec-load|dart-test|unittest)$/;

const quietCost = 45;
const triedCost = 30;
const warningWeightMax = 42;
/** A list of what failed stands no further behind its reasons. */
const reasonLinesMax = 50;
const stageGain = 4;
const toolGain = 7;

/** Weighs findings in the light of the stage, the tool and one another; the heaviest first, of equal ones the earliest. */
export function weighFindings(findings: readonly Finding[], facts: OutputFacts): WeighedFinding[] {
  const kind = kindInStep(facts.tool, facts.step.stage);
  const hasRun = findings.some((finding) => isRunnersSum(finding, facts.lines));
  const settled = findings.map((finding) => settleClass(finding, { step: facts.step, kind, hasRun }));
  const named = settled.filter(
    ({ failureClass, groups, weight, at }) =>
      failureClass === 'test_fail' && groups['test'] !== undefined && weight >= 62 && facts.quiet[at] !== 1,
  );
  const detailsAt = named.length === 0 ? -1 : failuresStart(named, facts.lines);
  const isOfTests = facts.step.stage === 'test' && (hasRun || named.length > 0);
  const isCutOff = !isOfTests && settled.some((finding) => isUnreachable(finding, facts));
  // No array of arguments: an output may say it a million times.
  const gaveUpAt = settled.reduce((last, one) => (isEndOfWait(one, facts) ? Math.max(last, one.at) : last), -1);
  return settled
    .map((finding) => ofProvider(finding, facts.step.stage, kind))
    .map((finding) => (isCutOff && saysOnlyAbsent(finding) ? { ...finding, weight: 40 } : finding))
    .map((finding) => ({
      ...finding,
      inContext: weigh(finding, { facts, kind, hasNamedTests: named.length > 0, detailsAt, isCutOff, gaveUpAt }),
    }))
    .sort((a, b) => b.inContext - a.inContext || a.at - b.at);
}

// The sum of a runner speaks of tests; checks that passed and failed are a linter's as well.
function isRunnersSum({ rule, at }: Finding, lines: readonly string[]): boolean {
  if (rule === 'test-sum')
    return /\b(?:tests?|specs?|examples?|scenarios?|suites?|pass(?:ed|ing)?)\b/i.test(lines[at] ?? '');
  return /-sum$/.test(rule) && rule !== 'lint-sum' && rule !== 'package-sum' && rule !== 'prettier-sum';
}

/** What says only that something is not there, and not why: a registry that could not be reached is the reason. */
const generalPackages: ReadonlySet<string> = new Set([
  'package-not-found',
  'package-bare',
  'package-version',
  'install-hint',
  'maven-dependency',
  'system-package-missing',
]);

function saysOnlyAbsent({ failureClass, rule }: Finding): boolean {
  return failureClass === 'dependency_missing' && generalPackages.has(rule);
}

function isUnreachable({ subReason, rule, isWarning, at, weight }: Finding, { quiet, lines }: OutputFacts): boolean {
  const isNetwork = subReason === 'network' || rule === 'network-timeout';
  return isNetwork && !isWarning && weight >= 55 && quiet[at] !== 1 && !isRemark(lines[at] ?? '');
}

interface Weighing {
  facts: OutputFacts;
  kind: FailureClass | null;
  hasNamedTests: boolean;
  detailsAt: number;
  /** Something that is not there could not be reached. */
  isCutOff: boolean;
  /** The last line that says that a wait was given up; -1 where none does. */
  gaveUpAt: number;
}

// What was tried again and again before it is no reason.
function isEndOfWait({ rule, at }: Finding, { quiet }: OutputFacts): boolean {
  return rule === 'told-timeout' && quiet[at] !== 1;
}

/** What a line that is marked as a warning says of these did not stop the step, as long as anything else did. */
const calmed: ReadonlySet<FailureClass> = new Set([
  'dependency_missing',
  'orchestration_error',
  'timeout',
  'budget_exceeded',
]);

function isCalm({ isWarning, failureClass, at }: Finding, lines: readonly string[]): boolean {
  const line = lines[at] ?? '';
  return (
    isWarning || (calmed.has(failureClass) && isWarnedLine(line)) || (failureClass !== 'test_fail' && isRemark(line))
  );
}

// A warning that something could not be reached is the reason why a package was not found.
function ownWeight(finding: Finding, { lines, quiet }: OutputFacts, isCutOff: boolean): number {
  const isReason = isCutOff && finding.subReason === 'network';
  const isMild = !isReason && isCalm(finding, lines);
  const weight = isMild ? Math.min(finding.weight, warningWeightMax) : finding.weight;
  return quiet[finding.at] === 1 ? weight - quietCost : weight;
}

function weigh(finding: Finding, { facts, kind, hasNamedTests, detailsAt, isCutOff, gaveUpAt }: Weighing): number {
  const { stage } = facts.step;
  let weight = ownWeight(finding, facts, isCutOff);
  if (gains(stageClasses[stage] ?? null, finding)) weight += stageGain;
  if (gains(kind, finding)) weight += toolGain;
  if (finding.tool === 'llm') weight += isModelStep(stage, kind) ? 8 : -45;
  if (repositoryStages.has(stage) && finding.failureClass === 'orchestration_error') weight += 12;
  if (finding.subReason === 'network' && finding.at < gaveUpAt) weight -= triedCost;
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
  if (finding.failureClass === 'dependency_missing') return finding.at < detailsAt ? 30 : 5;
  if (finding.failureClass === 'compile_error') return 16;
  return finding.rule === 'memory' || finding.rule === 'disk' ? 0 : 16;
}

const detailsMark =
  /^(?:✖ failing tests:|={3,} (?:FAILURES|ERRORS) ={3,}|⎯{3,} Failed (?:Tests|Suites) |\s{0,4}\d{1,6} failing$|Failures:|failures:|Failed examples:|There (?:was|were) \d{1,6} (?:failure|error)|Summary of all failing tests|\s{0,2}● )/;

/**
 * What stood before this line let the tests run: the runner's heading for failures, else well before the first failing test,
 * as a short list of what failed may stand behind its reasons.
 */
function failuresStart(named: readonly Finding[], lines: readonly string[]): number {
  const heading = lines.findIndex((line) => detailsMark.test(line));
  if (heading !== -1) return heading;
  return named.reduce((first, { at }) => Math.min(first, at), lines.length) - reasonLinesMax;
}

/** What an installation by a tool that nobody knows says of a thing that is not there or does not fit. */
function isAbsent(line: string): boolean {
  const isThing = !/\b(?:file|directory|folder|command|option|argument|flag|page|user|key)\b/i.test(line);
  const isOther =
    /\bversions?\b.{0,80}\b(?:expected|required|wanted|supported|allowed|incorrect|invalid|mismatch|match)\b|\b(?:expected|required|wanted|unsupported|incompatible)\b.{0,60}\bversions?\b/i.test(
      line,
    );
  return (
    isThing &&
    (isOther ||
      /\b(?:not found|(?:does not|doesn['’]t) (?:exist|match)|not available|no such|unknown|unsatisf\w{1,8}|incompatible|unsupported|conflict\w{0,4}|outdated|out of (?:sync|date)|not (?:installed|satisfied|up to date)|no (?:releases?|versions?|candidates?|formulae))\b/i.test(
        line,
      ))
  );
}

/** The class to fall back to where no finding says more: that of the tool, else of the stage; null where neither says one. */
export function usualClass({ step, tool, lines }: OutputFacts): FailureClass | null {
  const kind = kindInStep(tool, step.stage);
  // What builds runs tests as well.
  if (kind === 'compile_error' && step.stage === 'test') return 'test_fail';
  if (kind !== null && kind !== 'budget_exceeded') return kind;
  if (step.stage === 'install' && kind === null) return lines.some(isAbsent) ? 'dependency_missing' : null;
  return repositoryStages.has(step.stage) ? (kind ?? null) : (stageClasses[step.stage] ?? null);
}
