import { classifyFailure } from '../../domain/failures/classify-failure.ts';
import { faultOfBaseRule, type Failure } from '../../domain/failures/failure-class.ts';
import { toolOfCommand } from '../../domain/failures/tool-of-command.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { Coverage } from '../../domain/acceptance/coverage.ts';
import type { SourceTexts } from '../../domain/acceptance/v8-coverage.ts';
import {
  compareWithBaseline,
  countNewErrors,
  isClean,
  type GateMeasurement,
  type GateVerdict,
} from '../../domain/gates/compare-with-baseline.ts';
import type { Gate, GateOutcome } from '../../domain/gates/gate.ts';
import { failureOfVerdict } from '../../domain/gates/verdict-failure.ts';
import type { Policy } from '../../domain/work-orders/policy.ts';
import type { Workspace } from '../git/workspace.ts';
import { runGate, type GateDependencies, type GateRun } from './run-gate.ts';

/** A gate as it was judged against the base commit. */
export interface JudgedGate extends GateOutcome {
  verdict: GateVerdict;
  measurement: GateMeasurement;
  /** The end of what it printed, redacted. */
  output: string;
  /** Which lines of the asked files its tests ran through; null where nobody knows. */
  coverage: Coverage | null;
}

/** Which gates are run, and what they are compared with. */
export interface GatesWork {
  workspace: Workspace;
  gates: readonly Gate[];
  /** Null where the base commit could not be measured; then exit codes decide. */
  baseline: readonly GateMeasurement[] | null;
  /** The changed files as they are after the change: which of their lines do the tests run through? */
  sources?: SourceTexts | null;
}

export interface GateRunOptions {
  policy: Policy;
  signal: AbortSignal;
  /** Told before each gate, so that somebody who watches knows what runs. */
  onStart: (kind: string) => void;
  /** Brings tracked files back to the checkpoint and tells which ones had been changed. */
  restoreTree: () => Promise<string[]>;
}

/** What the gates came to: up to the first that fails, since what comes after it would fail for the same reason. */
export interface GatesResult {
  gates: JudgedGate[];
  failure: Failure | null;
  /** New errors of the gate that failed; 0 when all are green. */
  newErrors: number;
}

const outputKeptCharacters = 20_000;

/** Runs gates in their order, each compared with what it said of the base commit: only what is worse counts. */
export async function runGates(
  dependencies: GateDependencies,
  work: GatesWork,
  options: GateRunOptions,
): Promise<GatesResult> {
  const gates: JudgedGate[] = [];
  let notInstalled: Failure | null = null;
  for (const gate of work.gates) {
    options.onStart(gate.kind);
    const before = work.baseline?.find(({ kind, command }) => kind === gate.kind && command === gate.command) ?? null;
    const { run, altered } = await runMeasured(dependencies, { ...work, gate, before }, options);
    const judged = judge(run, before);
    gates.push(judged);
    if (judged.outcome === 'failed') {
      const { verdict } = judged;
      const failure = explain(gate, run, verdict);
      // What is missing is missing since the install.
      const told = verdict.isFaultOfBase ? faultOfBase(notInstalled ?? failure) : failure;
      return { gates, failure: told, newErrors: countNewErrors(verdict) };
    }
    if (gate.kind === 'install' && judged.outcome === 'known_failures')
      notInstalled = explain(gate, run, judged.verdict);
    const failure = explainAltered(gate, altered);
    if (failure !== null) {
      judged.outcome = 'failed';
      judged.reason = failure.context.message;
      return { gates, failure, newErrors: 1 };
    }
  }
  // Nothing was installed, and nothing passed without it.
  const hasProof = gates.some(({ outcome }) => outcome === 'passed');
  return { gates, failure: notInstalled === null || hasProof ? null : faultOfBase(notInstalled), newErrors: 0 };
}

