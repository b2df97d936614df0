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

import type { RecordActivities, WaitingActivities } from '../activities/index.ts';
import type { EscalationAnswer } from '../domain/escalations/answer.ts';
import { fittingOptions } from '../domain/escalations/options.ts';
import { failureOfClass } from '../domain/failures/typed-failure.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import type { Step, WorkOrderStatus } from '../domain/work-orders/work-order.ts';
import { recordOptions, waitingOptions } from './activity-options.ts';
import { failureFromError, hasChange, newAttempt, publish, runSteps, type Attempt } from './attempt.ts';
import { messages, type LiveState, type WorkOrderInput, type WorkOrderResult } from './contract.ts';
import { mirror, show, toEvent, type RunEvent } from './progress.ts';
import { RunState } from './run-state.ts';

const records = proxyActivities<RecordActivities>(recordOptions);
const settling = proxyActivities<WaitingActivities>(waitingOptions);

const resolveByUpdate = defineUpdate<LiveState, [unknown]>(messages.resolveEscalation);
const resolveBySignal = defineSignal<[unknown]>(messages.resolveEscalation);
const cancelWorkOrder = defineSignal(messages.cancelWorkOrder);
const live = defineQuery<LiveState>(messages.live);

/** How a run ends, and why. */
interface Ending {
  status: Extract<WorkOrderStatus, 'completed' | 'needs_review' | 'failed' | 'cancelled'>;
  reason: string;
}

/**
 * One work order from its first attempt to its end. Attempts follow each other as long as people ask for another one;
 * while an escalation waits the run costs nothing.
 */
export async function workOrder(input: WorkOrderInput): Promise<WorkOrderResult> {
  const run = new WorkOrderRun(input);
  run.listen();
  const ending = await run.untilEnd();
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return { status: ending.status, attempts: run.state.attempt, pullRequestNumber: run.pullRequestNumber };
}

class WorkOrderRun {
  readonly state = new RunState();
  readonly scope = new CancellationScope();
  readonly orderId: string;
  pullRequestNumber: number | null = null;
  /** Events that the next message to the mirror takes along: a step's end and the next one's beginning are one write. */
  private readonly held: RunEvent[] = [];

  constructor(input: WorkOrderInput) {
    this.orderId = input.orderId;
  }

