import type { Diagnostic } from './diagnostics.ts';
import type { GateKind } from './gate.ts';
import type { TestResult } from './test-reports/test-result.ts';

/** One run of a gate, in a form that can be compared with another run of it. */
export interface GateMeasurement {
  kind: GateKind;
  command: string;
  exitCode: number | null;
  timedOut: boolean;
  diagnostics: Diagnostic[];
  /** Null where the runner did not say them, or its report could not be read. */
  tests: TestResult[] | null;
  outputFingerprint: string;
  /**
   * Fingerprint of what made an install fail; null where none did. The rest of what an installer prints comes and goes.
   * Not in measurements from before it was read.
   */
  installCause?: string | null | undefined;
}

/** What a run of a gate says about a change, once what was there before it is taken away. */
export interface GateVerdict {
  outcome: 'passed' | 'known_failures' | 'failed';
  /** Errors and warnings that the base commit does not have. */
  newDiagnostics: Diagnostic[];
  newFailingTests: TestResult[];
  /** Names of tests that passed at the base commit and are not in the report any more. */
  vanishedTests: string[];
  /** Errors and failing tests that the base commit has as well. */
  knownFailures: number;
  /** Errors and failing tests of the base commit that are gone. */
  fixed: number;
  /** It failed, and so it did at the base commit for the same reason: no other change would help. */
  isFaultOfBase: boolean;
  /** One sentence for a person. */
  reason: string;
}

type Decision = Pick<GateVerdict, 'outcome' | 'reason' | 'isFaultOfBase'>;
type Findings = Omit<GateVerdict, keyof Decision>;

/** From here on a shell says that a program was not found, could not start, or was killed. */
const crashExitCode = 126;

/**
 * Compares a gate after a change with the same gate at the base commit: only what is worse counts. Lines may move; a
 * diagnostic is the same when file, code and words are, as often as before.
 *
 * @param before null where the base commit was not measured; then the exit code decides
 */
export function compareWithBaseline(after: GateMeasurement, before: GateMeasurement | null): GateVerdict {
  const findings = findDifferences(after, before);
  return { ...findings, ...decide(after, before, findings) };
}

/**
 * How many new errors a verdict stands for: at least one when the gate failed, even where its tool named none.
 */
export function countNewErrors(verdict: GateVerdict): number {
  if (verdict.outcome !== 'failed') return 0;
  const { newFailingTests, newDiagnostics } = verdict;
  // Where the runner names the tests, what they printed is not counted a second time.
  return Math.max(1, newFailingTests.length > 0 ? newFailingTests.length : newDiagnostics.filter(isError).length);
}

function decide(after: GateMeasurement, before: GateMeasurement | null, findings: Findings): Decision {
  if (after.timedOut) return failed('It was stopped at its time limit.');
  if (isClean(after)) return passed(passedReason(findings));
  if (before === null) {
    return after.exitCode === 0
      ? passed('Its exit code is 0; the base commit was not measured.')
      : failed(`It failed with ${exitWords(after)}; the base commit was not measured.`);
  }
  if (isIdentical(after, before)) {
    // Nothing was compared where nothing ran.
    if (hasSaidNothing(after))
      return { ...failed(`It ended with ${exitWords(after)}, as at the base commit.`), isFaultOfBase: true };
    return known('It fails exactly as at the base commit.');
  }
  if (after.kind === 'install') {
    const { installCause: cause = null } = after;
    const isSame = cause !== null && cause === before.installCause;
    return isSame
      ? known('Installing fails for the same reason as at the base commit.')
      : failed('Installing fails in another way than at the base commit.');
  }
  if (isClean(before)) return failed('It passed at the base commit.');
  return decideBetweenFailures(after, before, findings);
}

function decideBetweenFailures(after: GateMeasurement, before: GateMeasurement, findings: Findings): Decision {
  const { newFailingTests, vanishedTests, knownFailures } = findings;
  if (newFailingTests.length > 0) {
    return failed(`${countOf(newFailingTests.length, 'test fails', 'tests fail')} that did not before.`);
  }
  if (after.exitCode !== 0 && vanishedTests.length > 0) {
    return failed(`${countOf(vanishedTests.length, 'test', 'tests')} that passed before did not run.`);
  }
  const worse = decidingDiagnostics(after, before, findings.newDiagnostics);
  if (worse.length > 0) return failed(`${countOf(worse.length, 'error is', 'errors are')} new.`);
  if (hasCrashed(after) && after.exitCode !== before.exitCode) {
    return failed(`It ended with ${exitWords(after)}, not with ${exitWords(before)} as at the base commit.`);
  }
  const isExplained = knownFailures > 0 && isStructured(after, before);
  if (isExplained) return known(`${countOf(knownFailures, 'failure is', 'failures are')} those of the base commit.`);
  if (after.outputFingerprint === before.outputFingerprint) return known('It prints the same as at the base commit.');
  return failed('It fails in another way than at the base commit, and does not say at which place.');
}

/** Whether what failed can be named on both sides by the same means. */
function isStructured(after: GateMeasurement, before: GateMeasurement): boolean {
  const hasTests = after.tests !== null && before.tests !== null;
  if (hasTests) return failingTests(after).length > 0;
  return after.diagnostics.length > 0 && before.diagnostics.length > 0;
}

/**
 * The new diagnostics that make a gate fail. A warning does so only where warnings are all that the tool complains of;
 * what a program under test printed does not where the runner names the failing tests itself.
 */
