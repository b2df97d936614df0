import { usualClass, weighFindings, type OutputFacts, type WeighedFinding } from './choose-finding.ts';
import { contextOf, poolOf } from './error-context.ts';
import { excerptOf } from './excerpt.ts';
import type { Failure, FailureClass } from './failure-class.ts';
import { guessFailure, nothingKnown, saysFailure } from './guess-failure.ts';
import { findFindings, keepingCues, type FindingLimits } from './find-findings.ts';
import type { Finding } from './finding.ts';
import { readJsonReport } from './formats/json-report.ts';
import { fingerprintFindings } from './fingerprint.ts';
import { findQuietLines } from './output/quiet-lines.ts';
import { readLines } from './output/read-lines.ts';
import type { StepOutput } from './step-output.ts';
import { kindInStep } from './tool-kinds.ts';
import { toolOfEcho } from './tool-of-command.ts';
import { failureOf } from './typed-failure.ts';
import { likeliestTogether, type RulesAnswer } from './words/joint-model.ts';
import type { LikelyClass } from './words/regression.ts';
import { shareOfWords } from './words/word-model.ts';

/** Below this weight a finding is a word, and no reason. */
const reasonWeightMin = 35;

/** From this confidence on a rule stands, whatever the words are. */
const standsMin = 0.7;
/** How sure another answer must be: in general, where no line says that anything failed, and where words lean to it anyway. */
const shareMin = 0.4;
const calmShareMin = 0.65;
const leaningShareMin = 0.6;

/** How an output is read. */
export interface ClassifyOptions extends FindingLimits {
  /** Leaves out what was learned from recorded outputs. */
  withoutWords?: boolean;
}

interface JudgedFailure extends Failure {
  confidence: number;
}

/** A failure with what makes it recognisable. */
export interface ClassifiedFailure extends JudgedFailure {
  /** 16 hexadecimal digits; the same for the same cause, wherever and whenever it happens. */
  fingerprint: string;
}

/**
 * Says why a step failed. A typed cause decides first, then how the step ended, then what its tools printed. Never throws;
 * its time grows with the length of the output alone, of which at most 12 million characters are read.
 *
 * @param limits which rules are tried; all of them, and what words say, where it is left out
 */
export function classifyFailure(step: StepOutput, limits: ClassifyOptions = {}): ClassifiedFailure {
  const lines = readLines(step.output, keepingCues);
  const typed = typedFailure(step, lines);
  if (typed !== null) return withFingerprint({ ...typed, confidence: 1 }, lines);
  const looked = lookWithRules(step, lines, limits);
  const other = limits.withoutWords === true ? null : betterAnswer(looked);
  const { seen, pool } = other === null ? looked : failureOtherwise(other, looked);
  return withFingerprint(seen, lines, pool);
}

/** What the rules see in an output: its findings, and the failure that the heaviest of them tells. */
interface RulesLook {
  facts: OutputFacts;
  weighed: readonly WeighedFinding[];
  seen: JudgedFailure;
  pool: readonly WeighedFinding[];
}

function lookWithRules(step: StepOutput, lines: readonly string[], limits: FindingLimits): RulesLook {
  const facts = { step, lines, quiet: findQuietLines(lines), tool: step.tool ?? findTool(lines) };
  const report = readJsonReport(step.output);
  const weighed = weighFindings(
    [...(report.length > 0 ? report : findFindings(lines, limits)), ...exitFindings(step, lines)],
    facts,
  );
  return { facts, weighed, ...failureSeen(weighed, facts) };
}

/** What the rules alone say of an output, as it is weighed with its words. */
export function answerOfRules(step: StepOutput, limits: FindingLimits = {}): RulesAnswer {
  return toAnswer(lookWithRules(step, readLines(step.output, keepingCues), limits));
}

function toAnswer({ facts, weighed, seen }: RulesLook): RulesAnswer {
  const heaviest: Partial<Record<FailureClass, number>> = {};
  for (const { failureClass, inContext } of weighed) heaviest[failureClass] ??= inContext;
  const kind = kindInStep(facts.tool, facts.step.stage);
  return { failureClass: seen.failureClass, confidence: seen.confidence, kind, heaviest };
}

/** What the rules say, and the findings that it is recognised by. */
function failureSeen(
  weighed: readonly WeighedFinding[],
  facts: OutputFacts,
): { seen: JudgedFailure; pool: readonly WeighedFinding[] } {
  const [deciding] = weighed;
  if (deciding === undefined || deciding.inContext < reasonWeightMin) return { seen: guessFailure(facts), pool: [] };
  const seen: JudgedFailure = {
    failureClass: deciding.failureClass,
    subReason: deciding.subReason,
    rule: `text:${deciding.rule}`,
    context: contextOf(deciding, weighed, facts),
    confidence: confidenceOf(deciding, weighed),
  };
  return { seen, pool: poolOf(deciding, weighed) };
}

/** What rules and words together make likelier than what the rules say; null where that stands. */
function betterAnswer(look: RulesLook): LikelyClass | null {
  const { lines, step } = look.facts;
  const shares = isSettled(look) ? null : shareOfWords(lines, step.stage);
  if (shares === null) return null;
  const likeliest = likeliestTogether({ rules: toAnswer(look), shares, stage: step.stage });
  if (likeliest.failureClass === look.seen.failureClass) return null;
  return likeliest.share >= shareNeeded(likeliest, look) ? likeliest : null;
}

