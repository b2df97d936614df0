import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  log,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';

import type { NextRung, RecordActivities, WaitingActivities } from '../activities/index.ts';
import type { EscalationOption } from '../domain/escalations/options.ts';
import { failureOfClass } from '../domain/failures/typed-failure.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import type { Step } from '../domain/work-orders/work-order.ts';
import { recordOptions, waitingOptions } from './activity-options.ts';
import { climb, firstLead, newAttempt, publish, runSteps, type Attempt, type StepRunner } from './attempt.ts';
import { messages, type LiveState, type WorkOrderInput, type WorkOrderResult } from './contract.ts';
import { endingOf, type Ending } from './ending.ts';
import { askPerson, follow, type Consequence, type Question } from './escalation.ts';
import { RunContext } from './run-context.ts';
import { failureFromError } from './step-failure.ts';
import { waitForDependencies, waitForSlot, waitForModels } from './waits.ts';

const records = proxyActivities<RecordActivities>(recordOptions);
const settling = proxyActivities<WaitingActivities>(waitingOptions);

const resolveByUpdate = defineUpdate<LiveState, [unknown]>(messages.resolveEscalation);
const resolveBySignal = defineSignal<[unknown]>(messages.resolveEscalation);
const cancelWorkOrder = defineSignal(messages.cancelWorkOrder);
const pauseWorkOrder = defineSignal<[unknown]>(messages.pauseWorkOrder);
const resumeWorkOrder = defineSignal<[unknown]>(messages.resumeWorkOrder);
const continueWorkOrder = defineSignal(messages.continueWorkOrder);
const slotGranted = defineSignal(messages.slotGranted);
const dependencyEnded = defineSignal(messages.dependencyEnded);
const live = defineQuery<LiveState>(messages.live);

/** What a step ends with when all work was stopped under it: it is done again once that is over. */
const stoppedRule = 'typed:all-stopped';

/** A record that takes longer was waiting for the database: a step gives up after two seconds at the earliest. */
const recordTimeMaxMs = 1_500;

/** What is recorded of an attempt that came to no verification. */
const notVerified = { blockedBy: null, testTimeMs: 0, acceptance: null, guardHits: [] };

/**
 * One work order from its first attempt to its end. A failed attempt is followed by another one, up the ladder, until
 * a person is asked; while an escalation waits the run costs nothing.
 */
export async function workOrder(input: WorkOrderInput): Promise<WorkOrderResult> {
  const run = new WorkOrderRun(input);
  run.listen();
  const ending = await run.untilEnd();
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  const { state, pullRequestNumber } = run.context;
  return { status: ending.status, attempts: state.attempt, pullRequestNumber };
}

class WorkOrderRun {
  readonly context: RunContext;
  readonly scope = new CancellationScope();
  private lastOption: EscalationOption | null = null;

  constructor(input: WorkOrderInput) {
    this.context = new RunContext(input.orderId);
  }