/**
 * Runs a gate with a look at its coverage. Runners that rewrite the code for it, or hold it against a threshold of the
 * repository, can fail by that alone: then a second run, without it, is the one that is judged. Node's own coverage
 * changes nothing, so it needs no second run.
 */
async function runMeasured(
  dependencies: GateDependencies,
  { workspace, gate, before, sources = null }: GatesWork & { gate: Gate; before: GateMeasurement | null },
  options: GateRunOptions,
): Promise<{ run: GateRun; altered: string[] }> {
  const isSilent = gate.coverage?.format === 'v8';
  // What failed at the base commit fails again, and would be run twice each time.
  const isWanted = isSilent || before === null || isClean(before);
  const wanted = isWanted ? sources : null;
  const first = await runGate(dependencies, { workspace, gate, sources: wanted }, options);
  const altered = await options.restoreTree();
  if (isSilent || wanted === null || gate.coverage === undefined || isClean(first.measurement)) {
    return { run: first, altered };
  }
  options.onStart(`${gate.kind} without coverage`);
  const plain = await runGate(dependencies, { workspace, gate }, options);
  return {
    run: { ...plain, durationMs: first.durationMs + plain.durationMs, coverage: first.coverage },
    altered: [...new Set([...altered, ...(await options.restoreTree())])],
  };
}

/** Runs all gates on an untouched base commit, whatever they say: what fails there is no fault of a change. */
export async function measureGates(
  dependencies: GateDependencies,
  work: { workspace: Workspace; gates: readonly Gate[] },
  options: GateRunOptions,
): Promise<GateMeasurement[]> {
  const measurements: GateMeasurement[] = [];
  for (const gate of work.gates) {
    options.onStart(`${gate.kind} on the base commit`);
    const run = await runGate(dependencies, { workspace: work.workspace, gate }, options);
    await options.restoreTree();
    measurements.push(run.measurement);
  }
  return measurements;
}

function judge({ measurement, output, durationMs, coverage }: GateRun, before: GateMeasurement | null): JudgedGate {
  const verdict = compareWithBaseline(measurement, before);
  const { kind, command, exitCode } = measurement;
  const shown = output.slice(-outputKeptCharacters);
  const { outcome, reason } = verdict;
  return { kind, command, exitCode, durationMs, outcome, reason, verdict, measurement, output: shown, coverage };
}

// A linter that mends and a runner that rewrites its snapshots are green on files that nobody would publish. Installing
// and building write files by their nature; those are only brought back.
function explainAltered(gate: Gate, altered: readonly string[]): Failure | null {
  const [first] = altered;
  if (first === undefined || gate.kind === 'install' || gate.kind === 'compile') return null;
  const message = `The ${gate.kind} gate changed ${first} instead of only checking it, so what it found green is not what would be published.`;
  return failureOfClass(gate.kind === 'lint' ? 'lint_error' : 'test_fail', 'gate-changed-files', message);
}

/** What the base commit fails by: a person has to mend that first, and no attempt can. */
function faultOfBase(failure: Failure): Failure {
  const message = `The base commit fails in the same way, so nothing can prove a change: ${failure.context.message}`;
  // What could not be installed, or not be started, is missing, whatever words were printed.
  const failureClass = failure.failureClass === 'unknown' ? 'dependency_missing' : failure.failureClass;
  return { ...failure, failureClass, rule: faultOfBaseRule, context: { ...failure.context, message } };
}

function explain(gate: Gate, run: GateRun, verdict: GateVerdict): Failure {
  const { exitCode, timedOut } = run.measurement;
  if (exitCode === 127 && gate.kind !== 'install' && run.output.trim() === '') {
    return failureOf('tool-missing', `The command of the ${gate.kind} gate was not found: ${gate.command}`);
  }
  const tool = toolOfCommand(gate.command);
  const classified = classifyFailure({ stage: gate.kind, exitCode, timedOut, output: run.output, tool });
  return failureOfVerdict(classified, verdict);
}
