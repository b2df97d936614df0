import { CancellationScope, proxyActivities } from '@temporalio/workflow';

import type {
  AttemptInput,
  EditResult,
  PublishedPullRequest,
  PublishInput,
  RepairInput,
  Route,
  VerifyResult,
  WaitingActivities,
  WorkspaceActivities,
} from '../activities/index.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import { betterCheckpoint } from '../domain/work-orders/repair.ts';
import type { WantedModel } from '../domain/work-orders/routing.ts';
import type { DiffStat, Step } from '../domain/work-orders/work-order.ts';
import {
  baselineOptions,
  editOptions,
  planOptions,
  shortStepOptions,
  verifyOptions,
  waitingOptions,
} from './activity-options.ts';

const short = proxyActivities<WorkspaceActivities>(shortStepOptions);
const routing = proxyActivities<WaitingActivities>(waitingOptions);
const planning = proxyActivities<WaitingActivities>(planOptions);
const editing = proxyActivities<WorkspaceActivities>(editOptions);
const verifying = proxyActivities<WorkspaceActivities>(verifyOptions);
const measuring = proxyActivities<WorkspaceActivities>(baselineOptions);

/** What an attempt is given by the one before it, or by a person. */
export interface Lead {
  guidance: string | null;
  previousFailure: string | null;
  /** Which model: the one of the attempt before, a more capable one, or a named one. Null: as routing finds right. */
  model: WantedModel | null;
  /** Multiple of the usual view of the repository. */
  contextFactor: number;
  /** The plan before: follow and mend it, or leave it. */
  plan: 'mend' | 'discard';
  /** Where to go on instead of beginning anew: what was paid for stays. */
  from: { planned: boolean; edit: EditResult | null } | null;
}

export const firstLead: Lead = {
  guidance: null,
  previousFailure: null,
  model: null,
  contextFactor: 1,
  plan: 'mend',
  from: null,
};

/** What a failed attempt gives to the next one: what failed. */
export function leadAfter(failure: Failure, guidance: string | null): Lead {
  const { message, excerpt } = failure.context;
  return { ...firstLead, guidance, previousFailure: `${message}\n${excerpt}`.slice(0, 2_000) };
}

/** The next rung: the same model with what failed, or a more capable one. */
export function climb(kind: 'same_model' | 'more_capable', attempt: Attempt, failure: Failure): Lead {
  const than = attempt.route?.model;
  const rule = kind === 'same_model' ? ('same' as const) : ('more_capable' as const);
  return { ...leadAfter(failure, attempt.lead.guidance), model: than === undefined ? null : { rule, than } };
}

/** What an attempt has come to so far. Filled step by step, so that a failed one still tells how far it got. */
export interface Attempt {
  orderId: string;
  number: number;
  lead: Lead;
  route: Route | null;
  planned: boolean;
  refinementCycles: number;
  edit: EditResult | null;
  verification: VerifyResult | null;
  repairRounds: number;
  pullRequest: PublishedPullRequest | null;
  failure: Failure | null;
  failedStep: Step | null;
}

export function newAttempt(orderId: string, number: number, lead: Lead): Attempt {
  const { planned = false, edit = null } = lead.from ?? {};
  const nothing = { route: null, verification: null, pullRequest: null, failure: null, failedStep: null };
  return { orderId, number, lead, planned, edit, refinementCycles: 0, repairRounds: 0, ...nothing };
}

/** How a step is run: the work tells what it came to, as one sentence, or why it failed. */
export interface StepRunner {
  run(step: Step, work: () => Promise<string | Failure>): Promise<boolean>;
  /** Waits for a place to work; called once the model is known. */
  takePlace(model: string): Promise<void>;
}

/** Route, plan, edit, verify and repair: each step only when the one before it went well. Returns whether all did. */
export async function runSteps(attempt: Attempt, steps: StepRunner): Promise<boolean> {
  const key = { orderId: attempt.orderId, attempt: attempt.number };
  const { model: wanted, guidance, previousFailure, contextFactor, plan } = attempt.lead;
  const routed = await steps.run('route', async () => {
    attempt.route = await routing.routeAttempt.executeWithOptions({ summary: 'Choose a model' }, [{ ...key, wanted }]);
    return `${attempt.route.model}: ${attempt.route.reason}`;
  });
  if (!routed) return false;
  const model = attempt.route?.model ?? '';
  await steps.takePlace(model);
  // The base commit is measured while the model thinks; verify measures what this one could not.
  const baseline = startBaseline(key);
  const input: AttemptInput = { ...key, model, guidance, previousFailure, contextFactor, plan };
  let hasEdited = false;
  try {
    hasEdited =
      (attempt.planned || (await planStep(attempt, input, steps))) &&
      (hasChange(attempt) || (await editStep(attempt, input, steps)));
  } finally {
    // Nobody needs it then, and its processes must not outlive the attempt: the workspaces may be removed next.
    if (!hasEdited) baseline.cancel();
    await baseline.ended;
  }
  return hasEdited && verifyAndRepair(attempt, input, steps);
}

function startBaseline(key: { orderId: string; attempt: number }): { ended: Promise<unknown>; cancel(): void } {
  const scope = new CancellationScope();
  const summary = 'Run the gates on the untouched base commit';
  const ended = scope
    .run(() => measuring.measureBaseline.executeWithOptions({ summary }, [key]))
    .catch(() => undefined);
  return {
    ended,
    cancel: () => {
      scope.cancel();
    },
  };
}