function decidingDiagnostics(
  after: GateMeasurement,
  before: GateMeasurement,
  fresh: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (after.tests !== null && before.tests !== null && failingTests(after).length > 0) return [];
  return after.diagnostics.some(isError) ? fresh.filter(isError) : fresh;
}

function findDifferences(after: GateMeasurement, before: GateMeasurement | null): Findings {
  const failing = failingTests(after);
  const failedBefore = before === null ? [] : failingTests(before);
  const failedNames = new Set(failedBefore.map(({ name }) => name));
  const endings = new Map((after.tests ?? []).map(({ name, status }) => [name, status]));
  const diagnostics = before?.diagnostics ?? [];
  const newDiagnostics = subtract(after.diagnostics, diagnostics);
  const newErrors = newDiagnostics.filter(isError).length;
  const newFailingTests = failing.filter(({ name }) => !failedNames.has(name));
  const fixedErrors = subtract(diagnostics, after.diagnostics).filter(isError).length;
  const knownTests = failing.length - newFailingTests.length;
  // A gate whose tool complains of nothing but warnings fails by them.
  const errors = after.diagnostics.filter(isError).length;
  const knownDiagnostics = errors > 0 ? errors - newErrors : after.diagnostics.length - newDiagnostics.length;
  return {
    newDiagnostics,
    newFailingTests,
    vanishedTests: vanishedTests(before, endings, after),
    knownFailures: knownTests + (knownTests > 0 && after.kind === 'test' ? 0 : knownDiagnostics),
    fixed: fixedErrors + failedBefore.filter(({ name }) => endings.get(name) === 'passed').length,
  };
}

/** A runner that failed without a report ran, as far as anybody knows, none of them. */
function vanishedTests(
  before: GateMeasurement | null,
  endings: ReadonlyMap<string, TestResult['status']>,
  after: GateMeasurement,
): string[] {
  if (after.tests === null && after.exitCode === 0) return [];
  const passed = (before?.tests ?? []).filter(({ status }) => status === 'passed');
  return passed.map(({ name }) => name).filter((name) => !endings.has(name));
}

function failingTests({ tests }: GateMeasurement): TestResult[] {
  return (tests ?? []).filter(({ status }) => status === 'failed');
}

/** Whether a run says that all is well: exit code, time and every test. */
export function isClean(measurement: GateMeasurement): boolean {
  return measurement.exitCode === 0 && !measurement.timedOut && failingTests(measurement).length === 0;
}

function isIdentical(after: GateMeasurement, before: GateMeasurement): boolean {
  if (after.exitCode !== before.exitCode || after.timedOut !== before.timedOut) return false;
  if (after.outputFingerprint !== before.outputFingerprint || (after.tests === null) !== (before.tests === null)) {
    return false;
  }
  const isSame = subtract(after.diagnostics, before.diagnostics).length === 0;
  const endingsOf = ({ tests }: GateMeasurement) =>
    (tests ?? []).map(({ name, status }) => `${status} ${name}`).toSorted();
  return (
    isSame &&
    after.diagnostics.length === before.diagnostics.length &&
    endingsOf(after).join('\n') === endingsOf(before).join('\n')
  );
}

/** It could not be started, or was killed, and nothing that it said can be compared. An installer's words can. */
function hasSaidNothing(measurement: GateMeasurement): boolean {
  const { kind, diagnostics, tests } = measurement;
  return kind !== 'install' && hasCrashed(measurement) && diagnostics.length === 0 && tests === null;
}

function hasCrashed({ exitCode }: GateMeasurement): boolean {
  return exitCode === null || exitCode >= crashExitCode;
}

/** Those of the first list that the second has not, each as often as it is missing there. */
function subtract(list: readonly Diagnostic[], taken: readonly Diagnostic[]): Diagnostic[] {
  const counts = new Map<string, number>();
  for (const diagnostic of taken) counts.set(keyOf(diagnostic), (counts.get(keyOf(diagnostic)) ?? 0) + 1);
  return list.filter((diagnostic) => {
    const key = keyOf(diagnostic);
    const count = counts.get(key) ?? 0;
    counts.set(key, count - 1);
    return count <= 0;
  });
}

/** What stays the same when lines move and a tool changes its quotes. */
function keyOf({ file, code, message, severity }: Diagnostic): string {
  const steady = message
    .replaceAll(/[‘’“”`"]/g, "'")
    .replaceAll(/\((\d{1,7}),(\d{1,7})\)|:\d{1,7}(?::\d{1,7})?(?!\w)/g, '<place>')
    .replaceAll(/\b(lines?|columns?|col|offset) \d{1,9}/gi, '$1 <place>');
  return JSON.stringify([file, code, severity, steady]);
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

function passed(reason: string): Decision {
  return { outcome: 'passed', reason, isFaultOfBase: false };
}

function failed(reason: string): Decision {
  return { outcome: 'failed', reason, isFaultOfBase: false };
}

function known(reason: string): Decision {
  return { outcome: 'known_failures', reason, isFaultOfBase: false };
}

function passedReason({ vanishedTests: { length }, fixed }: Findings): string {
  if (length > 0) return `It passed, but ${countOf(length, 'test', 'tests')} that passed before did not run.`;
  return fixed > 0 ? `It passed; ${countOf(fixed, 'failure', 'failures')} of the base commit are gone.` : 'It passed.';
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function exitWords({ exitCode }: GateMeasurement): string {
  return exitCode === null ? 'no exit code' : `exit code ${exitCode}`;
}