  /** Registers the handlers; must come before the first wait, or early messages are lost. */
  listen(): void {
    const { state } = this.context;
    setHandler(live, () => state.live());
    setHandler(cancelWorkOrder, () => {
      this.scope.cancel();
    });
    setHandler(pauseWorkOrder, (scope: unknown) => {
      state.pause(scope);
    });
    setHandler(resumeWorkOrder, (scope: unknown) => {
      state.unpause(scope);
    });
    setHandler(continueWorkOrder, () => {
      state.hear('go_on');
    });
    setHandler(slotGranted, () => {
      state.hear('slot');
    });
    setHandler(dependencyEnded, () => {
      state.hear('dependency');
    });
    setHandler(resolveBySignal, (answer: unknown) => {
      state.take(answer);
    });
    setHandler(
      resolveByUpdate,
      (answer) => {
        state.take(answer);
        return state.live();
      },
      {
        validator: (answer: unknown) => {
          const refusal = state.refuse(answer);
          if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal.message, refusal.code);
        },
      },
    );
  }

  async untilEnd(): Promise<Ending> {
    const ending = await this.work();
    await CancellationScope.nonCancellable(() => this.end(ending));
    return ending;
  }

  private async work(): Promise<Ending> {
    try {
      return await this.scope.run(() => this.attempts());
    } catch (error) {
      if (isCancellation(error)) return { status: 'cancelled', reason: 'Cancelled.' };
      // A record that can't be written, however often it is tried: the order ends, rather than running for ever.
      if (error instanceof ActivityFailure)
        return { status: 'failed', reason: `It cannot go on: ${error.cause?.message ?? error.message}` };
      throw error;
    }
  }

  private async attempts(): Promise<Ending> {
    const { state } = this.context;
    state.moveTo('running');
    this.context.hold('started', {});
    const begun = await this.begin();
    if (begun.kind === 'end') return begun.ending;
    let { lead } = begun;
    for (;;) {
      state.attempt += 1;
      const attempt = newAttempt(this.context.orderId, state.attempt, lead);
      const next = await this.oneAttempt(attempt);
      if (attempt.failure === null || next === null) return endingOf(attempt);
      if (next.kind !== 'escalate') {
        lead = climb(next.kind, attempt, attempt.failure);
        continue;
      }
      const consequence = await this.ask({ trigger: next.trigger, failure: attempt.failure, attempt });
      if (consequence.kind === 'end') return consequence.ending;
      lead = consequence.lead;
    }
  }

  /** Waits for what the order depends on, and asks a person when that can't be had. */
  private async begin(): Promise<Consequence> {
    let lead = firstLead;
    for (;;) {
      await this.context.whileNotPaused();
      const failure = await waitForDependencies(this.context);
      if (failure === null) return { kind: 'attempt', lead };
      this.context.state.lastFailure = failure;
      const consequence = await this.ask({ trigger: 'dependency_failed', failure, attempt: null });
      // Whoever amends what it depends on wants it to wait for that; every other attempt is one without it.
      if (consequence.kind === 'end' || this.lastOption !== 'amend_upstream') return consequence;
      ({ lead } = consequence);
    }
  }

  private async ask(question: Question): Promise<Consequence> {
    const answer = await askPerson(this.context, question);
    this.lastOption = answer.option;
    const steps = question.attempt === null ? null : this.stepRunner(question.attempt);
    return follow(this.context, { question, answer }, steps);
  }

  private async oneAttempt(attempt: Attempt): Promise<NextRung | null> {
    const startedAtMs = Date.now();
    const steps = this.stepRunner(attempt);
    try {
      if (await runSteps(attempt, steps)) await publish(attempt, steps);
    } catch (error) {
      // A defect of this code is no outcome: the task is tried again with a mended worker.
      if (!isCancellation(error) && !(error instanceof ActivityFailure)) throw error;
      // An attempt that was cancelled, or whose run can't go on, has an outcome too.
      const step = this.context.state.step ?? 'route';
      attempt.failure = isCancellation(error)
        ? failureOfClass('unknown', 'cancelled', 'The work order was cancelled during this attempt.')
        : failureFromError(error, step);
      attempt.failedStep = step;
      await CancellationScope.nonCancellable(() => this.recordOutcome(attempt, startedAtMs));
      throw error;
    }
    // What the attempt failed by: its last step may have been a repair that came to nothing.
    if (attempt.failure !== null) this.context.state.lastFailure = attempt.failure;
    return CancellationScope.nonCancellable(() => this.recordOutcome(attempt, startedAtMs));
  }

  private stepRunner(attempt: Attempt): StepRunner {
    const { context } = this;
    const once = async (step: Step, work: () => Promise<string | Failure>): Promise<boolean> => {
      await context.whileNotPaused();
      const startedAtMs = Date.now();
      context.state.step = step;
      await context.tellStepStarted(step);
      const tryStep = () => work().catch((error: unknown) => failureFromError(error, step));
      let result = await tryStep();
      const wasTold = context.hasTold();
      await context.told();
      // The record of its beginning waits for the database as long as it takes, and the step does not: such a failure says
      // nothing of the work. What was paid for is found again.
      const wasAway = !wasTold && Date.now() - startedAtMs > recordTimeMaxMs;
      if (typeof result !== 'string' && wasAway) result = await tryStep();
      context.state.model = attempt.route?.model ?? null;
      context.pullRequestNumber = attempt.pullRequest?.number ?? null;
      const durationMs = Date.now() - startedAtMs;
      if (typeof result === 'string') {
        attempt.failure = null;
        attempt.failedStep = null;
        context.hold('step_finished', { step, durationMs, detail: result.slice(0, 1_000) });
        if (attempt.pullRequest !== null) context.hold('pull_request_opened', { ...attempt.pullRequest });
        return true;
      }
      attempt.failure = result;
      attempt.failedStep = step;
      context.state.lastFailure = result;
      await context.tell('step_failed', { step, durationMs, failure: result });
      return false;
    };
    return {
      run: async (step, work) => {
        const { failure, failedStep } = attempt;
        for (let waits = 0; ;) {
          if (await once(step, work)) return true;
          const isStopped = attempt.failure?.rule === stoppedRule;
          if (!isStopped && !(await waitForModels(context, attempt.failure, waits))) return false;
          // It says nothing of the work: what is published next must not become a draft because of it.
          attempt.failure = failure;
          attempt.failedStep = failedStep;
          if (!isStopped) {
            waits += 1;
            continue;
          }
          context.state.pause('all');
          // It may be over already: then the message that says so came before this pause, and no other will come.
          if (!(await records.isAllStopped())) context.state.unpause('all');
        }
      },
      takePlace: (model) => waitForSlot(context, model),
    };
  }

  private async recordOutcome(attempt: Attempt, startedAtMs: number): Promise<NextRung | null> {
    const { orderId, number, route, failure, failedStep, edit, verification, refinementCycles, repairRounds } = attempt;
    const { blockedBy, testTimeMs, acceptance, guardHits } = verification ?? notVerified;
    const { costUsdMicros, next } = await records.recordAttempt({
      ...{ orderId, attempt: number, route, failure, failedStep, refinementCycles, repairRounds },
      ...{ blockedBy, testTimeMs, acceptance, guardHits },
      commit: edit?.commit ?? null,
      diffStat: edit?.diffStat ?? { files: 0, added: 0, removed: 0 },
      executionTimeMs: Date.now() - startedAtMs,
    });
    this.context.state.costUsdMicros = costUsdMicros;
    return next;
  }

  private async end(ending: Ending): Promise<void> {
    const { state, orderId } = this.context;
    // What could not be removed now is removed by the sweep when a worker starts; the order ends all the same.
    const removesBranches = this.lastOption === 'abort' || ending.status === 'cancelled';
    await settling.settleWorkOrder({ orderId, removesBranches }).catch((error: unknown) => {
      log.warn('The workspaces of an ended order could not be removed', { orderId, error });
    });
    const open = state.escalation;
    if (open !== null) {
      const answered = { option: 'abort' as const, parameters: {}, note: ending.reason, resolvedBy: 'work order' };
      await records.closeEscalation({ id: open.id, ...answered, resolvedAt: new Date().toISOString() });
      state.escalation = null;
    }
    state.waitingFor = null;
    state.waitingSince = null;
    state.moveTo(ending.status);
    await this.context.tell('ended', { reason: ending.reason });
    await records.announceEnd({ orderId });
  }
}
