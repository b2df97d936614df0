import type { FailureClass } from './failure-class.ts';

/** A line of output that tells what a failure is. */
export interface TextRule {
  name: string;
  failureClass: FailureClass;
  /** Matched against one line. Its named groups (file, line, column, code, message, test, package) fill the context. */
  pattern: RegExp;
}

/** The gate or step that printed a text. */
export type Stage = 'install' | 'compile' | 'lint' | 'test' | 'contract' | 'acceptance' | 'edit' | 'plan' | 'publish';

// Every pattern is linear in the line: no nested or adjacent unbounded repetition over the same characters.

const dependencyRules: readonly TextRule[] = [
  rule('npm-version-missing', 'dependency_missing', /^npm (?:error|ERR!) code (?<code>ETARGET|E404|ERESOLVE|EUSAGE)\b/),
  rule('node-module-missing', 'dependency_missing', /Cannot find (?:module|package) '(?<package>[@\w][^']{0,200})'/),
  rule(
    'python-module-missing',
    'dependency_missing',
    /\bModuleNotFoundError: No module named '(?<package>[\w.]{1,200})'/,
  ),
  rule('go-module-missing', 'dependency_missing', /no required module provides package (?<package>[\w./-]{1,200})/),
  rule('crate-missing', 'dependency_missing', /^error: no matching package named `(?<package>[\w-]{1,100})`/),
  // Only as a shell says it: programs say that a user, a page or a file was "not found" too.
  rule(
    'command-missing',
    'dependency_missing',
    /^\S{0,20}\bd?a?sh: (?:line )?(?:\d{1,9}: )?(?<package>[\w@./-]{1,100}): (?:command )?not found$/,
  ),
];

const compileRules: readonly TextRule[] = [
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
  // A plain "error:" is said by every tool of Rust, also when a test failed.
  rule('rust', 'compile_error', /^error\[(?<code>E\d+)\]: (?<message>.{1,500})/),
  rule('rust-not-compiled', 'compile_error', /^error: (?<message>could not compile .{1,300})/),
  rule('python-syntax', 'compile_error', /^(?:E\s{1,10})?(?<message>SyntaxError: .{1,300})/),
];

const testRules: readonly TextRule[] = [
  // The reporter's heading, a linter's sum, and a file that could not even be loaded are no tests.
  rule(
    'node-test',
    'test_fail',
    /^\s*(?:not ok \d+ - |✖ )(?!failing tests:|\d+ problems? \(|\S+\.[cm]?[jt]sx? \()(?<test>.+?)(?: \(\d+(?:\.\d+)?ms\))?(?: # .*)?$/,
  ),
  rule('pytest', 'test_fail', /^FAILED (?<file>[^\s:]{1,300})::(?<test>\S{1,300})/),
  rule('go-test', 'test_fail', /^\s*--- FAIL: (?<test>\S{1,300})/),
  rule('rust-test', 'test_fail', /^test (?<test>\S{1,300}) \.\.\. FAILED$/),
  // With blanks: Go writes a tab between FAIL and the package.
  rule('vitest', 'test_fail', /^ {0,4}FAIL {1,4}(?<test>\S.{0,299})/),
];

const sumRules: readonly TextRule[] = [
  rule('eslint', 'lint_error', /^✖ (?<message>\d+ problems? \([1-9]\d* errors?, .{1,100})/),
  rule('go', 'compile_error', /^(?<file>[^\s:]{1,300}\.go):(?<line>\d+):(?<column>\d+): (?<message>.{1,500})/),
  rule(
    'location',
    'compile_error',
    /^(?<file>[^\s:]{1,300}\.\w{1,6}):(?<line>\d+):(?<column>\d+):? (?:fatal )?error:? (?<message>.{1,500})/,
  ),
  rule('node-test-file', 'test_fail', /^✖ (?<test>\S{1,300}\.[cm]?[jt]sx?) \(\d/),
];

// Last: a test that talks to a service which is away is a failing test, and the runner names it.
const networkRules: readonly TextRule[] = [
  rule('network-unreachable', 'orchestration_error', /\b(?<code>ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN)\b/),
];

// Matched in this order over all lines: dependency before compile before test, since each causes the next.
const usualRules = [...dependencyRules, ...compileRules, ...testRules, ...sumRules, ...networkRules];
// A test that failed by name ran: what looks like a compiler's words was printed by a test.
const testStageRules = [...dependencyRules, ...testRules, ...compileRules, ...sumRules, ...networkRules];

/** The rules for the output of a stage; the first that matches any line decides. */
export function textRulesOf(stage: Stage): readonly TextRule[] {
  return stage === 'test' ? testStageRules : usualRules;
}

function rule(name: string, failureClass: FailureClass, pattern: RegExp): TextRule {
  return { name, failureClass, pattern };
}