/** What an exit code says is no matter of words, and what a tool is known to complain of is more than a guess. */
function isSettled({ seen: { rule, confidence }, facts: { tool, step } }: RulesLook): boolean {
  const isOfTool = rule.startsWith('stage:') && kindInStep(tool, step.stage) !== null;
  return isOfTool || confidence >= standsMin || /^text:(?:exit-|command-missing)/.test(rule);
}

// The words of a program that failed by itself are those of its step as well.
function shareNeeded({ failureClass }: LikelyClass, { seen, facts }: RulesLook): number {
  const isOfProgram = seen.failureClass === 'unknown' && seen.rule !== nothingKnown;
  if (isOfProgram && failureClass === usualClass(facts)) return leaningShareMin;
  return facts.lines.some(saysFailure) ? shareMin : calmShareMin;
}

/** The failure of another class than the rules say: told by what they found of that class, else by the words. */
function failureOtherwise(
  answer: LikelyClass,
  { facts, weighed }: RulesLook,
): { seen: JudgedFailure; pool: readonly WeighedFinding[] } {
  const guessed = guessFailure(facts, answer);
  const deciding = weighed.find(
    ({ failureClass, inContext }) => failureClass === answer.failureClass && inContext >= reasonWeightMin,
  );
  if (deciding === undefined) return { seen: guessed, pool: [] };
  const context = contextOf(deciding, weighed, facts);
  return { seen: { ...guessed, subReason: deciding.subReason, context }, pool: poolOf(deciding, weighed) };
}

function withFingerprint(
  failure: JudgedFailure,
  lines: readonly string[],
  pool: readonly WeighedFinding[] = [],
): ClassifiedFailure {
  return { ...failure, fingerprint: fingerprintFindings(failure, pool, lines) };
}

function typedFailure(step: StepOutput, lines: readonly string[]): Failure | null {
  const excerpt = excerptOf(lines, -1);
  if (step.cause !== undefined && step.cause !== null) {
    return failureOf(step.cause, `The ${step.stage} step ended with ${step.cause}.`, {
      excerpt,
      tool: step.tool ?? null,
    });
  }
  if (!step.timedOut && step.exitCode !== 124) return null;
  return failureOf('step-timeout', `The ${step.stage} gate was stopped at its time limit.`, {
    excerpt,
    tool: step.tool ?? null,
    testNames: runningTests(lines),
  });
}

const begun: readonly RegExp[] = [
  /^(?<test>test\w{0,100} \([\w.]{1,200}\))(?: \.{3})?\s?$/,
  /^test (?<test>\S{1,300}) \.{3}\s?$/,
  /^=== (?:RUN|CONT) {1,3}(?<test>\S{1,300})$/,
  /^\[ RUN {6}\] (?<test>\S{1,300})$/,
  /^(?<test>\S{1,300}::\S{1,300})\s?$/,
];

/** A test that began and had not ended when the step was stopped: the last line says so. */
function runningTests(lines: readonly string[]): string[] {
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  const test = begun.map((form) => form.exec(last)?.groups?.['test']).find((name) => name !== undefined);
  return test === undefined ? [] : [test];
}

function findTool(lines: readonly string[]): string | null {
  let found: string | null = null;
  for (const line of lines) if (/^[>$+❯➜]/.test(line)) found = toolOfEcho(line) ?? found;
  return found;
}

/** What an exit code says where no word does: killed, crashed, not found. */
function exitFindings(step: StepOutput, lines: readonly string[]): Finding[] {
  const at = Math.max(0, lines.length - 1);
  const finding = (failureClass: FailureClass, rule: string, weight: number): Finding => ({
    failureClass,
    subReason: null,
    rule,
    tool: null,
    weight,
    at,
    groups: {},
    isWarning: false,
  });
  if (step.exitCode === 143 || step.signal === 'SIGTERM') return [finding('timeout', 'exit-terminated', 66)];
  if (step.exitCode === 127) return [finding('dependency_missing', 'command-missing', 40)];
  const isKilled = step.exitCode !== null && [126, 134, 137, 139].includes(step.exitCode);
  return isKilled || (step.signal ?? '') !== ''
    ? [finding('unknown', `exit-${step.exitCode ?? step.signal ?? ''}`, 57)]
    : [];
}

/**
 * How sure the class is: the weight of the deciding line as a share, less where another class is nearly as heavy. It puts
 * failures in an order, surer ones first; it is no measured probability, least of all for tools without rules of their own.
 */
function confidenceOf(deciding: WeighedFinding, weighed: readonly WeighedFinding[]): number {
  const rival = weighed.find(({ failureClass }) => failureClass !== deciding.failureClass);
  const lead = deciding.inContext - (rival?.inContext ?? 0);
  const share = Math.min(0.99, 0.3 + deciding.inContext / 140);
  const doubt = lead < 10 ? (10 - lead) * 0.02 : 0;
  return Math.round(Math.max(0.3, share - doubt) * 100) / 100;
}