function planStep(attempt: Attempt, input: AttemptInput, steps: StepRunner): Promise<boolean> {
  return steps.run('plan', async () => {
    const plan = await planning.planAttempt.executeWithOptions({ summary: `Plan with ${input.model}` }, [input]);
    attempt.refinementCycles = plan.cycles;
    if (plan.failure !== null) return plan.failure;
    attempt.planned = true;
    return `${plan.summary} (${count(plan.files.length, 'file')}, ${count(plan.findings.length, 'finding')})`;
  });
}

function editStep(attempt: Attempt, input: AttemptInput, steps: StepRunner): Promise<boolean> {
  return steps.run('edit', async () => {
    const summary = `Edit with Aider and ${input.model}`;
    attempt.edit = await editing.editAttempt.executeWithOptions({ summary }, [input]);
    return attempt.edit.failure ?? describeDiff(attempt.edit.diffStat);
  });
}

/** Verifies, and repairs what failed, as long as the verification says that a repair is worth its price. */
async function verifyAndRepair(attempt: Attempt, input: AttemptInput, steps: StepRunner): Promise<boolean> {
  const tried: Tried[] = [];
  let shows: 'checkpoint' | 'step' = 'checkpoint';
  for (let round = 0; ; round += 1) {
    if (await verifyStep(attempt, { round, fingerprints: tried.map((one) => one.verification.fingerprint) }, steps)) {
      return true;
    }
    const { edit, verification, failure } = attempt;
    if (edit === null || failure === null || verification?.round !== round) {
      // The step itself failed: nothing is known that a repair could use, nor of what the last repair made.
      shows = 'step';
      break;
    }
    tried.push({ edit, verification, failure, newErrors: verification.newErrors });
    if (!verification.repair.repair) break;
    attempt.repairRounds = round + 1;
    const repair = { ...input, round: round + 1, commit: edit.commit, failure };
    if (!(await repairStep(attempt, repair, steps))) {
      // One that was stopped by money, time or the provider is what a person has to know.
      if (!emptyRepairRules.has(attempt.failure?.rule ?? '')) shows = 'step';
      break;
    }
  }
  takeBest(attempt, tried, shows);
  return false;
}

/** A checkpoint that was verified and did not pass. */
interface Tried {
  edit: EditResult;
  verification: VerifyResult;
  failure: Failure;
  newErrors: number;
}

/** What a repair ends with when the model was of no help: the gate's failure is still what has to be mended. */
const emptyRepairRules = new Set(['typed:provider-bad-answer', 'typed:editor-ended', 'typed:workspace-breach']);

/** What the last round made worse is left: the best checkpoint is what a person is offered. */
function takeBest(attempt: Attempt, tried: readonly Tried[], shows: 'checkpoint' | 'step'): void {
  if (tried.length === 0) return;
  const best = tried.reduce((a, b) => betterCheckpoint(a, b));
  attempt.edit = best.edit;
  attempt.verification = best.verification;
  if (shows === 'step') return;
  attempt.failure = best.failure;
  attempt.failedStep = 'verify';
}

function verifyStep(
  attempt: Attempt,
  { round, fingerprints }: { round: number; fingerprints: string[] },
  steps: StepRunner,
): Promise<boolean> {
  return steps.run('verify', async () => {
    const key = { orderId: attempt.orderId, attempt: attempt.number };
    const summary = round === 0 ? 'Run the gates of the repository' : `Run the gates after repair ${round}`;
    const input = { ...key, commit: attempt.edit?.commit ?? '', round, fingerprints };
    attempt.verification = await verifying.verifyAttempt.executeWithOptions({ summary }, [input]);
    return attempt.verification.failure ?? describeGates(attempt.verification);
  });
}

function repairStep(attempt: Attempt, input: RepairInput, steps: StepRunner): Promise<boolean> {
  return steps.run('repair', async () => {
    const summary = `Repair with Aider and ${input.model}, round ${input.round}`;
    const repaired = await editing.repairAttempt.executeWithOptions({ summary }, [input]);
    if (repaired.failure !== null) return repaired.failure;
    attempt.edit = repaired;
    return describeDiff(repaired.diffStat);
  });
}

/** Publishes the checkpoint of an attempt; with a failure, as a draft. */
export async function publish(attempt: Attempt, steps: StepRunner): Promise<boolean> {
  return steps.run('publish', async () => {
    const { edit, route } = attempt;
    if (edit === null || route === null) throw new Error('There is nothing to publish');
    const input: PublishInput = {
      orderId: attempt.orderId,
      attempt: attempt.number,
      commit: edit.commit,
      diffStat: edit.diffStat,
      route,
      verification: attempt.verification,
      failure: attempt.failure,
    };
    const summary = attempt.failure === null ? 'Open the pull request' : 'Open a draft pull request';
    attempt.pullRequest = await short.publishAttempt.executeWithOptions({ summary }, [input]);
    return `Pull request ${attempt.pullRequest.number} on ${attempt.pullRequest.branch}`;
  });
}

/** Whether a checkpoint holds a change that could be published. */
export function hasChange(attempt: Attempt): boolean {
  return (attempt.edit?.diffStat.files ?? 0) > 0;
}

export function describeDiff({ files, added, removed }: DiffStat): string {
  return `${count(files, 'file')} changed, +${added} -${removed}`;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}

function describeGates({ gates, proofs, sandboxed, acceptance }: VerifyResult): string {
  const passed = [...new Set(gates.map(({ kind }) => kind))].join(', ');
  const proven = proofs.filter(({ verdict }) => verdict === 'proven').length;
  const score = acceptance === null ? '' : `, acceptance ${acceptance.score} of 10`;
  const where = sandboxed ? '' : ', not sandboxed';
  return `${passed} passed; ${proven} of ${proofs.length} criteria proven${score}${where}`;
}
