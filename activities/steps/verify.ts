import type { Acceptance } from '../../domain/acceptance/score.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import type { RepositoryFiles } from '../../domain/gates/repository-files.ts';
import { findGates } from '../../domain/gates/find-gates.ts';
import { findRedefinedGates } from '../../domain/gates/gate-definitions.ts';
import type { Gate, GateOutcome } from '../../domain/gates/gate.ts';
import { fingerprintVerdict } from '../../domain/gates/verdict-failure.ts';
import { withholdingGuards, type Guard, type GuardHit } from '../../domain/guards/guard.ts';
import { checkVanishedTests } from '../../domain/guards/vanished-tests.ts';
import { parseUnifiedDiff, type FileChange } from '../../domain/text/unified-diff.ts';
import type { CriterionProof } from '../../domain/work-orders/pull-request-body.ts';
import { decideRepair, type RepairDecision } from '../../domain/work-orders/repair.ts';
import { saveCheckpoint, saveGateResults, type AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { measureBeside, type RunningMeasures } from '../acceptance/measure-beside.ts';
import type { ChangeMeasures } from '../acceptance/measure-change.ts';
import { runGates, type GateRunOptions, type GatesResult, type JudgedGate } from '../gates/run-gates.ts';
import { readFileAt } from '../git/read-files.ts';
import type { Git } from '../git/git-command.ts';
import { diffSinceBase, restoreTracked, type Workspace } from '../git/workspace.ts';
import { readChangedTexts, type ChangedTexts } from '../guards/changed-texts.ts';
import { checkChange, failureOfHits } from '../guards/check-change.ts';
import type { StepProgress } from '../heartbeat.ts';
import { readGateFiles } from '../repository/inspect-repository.ts';
import { acceptChange, failureOfCriteria, freshTests } from './accept-change.ts';
import { openAttemptWorkspace } from './attempt-workspace.ts';
import { baselineOf } from './baseline.ts';
import type { StepDependencies } from './dependencies.ts';
import { findOffSwitch } from './repair-switch.ts';

export interface VerifyInput extends AttemptKey {
  commit: string;
  /** 0 for the first edit, then one per repair. */
  round: number;
  /** Of the rounds before, in their order. */
  fingerprints: readonly string[];
}

/** What guards, gates and criteria said of a checkpoint. */
export interface VerifyResult {
  round: number;
  gates: GateOutcome[];
  proofs: CriterionProof[];
  sandboxed: boolean;
  testTimeMs: number;
  failure: Failure | null;
  /** The guard that blocks publishing, when one does. */
  blockedBy: Guard | null;
  guardHits: GuardHit[];
  /** Null where a gate failed: there is nothing to score. */
  acceptance: Acceptance | null;
  newErrors: number;
  /** The same for the same errors; empty when there are none. */
  fingerprint: string;
  repair: RepairDecision;
}

/** A checkpoint while it is verified. */
interface Verification {
  order: OrderSnapshot;
  workspace: Workspace;
  input: VerifyInput;
  changes: FileChange[];
  texts: ChangedTexts;
  /** What decides about gates, in the base commit and in the checkpoint. */
  gateFiles: { before: RepositoryFiles; after: RepositoryFiles };
  /** Of the base commit; empty where it has none. */
  attributes: string;
  options: GateRunOptions;
  progress: StepProgress;
}

/**
 * Checks a checkpoint: the guards on its diff, the repository's own gates against their baseline, then the acceptance
 * criteria. The gates are those of the base commit: an attempt can't take one away, and one that it redefined proves
 * nothing.
 */
export async function verifyAttempt(
  dependencies: StepDependencies,
  input: VerifyInput,
  progress: StepProgress,
): Promise<VerifyResult> {
  const verification = await begin(dependencies, input, progress);
  const { order, changes, texts, attributes } = verification;
  const { policy } = dependencies;
  const diffHits = checkChange({ order, changes, texts, attributes, policy });
  // What leaves the workspace is not even run; of anything else a person wants to know whether it works.
  const leaves = diffHits.some(({ guard }) => guard === 'paths');
  const measuring = failureOfHits(diffHits) === null ? startMeasuring(dependencies, verification) : null;
  let judged: Awaited<ReturnType<typeof judge>>;
  try {
    judged = await judge(dependencies, verification, { diffHits, leaves, measures: measuring?.measures ?? null });
  } finally {
    await measuring?.end();
  }
  const { result, guardHits, blocked, proofs, acceptance } = judged;
  const failure = blocked?.failure ?? result.failure ?? failureOfCriteria(proofs);
  const newErrors = result.newErrors + proofs.filter(({ verdict }) => verdict === 'refuted').length;
  const fingerprint = failure === null ? '' : fingerprintOf(result, failure);
  const { sandboxed } = dependencies.gates.containment;
  await keep(dependencies, input, { order, gates: result.gates, sandboxed });
  return {
    round: input.round,
    gates: result.gates.map(toOutcome),
    proofs,
    sandboxed,
    testTimeMs: result.gates.filter(({ kind }) => kind === 'test').reduce((sum, gate) => sum + gate.durationMs, 0),
    failure,
    blockedBy: blocked?.blockedBy ?? null,
    // What decides whether anything may be pushed is never among those that are left out.
    guardHits: guardHits.toSorted((a, b) => Number(withholds(b)) - Number(withholds(a))).slice(0, guardHitsMax),
    acceptance,
    newErrors,
    fingerprint,
    repair: await decide(dependencies, input, { failure, newErrors, fingerprint }),
  };
}

function startMeasuring(
  { git, gates, lizardPath }: StepDependencies,
  { workspace, order, input, changes, texts, options }: Verification,
): RunningMeasures {
  const { baseCommit } = order;
  const request = { workspace, baseCommit, commit: input.commit, changes, texts, signal: options.signal };
  return measureBeside({ git, gates, lizardPath }, request);
}

/** Runs the gates, and where they are green proves the criteria and scores the change. */
async function judge(
  dependencies: StepDependencies,
  verification: Verification,
  { diffHits, leaves, measures }: { diffHits: GuardHit[]; leaves: boolean; measures: Promise<ChangeMeasures> | null },
) {
  const result = leaves ? nothingRun : await checkGates(dependencies, verification);
  const guardHits = [...diffHits, ...findVanished(verification.order, result)];
  const blocked = failureOfHits(guardHits);
  const isGreen = blocked === null && result.failure === null && measures !== null;
  const accepted = isGreen
    ? await acceptChange(dependencies, { ...verification, ...result, key: verification.input }, measures)
    : { proofs: [], acceptance: null };
  return { result, guardHits, blocked, ...accepted };
}

const guardHitsMax = 20;

const withholds = ({ guard }: GuardHit) => withholdingGuards.has(guard);
const nothingRun: CheckedGates = { gates: [], failure: null, newErrors: 0, baseline: null };

interface CheckedGates extends GatesResult {
  baseline: readonly GateMeasurement[] | null;
}

async function begin(
  dependencies: StepDependencies,
  input: VerifyInput,
  progress: StepProgress,
): Promise<Verification> {
  const { database, git, policy } = dependencies;
  const { attempt, commit } = input;
  const order = await loadOrder(database, input.orderId);
  const workspace = await openAttemptWorkspace(dependencies, { order, attempt, commit }, progress.signal);
  const { gitDir } = workspace;
  const { baseCommit } = order;
  const [change, before, after, attributes] = await Promise.all([
    readChange(git, workspace, commit),
    readGateFiles(git, gitDir, baseCommit),
    readGateFiles(git, gitDir, commit),
    readFileAt(git, gitDir, `${baseCommit}:.gitattributes`),
  ]);
  const options = {
    policy,
    signal: progress.signal,
    onStart: (what: string) => {
      progress.say(`Running ${what}`);
    },
    restoreTree: () => restoreTracked(git, workspace),
  };
  const read = { ...change, gateFiles: { before, after }, attributes: attributes ?? '' };
  return { order, workspace, input, ...read, options, progress };
}

async function readChange(
  git: Git,
  workspace: Workspace,
  commit: string,
): Promise<{ changes: FileChange[]; texts: ChangedTexts }> {
  const { gitDir, baseCommit } = workspace;
  const changes = parseUnifiedDiff(await diffSinceBase(git, workspace, { commit, renames: false }));
  return { changes, texts: await readChangedTexts(git, gitDir, { baseCommit, commit, changes }) };
}

async function checkGates(dependencies: StepDependencies, verification: Verification): Promise<CheckedGates> {
  const { order, workspace, gateFiles, texts, options, progress } = verification;
  const gates = findGates(gateFiles.before);
  const redefined = findRedefinedGates(gates, gateFiles.before, gateFiles.after);
  const baseline = await baselineOf(dependencies, { order, gates }, progress);
  const result = await runGates(dependencies.gates, { workspace, gates, baseline, sources: texts.after }, options);
  const failure = result.failure ?? failureOfRedefined(redefined);
  return { ...result, failure, baseline };
}

/** Tests that the change made disappear, unless the order speaks of tests to be removed. */
function findVanished(order: OrderSnapshot, { gates, baseline, failure }: CheckedGates): GuardHit[] {
  // Where the tests failed, names are missing because they did not run.
  if (failure !== null || /\b(?:remov|delet|drop)\w{0,5}\b.{0,80}\btests?\b/i.test(order.description)) return [];
  const vanished = gates.flatMap(({ verdict }) => verdict.vanishedTests);
  const fresh = freshTests(gates, baseline, []).map(({ name }) => name);
  return checkVanishedTests(vanished, fresh);
}

async function keep(
  { database }: StepDependencies,
  { orderId, attempt, round, commit }: VerifyInput,
  { order, gates, sandboxed }: { order: OrderSnapshot; gates: readonly JudgedGate[]; sandboxed: boolean },
): Promise<void> {
  const results = gates.map(({ kind, command, outcome, exitCode, durationMs, output, verdict }) => ({
    gate: kind,
    command,
    outcome,
    exitCode,
    durationMs,
    output,
    verdict,
  }));
  await saveGateResults(database, { orderId, attempt, round }, { results, sandboxed });
  const { baseCommit } = order;
  await saveCheckpoint(database, { orderId, attempt, step: 'verify', round, baseCommit, commit, bundle: null });
}

function toOutcome({ kind, command, outcome, reason, exitCode, durationMs }: JudgedGate): GateOutcome {
  return { kind, command, outcome, reason, exitCode, durationMs };
}

function fingerprintOf({ gates }: GatesResult, failure: Failure): string {
  const failed = gates.find(({ outcome }) => outcome === 'failed');
  if (failed === undefined) return failure.rule;
  return fingerprintVerdict(failed.kind, failed.verdict, failed.measurement.outputFingerprint);
}

async function decide(
  { policy, flags }: StepDependencies,
  { round, fingerprints }: VerifyInput,
  found: { failure: Failure | null; newErrors: number; fingerprint: string },
): Promise<RepairDecision> {
  if (found.failure === null) return { repair: false, reason: 'Nothing is to be repaired.' };
  const decision = decideRepair({
    round,
    roundsMax: policy.repairRoundsMax,
    compileErrorsMax: policy.repairCompileErrorsMax,
    failure: found.failure,
    newErrors: found.newErrors,
    fingerprints: [...fingerprints, found.fingerprint],
  });
  const flag = decision.repair ? await findOffSwitch(flags, round + 1) : null;
  return flag === null ? decision : { repair: false, reason: `The flag ${flag} is off, so there is no repair.` };
}

function failureOfRedefined(gates: readonly Gate[]): Failure | null {
  const [first] = gates;
  if (first === undefined) return null;
  const message = `The change redefines the ${first.kind} gate (${first.source}), so its result proves nothing. Look at that change, then accept it as it is, or ask for another approach.`;
  return failureOfClass('unknown', 'gate-redefined', message);
}
