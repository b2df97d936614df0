import { classifyFailure } from '../../domain/failures/classify-failure.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import {
  compareWithBaseline,
  countNewErrors,
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

/**
 * Runs gates in their order, each compared with what it said of the base commit: only what is worse counts.
 *
 * @param baseline null where the base commit could not be measured; then exit codes decide
 */
export async function runGates(
  dependencies: GateDependencies,
  work: { workspace: Workspace; gates: readonly Gate[]; baseline: readonly GateMeasurement[] | null },
  options: GateRunOptions,
): Promise<GatesResult> {
  const gates: JudgedGate[] = [];
  for (const gate of work.gates) {
    options.onStart(gate.kind);
    const run = await runGate(dependencies, { workspace: work.workspace, gate }, options);
    const altered = await options.restoreTree();
    const before = work.baseline?.find(({ kind, command }) => kind === gate.kind && command === gate.command) ?? null;
    const judged = judge(run, before);
    gates.push(judged);
    if (judged.outcome === 'failed') {
      return { gates, failure: explain(gate, run, judged.verdict), newErrors: countNewErrors(judged.verdict) };
    }
    const failure = explainAltered(gate, altered);
    if (failure !== null) {
      judged.outcome = 'failed';
      judged.reason = failure.context.message;
      return { gates, failure, newErrors: 1 };
    }
  }
  return { gates, failure: null, newErrors: 0 };
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

function judge({ measurement, output, durationMs }: GateRun, before: GateMeasurement | null): JudgedGate {
  const verdict = compareWithBaseline(measurement, before);
  const { kind, command, exitCode } = measurement;
  const shown = output.slice(-outputKeptCharacters);
  const { outcome, reason } = verdict;
  return { kind, command, exitCode, durationMs, outcome, reason, verdict, measurement, output: shown };
}

// A linter that mends and a runner that rewrites its snapshots are green on files that nobody would publish. Installing
// and building write files by their nature; those are only brought back.
function explainAltered(gate: Gate, altered: readonly string[]): Failure | null {
  const [first] = altered;
  if (first === undefined || gate.kind === 'install' || gate.kind === 'compile') return null;
  const message = `The ${gate.kind} gate changed ${first} instead of only checking it, so what it found green is not what would be published.`;
  return failureOfClass(gate.kind === 'lint' ? 'lint_error' : 'test_fail', 'gate-changed-files', message);
}

function explain(gate: Gate, run: GateRun, verdict: GateVerdict): Failure {
  const { exitCode, timedOut } = run.measurement;
  if (exitCode === 127 && gate.kind !== 'install' && run.output.trim() === '') {
    return failureOf('tool-missing', `The command of the ${gate.kind} gate was not found: ${gate.command}`);
  }
  const classified = classifyFailure({ stage: gate.kind, exitCode, timedOut, output: run.output });
  return failureOfVerdict(classified, verdict);
}
