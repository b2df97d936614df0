import { excerptLengthMax, type ErrorContext, type Failure, type FailureClass } from './failure-class.ts';
import { emptyContext, failureOf } from './typed-failure.ts';

/** What a step printed and how it ended. */
export interface StepOutput {
  stage: 'install' | 'compile' | 'lint' | 'test' | 'acceptance' | 'edit' | 'plan' | 'publish';
  exitCode: number | null;
  timedOut: boolean;
  /** Standard output and standard error in one text, as printed. */
  output: string;
}

interface TextRule {
  name: string;
  failureClass: FailureClass;
  /** Its named groups (file, line, column, code, message, test, package) fill the context. */
  pattern: RegExp;
}

/** Only the end of a long output is read: what decides stands there, and the time stays bounded. */
const readCharactersMax = 400_000;
const lineLengthMax = 2_000;

// Matched line by line in this order over all lines: dependency before compile before test, since each causes the next.
// Every pattern is linear: no nested or adjacent unbounded repetition over the same characters.
const textRules: readonly TextRule[] = [
  rule(
    'npm-version-missing',
    'dependency_missing',
    /\bnpm (?:error|ERR!) code (?<code>ETARGET|E404|ERESOLVE|EUSAGE)\b/,
  ),
  rule('node-module-missing', 'dependency_missing', /Cannot find (?:module|package) '(?<package>[@\w][^']{0,200})'/),
  rule(
    'python-module-missing',
    'dependency_missing',
    /\bModuleNotFoundError: No module named '(?<package>[\w.]{1,200})'/,
  ),
  rule('go-module-missing', 'dependency_missing', /no required module provides package (?<package>[\w./-]{1,200})/),
  rule('crate-missing', 'dependency_missing', /error: no matching package named `(?<package>[\w-]{1,100})`/),
  rule('command-missing', 'dependency_missing', /(?:^|[\s:])(?<package>[\w@./-]{1,100}): (?:command )?not found$/),
  rule('network-unreachable', 'orchestration_error', /\b(?<code>ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN)\b/),
  rule(
    'typescript',
    'compile_error',
    /^(?<file>[^\s(][^(]{0,300})\((?<line>\d+),(?<column>\d+)\): error (?<code>TS\d+): (?<message>.{1,500})/,
  ),
  rule(
    'typescript-pretty',
    'compile_error',
    /^(?<file>[^\s:]{1,300}):(?<line>\d+):(?<column>\d+) - error (?<code>TS\d+): (?<message>.{1,500})/,
  ),
  rule('rust', 'compile_error', /^error(?:\[(?<code>E\d+)\])?: (?<message>.{1,500})/),
  rule('python-syntax', 'compile_error', /^(?<message>SyntaxError: .{1,300})/),
  rule('node-test', 'test_fail', /^\s*(?:not ok \d+ - |✖ )(?<test>[^\n(#]{1,300})/),
  rule('pytest', 'test_fail', /^FAILED (?<file>[^\s:]{1,300})::(?<test>\S{1,300})/),
  rule('go-test', 'test_fail', /^\s*--- FAIL: (?<test>\S{1,300})/),
  rule('rust-test', 'test_fail', /^test (?<test>\S{1,300}) \.\.\. FAILED$/),
  rule('vitest', 'test_fail', /^\s*(?:FAIL|×)\s+(?<test>.{1,300})/),
  rule(
    'location',
    'compile_error',
    /^(?<file>[^\s:]{1,300}\.\w{1,6}):(?<line>\d+):(?<column>\d+):? (?:fatal )?error:? (?<message>.{1,500})/,
  ),
];

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]{0,20}[A-Za-z]`, 'g');

function rule(name: string, failureClass: FailureClass, pattern: RegExp): TextRule {
  return { name, failureClass, pattern };
}

interface Match {
  rule: TextRule;
  lineNumber: number;
  groups: Record<string, string | undefined>;
}

function findMatch(lines: readonly string[]): Match | null {
  for (const candidate of textRules) {
    for (const [lineNumber, line] of lines.entries()) {
      const match = candidate.pattern.exec(line);
      if (match) return { rule: candidate, lineNumber, groups: match.groups ?? {} };
    }
  }
  return null;
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

const stageClasses: Partial<Record<StepOutput['stage'], FailureClass>> = {
  test: 'test_fail',
  compile: 'compile_error',
  lint: 'lint_error',
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
  const match = findMatch(lines);
  // In the lint gate, a failing test is only the name of a rule or a file.
  if (match === null || (step.stage === 'lint' && match.rule.failureClass === 'test_fail')) {
    return classifyByStage(step, tail);
  }
  return {
    failureClass: match.rule.failureClass,
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
