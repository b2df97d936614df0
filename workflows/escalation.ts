import { CancellationScope, condition, proxyActivities } from '@temporalio/workflow';

import type { RecordActivities, WaitingActivities } from '../activities/index.ts';
import { toUsdMicros } from '../domain/budget/money.ts';
import type { EscalationAnswer } from '../domain/escalations/answer.ts';
import type { EscalationTrigger } from '../domain/escalations/triggers.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import { recordOptions, waitingOptions } from './activity-options.ts';
import { hasChange, leadAfter, publish, type Attempt, type Lead, type StepRunner } from './attempt.ts';
import type { Ending } from './ending.ts';
import type { RunContext } from './run-context.ts';
import { waitForPerson, waitUpstream } from './waits.ts';

const records = proxyActivities<RecordActivities>(recordOptions);
const waiting = proxyActivities<WaitingActivities>(waitingOptions);

/** What is asked, and what led to it. */
export interface Question {
  trigger: EscalationTrigger;
  failure: Failure;
  /** The failed attempt; null when the order has not begun. */
  attempt: Attempt | null;
}

/** What an answer makes of the run: another attempt, or its end. */
export type Consequence = { kind: 'attempt'; lead: Lead } | { kind: 'end'; ending: Ending };

/** Opens an escalation and waits for its answer, which costs nothing. The first valid answer counts. */
export async function askPerson(run: RunContext, { trigger, failure, attempt }: Question): Promise<EscalationAnswer> {
  const { state, orderId } = run;
  const question = {
    orderId,
    attempt: state.attempt,
    question: run.countQuestion(),
    trigger,
    failure,
    failedStep: attempt?.failedStep ?? null,
    hasChange: attempt !== null && hasChange(attempt),
  };
  // Its id is what closes it again, so a cancelled run waits for it.
  const { id, options, recommendation } = await CancellationScope.nonCancellable(() =>
    records.openEscalation(question),
  );
  state.ask({ id, trigger, failure, options, recommendation }, new Date().toISOString());
  const { failureClass, context } = failure;
  await run.tell('escalation_opened', { escalationId: id, trigger, failureClass, message: context.message });
  await condition(() => state.answer !== null);
  const { answer } = state;
  if (answer === null) throw new Error('The wait for an answer ended without one');
  const resolvedBy = answer.resolvedBy ?? 'signal';
  const { option, note, escalationId: _id, resolvedBy: _who, ...given } = answer;
  const parameters = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const resolvedAt = new Date().toISOString();
  await records.closeEscalation({ id, option, parameters, note: note ?? null, resolvedBy, resolvedAt });
  state.resume();
  await run.tell('escalation_resolved', { escalationId: id, option, resolvedBy });
  return answer;
}

/** Does what an answer says, up to the point where the next attempt begins or the run ends. */
export async function follow(
  run: RunContext,
  { question, answer }: { question: Question; answer: EscalationAnswer },
  steps: StepRunner | null,
): Promise<Consequence> {
  const { attempt, failure } = question;
  const lead = leadAfter(failure, answer.guidance ?? null);
  switch (answer.option) {
    case 'abort':
      return end('failed', `Aborted by a person. What led to it: ${failure.context.message}`);
    case 'accept_as_is':
      return accept(attempt, steps);
    case 'take_over':
      return handOver(run, attempt, steps);
    case 'raise_budget':
      await records.raiseCostCap({ orderId: run.orderId, costCapUsdMicros: toUsdMicros(answer.costCapUsd ?? 0) });
      return next(run, 'A person raised the cost cap.', goOn(attempt, lead));
    case 'amend_upstream':
      await waitUpstream(run, { what: answer.upstream ?? 'what it needs', orderId: answer.upstreamOrderId ?? null });
      await waiting.moveToNewestBase({ orderId: run.orderId });
      return next(run, 'What the order waited for has changed.', lead);
    case 'pivot_solution':
      return next(run, 'A person asked for a new plan.', { ...lead, ...modelOf(attempt, answer), plan: 'discard' });
    case 'retry_different_approach':
      return next(run, 'A person asked for a different approach.', {
        ...lead,
        ...modelOf(attempt, answer),
        contextFactor: 1.5,
      });
  }
}

async function next(run: RunContext, reason: string, lead: Lead): Promise<Consequence> {
  const { orderId, state } = run;
  const attempt = state.attempt === 0 ? null : state.attempt;
  const output = { model: lead.model, contextFactor: lead.contextFactor, plan: lead.plan };
  const decision = { orderId, attempt, type: 'retry' as const, agent: 'person', key: 'person' };
  await records.saveDecision({ ...decision, input: { failure: state.lastFailure }, output, reason });
  return { kind: 'attempt', lead };
}

// The model that a person named, else the next more capable one.
function modelOf(attempt: Attempt | null, answer: EscalationAnswer): Pick<Lead, 'model'> {
  if (answer.model !== undefined) return { model: { rule: 'named', name: answer.model } };
  const than = attempt?.route?.model;
  return { model: than === undefined ? null : { rule: 'more_capable', than } };
}

/** With the same model, from the last checkpoint: what was paid for is not paid again. */
function goOn(attempt: Attempt | null, lead: Lead): Lead {
  if (attempt === null) return lead;
  const than = attempt.route?.model;
  const { planned, edit } = attempt;
  const model = than === undefined ? null : { rule: 'same' as const, than };
  return { ...lead, previousFailure: null, model, from: { planned, edit } };
}

async function accept(attempt: Attempt | null, steps: StepRunner | null): Promise<Consequence> {
  if (attempt === null || steps === null) return end('failed', 'There is no change to publish.');
  if (await publish(attempt, steps)) {
    return end('needs_review', 'Published as a draft: a person accepted the change as it is.');
  }
  return end('failed', `The change could not be published: ${attempt.failure?.context.message ?? ''}`);
}

/** Pushes what there is for the person, and waits until they say that they are done. */
async function handOver(run: RunContext, attempt: Attempt | null, steps: StepRunner | null): Promise<Consequence> {
  if (attempt !== null && steps !== null && hasChange(attempt)) await publish(attempt, steps);
  await waitForPerson(run, attempt?.pullRequest?.branch ?? null);
  return end('needs_review', 'A person took the work order over and finished it.');
}

function end(status: Ending['status'], reason: string): Consequence {
  return { kind: 'end', ending: { status, reason } };
}
