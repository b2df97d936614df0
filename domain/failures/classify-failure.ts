import { excerptLengthMax, type ErrorContext, type Failure, type FailureClass } from './failure-class.ts';
import { textRulesOf, type Stage, type TextRule } from './text-rules.ts';
import { emptyContext, failureOf } from './typed-failure.ts';

/** What a step printed and how it ended. */
export interface StepOutput {
  stage: Stage;
  exitCode: number | null;
  timedOut: boolean;
  /** Standard output and standard error in one text, as printed. */
  output: string;
}

/** Only the end of a long output is read: what decides stands there, and the time stays bounded. */
const readCharactersMax = 400_000;
const lineLengthMax = 2_000;

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]{0,20}[A-Za-z]`, 'g');

interface Match {
  rule: TextRule;
  lineNumber: number;
  groups: Record<string, string | undefined>;
}

function findMatch(lines: readonly string[], stage: Stage): Match | null {
  for (const candidate of textRulesOf(stage)) {
    const matches = (line: string) => candidate.pattern.test(line);
    // This runner prints its details at the end, each below the name again.
    const lineNumber = candidate.name === 'node-test' ? lines.findLastIndex(matches) : lines.findIndex(matches);
    const match = candidate.pattern.exec(lines[lineNumber] ?? '');
    if (match) return { rule: candidate, lineNumber, groups: { ...placeAbove(lines, lineNumber), ...match.groups } };
  }
  return null;
}

// `test at FILE:LINE:COLUMN` stands on the line above the test's name.
function placeAbove(lines: readonly string[], lineNumber: number): Record<string, string> {
  const place = /^test at (?<file>[^\s:]{1,300}):(?<line>\d+):(?<column>\d+)$/.exec(lines[lineNumber - 1] ?? '');
  return { ...place?.groups };
}

function excerptAround(lines: readonly string[], lineNumber: number): string {
  const from = Math.max(0, lineNumber - 4);
  return lines
    .slice(from, from + 24)
    .join('\n')
    .slice(0, excerptLengthMax);
}

function toNumber(text: string | undefined): number | null {
  return text === undefined ? null : Number.parseInt(text, 10);
}

function failingTests(lines: readonly string[], deciding: TextRule): string[] {
  const names = lines.map((line) => deciding.pattern.exec(line)?.groups?.['test']?.trim());
  return [...new Set(names.filter((name) => name !== undefined))].slice(0, 50);
}

const stageClasses: Partial<Record<Stage, FailureClass>> = {
  test: 'test_fail',
  compile: 'compile_error',
  lint: 'lint_error',
  contract: 'contract_violation',
};

/**
 * Labels the output of a failed gate. Time limits and missing tools decide by their type; then text rules; then the
 * stage. Never throws; reads the last 400,000 characters at most.
 */
export function classifyFailure(step: StepOutput): Failure {
  const lines = step.output
    .slice(-readCharactersMax)
    .replaceAll(ansi, '')
    .split('\n')
    .map((line) => line.slice(0, lineLengthMax).trimEnd());
  const tail = lines.filter((line) => line !== '').slice(-24);
  if (step.timedOut || step.exitCode === 124) {
    const failure = failureOf('step-timeout', `The ${step.stage} gate was stopped at its time limit.`);
    return { ...failure, context: { ...failure.context, excerpt: tail.join('\n').slice(-excerptLengthMax) } };
  }
  const match = findMatch(lines, step.stage);
  // In the lint gate, a failing test is only the name of a rule or a file.
  if (match === null || (step.stage === 'lint' && match.rule.failureClass === 'test_fail')) {
    return classifyByStage(step, tail);
  }
  // `go vet` writes its findings as the compiler writes errors.
  const isFinding = step.stage === 'lint' && match.rule.name === 'go';
  return {
    failureClass: isFinding ? 'lint_error' : match.rule.failureClass,
    subReason: null,
    rule: `text:${match.rule.name}`,
    context: contextOf(match, lines),
  };
}

function contextOf({ rule: deciding, lineNumber, groups }: Match, lines: readonly string[]): ErrorContext {
  const testNames = deciding.failureClass === 'test_fail' ? failingTests(lines, deciding) : [];
  const line = (lines[lineNumber] ?? '').trim();
  const message = testNames.length > 0 ? `Failing: ${testNames.join(', ')}` : (groups['message'] ?? line);
  return {
    message: message.slice(0, 500),
    tool: null,
    file: groups['file'] ?? null,
    line: toNumber(groups['line']),
    column: toNumber(groups['column']),
    code: groups['code'] ?? null,
    testNames,
    package: groups['package'] ?? null,
    excerpt: excerptAround(lines, lineNumber),
  };
}

function classifyByStage(step: StepOutput, tail: readonly string[]): Failure {
  const failureClass = stageClasses[step.stage] ?? 'unknown';
  return {
    failureClass,
    subReason: null,
    rule: `stage:${step.stage}`,
    context: {
      ...emptyContext,
      message: `The ${step.stage} gate ended with exit code ${step.exitCode ?? 'none'}.`,
      excerpt: tail.join('\n').slice(-excerptLengthMax),
    },
  };
}
