import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';

import type {
  AttemptInput,
  EditResult,
  PublishedPullRequest,
  PublishInput,
  Route,
  VerifyResult,
  WaitingActivities,
  WorkspaceActivities,
} from '../activities/index.ts';
import { failureOf, failureOfClass } from '../domain/failures/typed-failure.ts';
import { failureClasses, type Failure } from '../domain/failures/failure-class.ts';
import type { DiffStat, Step } from '../domain/work-orders/work-order.ts';
import { editOptions, planOptions, shortStepOptions, verifyOptions, waitingOptions } from './activity-options.ts';

const short = proxyActivities<WorkspaceActivities>(shortStepOptions);
const routing = proxyActivities<WaitingActivities>(waitingOptions);
const planning = proxyActivities<WaitingActivities>(planOptions);
const editing = proxyActivities<WorkspaceActivities>(editOptions);
const verifying = proxyActivities<WorkspaceActivities>(verifyOptions);

/** What an attempt has come to so far. Filled step by step, so that a failed one still tells how far it got. */
export interface Attempt {
  orderId: string;
  number: number;
  guidance: string | null;
  previousFailure: string | null;
  route: Route | null;
  planned: boolean;
  edit: EditResult | null;
  verification: VerifyResult | null;
  pullRequest: PublishedPullRequest | null;
  failure: Failure | null;
  failedStep: Step | null;
}

export function newAttempt(
  orderId: string,
  number: number,
  lead: { guidance: string | null; previousFailure: string | null },
): Attempt {
  const nothing = { route: null, planned: false, edit: null, verification: null, pullRequest: null };
  return { orderId, number, ...lead, ...nothing, failure: null, failedStep: null };
}

/** Tells what a step came to, as one sentence. */
export type StepRunner = (step: Step, work: () => Promise<string | Failure>) => Promise<boolean>;

/** Route, plan, edit, verify: each step only when the one before it went well. Returns whether all did. */
export async function runSteps(attempt: Attempt, runStep: StepRunner): Promise<boolean> {
  const key = { orderId: attempt.orderId, attempt: attempt.number };
  const routed = await runStep('route', async () => {
    attempt.route = await routing.routeAttempt.executeWithOptions({ summary: 'Choose a model' }, [key]);
    return `${attempt.route.model}: ${attempt.route.reason}`;
  });
  if (!routed) return false;
  const { guidance, previousFailure } = attempt;
  const input: AttemptInput = { ...key, model: attempt.route?.model ?? '', guidance, previousFailure };
  const planned = await runStep('plan', async () => {
    const plan = await planning.planAttempt.executeWithOptions({ summary: `Plan with ${input.model}` }, [input]);
    attempt.planned = true;
    return `${plan.summary} (${count(plan.files.length, 'file')}, ${count(plan.findings.length, 'finding')})`;
  });
  if (!planned) return false;
  const edited = await runStep('edit', async () => {
    attempt.edit = await editing.editAttempt.executeWithOptions({ summary: `Edit with Aider and ${input.model}` }, [
      input,
    ]);
    return attempt.edit.failure ?? describeDiff(attempt.edit.diffStat);
  });
  if (!edited) return false;
  return runStep('verify', async () => {
    const commit = attempt.edit?.commit ?? '';
    const summary = 'Run the gates of the repository';
    attempt.verification = await verifying.verifyAttempt.executeWithOptions({ summary }, [{ ...key, commit }]);
    return attempt.verification.failure ?? describeGates(attempt.verification);
  });
}

/** Publishes the checkpoint of an attempt; with a failure, as a draft. */
export async function publish(attempt: Attempt, runStep: StepRunner): Promise<boolean> {
  return runStep('publish', async () => {
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

function describeGates({ gates, proofs, sandboxed }: VerifyResult): string {
  const passed = gates.map(({ kind }) => kind).join(', ');
  const proven = proofs.filter(({ verdict }) => verdict === 'proven').length;
  const where = sandboxed ? '' : ', not sandboxed';
  return `${passed} passed; ${proven} of ${proofs.length} criteria proven${where}`;
}

/**
 * The class and context of an error that ended a step: what the activity said, or what Temporal knows of it.
 *
 * @throws the error itself when it is a cancellation
 */
export function failureFromError(error: unknown, step: Step): Failure {
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [told] = cause.details ?? [];
    if (isFailure(told)) return told;
    return failureOfClass('unknown', cause.type ?? 'error', `The step ${step} ended with an error: ${cause.message}`);
  }
  if (cause instanceof TimeoutFailure) {
    return failureOf(
      'step-timeout',
      `The step ${step} did not end in its time, or the worker that ran it died each time.`,
    );
  }
  return failureOfClass('unknown', 'error', `The step ${step} ended with an error that has no name.`);
}

function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    'failureClass' in value &&
    (failureClasses as readonly unknown[]).includes(value.failureClass) &&
    'context' in value
  );
}