  /** Registers the handlers; must come before the first wait, or early messages are lost. */
  listen(): void {
    const { state } = this;
    setHandler(live, () => state.live());
    setHandler(cancelWorkOrder, () => {
      this.scope.cancel();
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
    this.state.moveTo('running');
    this.hold('started', {});
    let lead: { guidance: string | null; previousFailure: string | null } = { guidance: null, previousFailure: null };
    for (;;) {
      this.state.attempt += 1;
      const attempt = newAttempt(this.orderId, this.state.attempt, lead);
      await this.oneAttempt(attempt);
      if (attempt.failure === null) return endingOf(attempt);
      const answer = await this.escalate(attempt, attempt.failure);
      if (answer.option === 'abort') return { status: 'failed', reason: 'Aborted by a person.' };
      if (answer.option === 'accept_as_is') return this.acceptAsIs(attempt);
      const { message, excerpt } = attempt.failure.context;
      lead = { guidance: answer.guidance ?? null, previousFailure: `${message}\n${excerpt}`.slice(0, 2_000) };
      await this.decide(attempt, { type: 'retry', reason: 'A person asked for a different approach.', output: answer });
    }
  }

  private async oneAttempt(attempt: Attempt): Promise<void> {
    const startedAtMs = Date.now();
    const runStep = this.stepRunner(attempt);
    try {
      if (await runSteps(attempt, runStep)) await publish(attempt, runStep);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      // A cancelled attempt has an outcome too.
      attempt.failure = failureOfClass('unknown', 'cancelled', 'The work order was cancelled during this attempt.');
      attempt.failedStep = this.state.step;
      await CancellationScope.nonCancellable(() => this.recordOutcome(attempt, startedAtMs));
      throw error;
    }
    await CancellationScope.nonCancellable(() => this.recordOutcome(attempt, startedAtMs));
  }

  private stepRunner(attempt: Attempt) {
    return async (step: Step, work: () => Promise<string | Failure>): Promise<boolean> => {
      const startedAtMs = Date.now();
      this.state.step = step;
      await this.tell('step_started', { step });
      const result = await work().catch((error: unknown) => failureFromError(error, step));
      this.state.model = attempt.route?.model ?? null;
      this.pullRequestNumber = attempt.pullRequest?.number ?? null;
      const durationMs = Date.now() - startedAtMs;
      if (typeof result === 'string') {
        this.hold('step_finished', { step, durationMs, detail: result.slice(0, 1_000) });
        if (attempt.pullRequest !== null) this.hold('pull_request_opened', { ...attempt.pullRequest });
        return true;
      }
      attempt.failure = result;
      attempt.failedStep = step;
      this.state.lastFailure = result;
      await this.tell('step_failed', { step, durationMs, failure: result });
      return false;
    };
  }

  private async recordOutcome(attempt: Attempt, startedAtMs: number): Promise<void> {
    const { costUsdMicros } = await records.recordAttempt({
      orderId: this.orderId,
      attempt: attempt.number,
      route: attempt.route,
      failure: attempt.failure,
      failedStep: attempt.failedStep,
      commit: attempt.edit?.commit ?? null,
      diffStat: attempt.edit?.diffStat ?? { files: 0, added: 0, removed: 0 },
      testTimeMs: attempt.verification?.testTimeMs ?? 0,
      executionTimeMs: Date.now() - startedAtMs,
      planned: attempt.planned,
    });
    this.state.costUsdMicros = costUsdMicros;
  }

  private async escalate(attempt: Attempt, failure: Failure): Promise<EscalationAnswer> {
    const { state, orderId } = this;
    const trigger = 'attempts_used_up';
    const options = fittingOptions({ hasChange: hasChange(attempt) });
    const question = { orderId, attempt: attempt.number, trigger, failure, options };
    // Its id is what closes it again, so a cancelled run waits for it.
    const { id } = await CancellationScope.nonCancellable(() => records.openEscalation(question));
    state.ask({ id, trigger, failure, options }, new Date().toISOString());
    const output = { trigger, failureClass: failure.failureClass };
    await this.decide(attempt, { type: 'escalation', reason: failure.context.message, output });
    const { failureClass, context } = failure;
    await this.tell('escalation_opened', { escalationId: id, trigger, failureClass, message: context.message });
    await condition(() => state.answer !== null);
    const answer = state.answer;
    if (answer === null) throw new Error('The wait for an answer ended without one');
    const resolvedBy = answer.resolvedBy ?? 'signal';
    const { option, guidance, note } = answer;
    const parameters = guidance === undefined ? {} : { guidance };
    const resolvedAt = new Date().toISOString();
    await records.closeEscalation({ id, option, parameters, note: note ?? null, resolvedBy, resolvedAt });
    state.resume();
    await this.tell('escalation_resolved', { escalationId: id, option, resolvedBy });
    return answer;
  }

  private async acceptAsIs(attempt: Attempt): Promise<Ending> {
    if (await publish(attempt, this.stepRunner(attempt))) {
      return { status: 'needs_review', reason: 'Published as a draft: a person accepted the change as it is.' };
    }
    return { status: 'failed', reason: `The change could not be published: ${attempt.failure?.context.message ?? ''}` };
  }

  private async decide(
    attempt: Attempt,
    { type, reason, output }: { type: 'retry' | 'escalation'; reason: string; output: object },
  ): Promise<void> {
    const { orderId } = this;
    const input = { failure: attempt.failure, step: attempt.failedStep };
    const agent = type === 'retry' ? 'person' : 'work order';
    await records.saveDecision({ orderId, attempt: attempt.number, type, agent, key: type, input, output, reason });
  }

  private async end(ending: Ending): Promise<void> {
    // What could not be removed now is removed by the sweep when a worker starts; the order ends all the same.
    await settling.settleWorkspaces({ orderId: this.orderId }).catch((error: unknown) => {
      log.warn('The workspaces of an ended order could not be removed', { orderId: this.orderId, error });
    });
    const open = this.state.escalation;
    if (open !== null) {
      const answered = { option: 'abort' as const, parameters: {}, note: ending.reason, resolvedBy: 'work order' };
      await records.closeEscalation({ id: open.id, ...answered, resolvedAt: new Date().toISOString() });
      this.state.escalation = null;
    }
    this.state.waitingFor = null;
    this.state.waitingSince = null;
    this.state.moveTo(ending.status);
    await this.tell('ended', { reason: ending.reason });
  }

  private hold(type: string, details: Record<string, unknown>): void {
    this.held.push(toEvent(this.orderId, this.state, { type, details }));
  }

  private async tell(type: string, details: Record<string, unknown> = {}): Promise<void> {
    this.hold(type, details);
    show(this.state, this.pullRequestNumber);
    // A cancelled run has told what it did until then: a short write that is begun is brought to its end.
    await CancellationScope.nonCancellable(() => mirror(this.held.splice(0)));
  }
}

function endingOf(attempt: Attempt): Ending {
  const unproven = attempt.verification?.proofs.filter(({ verdict }) => verdict !== 'proven') ?? [];
  if (unproven.length === 0)
    return { status: 'completed', reason: 'All gates are green and every criterion is proven.' };
  const ids = unproven.map(({ id }) => id).join(', ');
  return { status: 'needs_review', reason: `All gates are green, but nothing proved ${ids}.` };
}
