import { formatUsdMicros } from '../domain/budget/money.ts';
import { parseAnswer, type EscalationAnswer } from '../domain/escalations/answer.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import { asPlainMarkdown } from '../domain/text/markdown.ts';
import {
  canTransition,
  isFinal,
  type PauseScope,
  type Step,
  type WaitReason,
  type WorkOrderStatus,
} from '../domain/work-orders/work-order.ts';
import type { LiveState } from './contract.ts';

/** Why an answer to an escalation was not taken. */
export interface Refusal {
  code: 'escalation-closed' | 'option-not-offered';
  message: string;
}

/**
 * The state of one run, and the rules for changing it. Knows nothing of Temporal: the workflow wires it to messages
 * and activities.
 */
export class RunState {
  status: WorkOrderStatus = 'queued';
  step: Step | null = null;
  attempt = 0;
  model: string | null = null;
  waitingFor: WaitReason | null = null;
  waitingSince: string | null = null;
  escalation: LiveState['escalation'] = null;
  lastFailure: Failure | null = null;
  costUsdMicros = 0;
  /** Number of the last event; the mirror drops what it has seen. */
  sequence = 0;
  answer: EscalationAnswer | null = null;
  /** Who holds the run: a person for this order, or a stop of everything. Both must let go. */
  private readonly holds = new Set<PauseScope>();
  /** Messages that came and that nobody has looked at yet. */
  private readonly heard = new Set<'slot' | 'dependency' | 'go_on'>();

  /** @throws when the life of a work order has no such step: a defect of the workflow, never an outside cause */
  moveTo(status: WorkOrderStatus): void {
    if (!canTransition(this.status, status)) throw new Error(`A work order cannot go from ${this.status} to ${status}`);
    this.status = status;
    if (isFinal(status)) this.step = null;
  }

  nextSequence(): number {
    this.sequence += 1;
    return this.sequence;
  }

  get isPaused(): boolean {
    return this.holds.size > 0;
  }

  pause(scope: unknown): void {
    this.holds.add(scope === 'all' ? 'all' : 'order');
  }

  unpause(scope: unknown): void {
    this.holds.delete(scope === 'all' ? 'all' : 'order');
  }

  /** Who holds the run, as a sentence for a person. */
  describePause(): string {
    return this.holds.has('all') ? 'All work is stopped.' : 'A person paused this work order.';
  }

  isHeldByAll(): boolean {
    return this.holds.has('all');
  }

  hear(message: 'slot' | 'dependency' | 'go_on'): void {
    this.heard.add(message);
  }

  hasHeard(message: 'slot' | 'dependency' | 'go_on'): boolean {
    return this.heard.has(message);
  }

  forget(message: 'slot' | 'dependency' | 'go_on'): void {
    this.heard.delete(message);
  }

  /** Stops to wait for something. @param at ISO 8601 */
  waitFor(reason: WaitReason, at: string): void {
    this.moveTo('waiting');
    this.waitingFor = reason;
    this.waitingSince = at;
  }

  ask(escalation: NonNullable<LiveState['escalation']>, at: string): void {
    this.escalation = escalation;
    this.answer = null;
    this.waitFor('escalation', at);
  }

  /** Why an answer can't be taken now, or null when it can. Changes nothing; takes whatever a hand may have typed. */
  refuse(value: unknown): Refusal | null {
    const { escalation } = this;
    if (escalation === null || this.answer !== null) {
      return { code: 'escalation-closed', message: 'No escalation of this work order waits for an answer.' };
    }
    const offered = escalation.options.map(({ option }) => option).join(', ');
    const answer = parseAnswer(value);
    if (typeof answer === 'string') return { code: 'option-not-offered', message: `${answer} Offered: ${offered}.` };
    if (answer.escalationId !== undefined && answer.escalationId !== escalation.id) {
      return { code: 'escalation-closed', message: 'This escalation has been answered before.' };
    }
    if (escalation.options.some(({ option }) => option === answer.option)) return null;
    return { code: 'option-not-offered', message: `"${answer.option}" was not offered. Offered: ${offered}.` };
  }

  /** Takes an answer when it can be taken now. Never throws: a signal that can't be used is left aside. */
  take(value: unknown): void {
    const answer = parseAnswer(value);
    if (this.refuse(value) === null && typeof answer !== 'string') this.answer = answer;
  }

  /** Goes on after a wait. */
  resume(): void {
    this.moveTo('running');
    this.escalation = null;
    this.waitingFor = null;
    this.waitingSince = null;
  }

  live(): LiveState {
    const { status, step, attempt, model, waitingFor, waitingSince, escalation, lastFailure, costUsdMicros } = this;
    const paused = this.isPaused;
    return { status, step, attempt, model, waitingFor, waitingSince, paused, escalation, lastFailure, costUsdMicros };
  }

  /** What Temporal's own UI shows of the run, as Markdown. */
  describe(pullRequestNumber: number | null): string {
    const { escalation, lastFailure, waitingFor } = this;
    const lines = [
      `**Status:** ${this.status}${this.step === null ? '' : `, step ${this.step}`}, attempt ${this.attempt}`,
      ...(waitingFor === null ? [] : [`**Waits for:** ${waitingFor}`]),
      ...(this.isPaused ? [`**Paused:** ${this.describePause()}`] : []),
      ...(this.model === null ? [] : [`**Model:** ${this.model}`]),
      `**Cost so far:** ${formatUsdMicros(this.costUsdMicros)}`,
      ...(pullRequestNumber === null ? [] : [`**Pull request:** ${pullRequestNumber}`]),
      ...(lastFailure === null
        ? []
        : [`**Last failure:** ${lastFailure.failureClass}: ${asPlainMarkdown(lastFailure.context.message, 300)}`]),
    ];
    if (escalation !== null && this.answer === null) lines.push(...describeQuestion(escalation));
    return lines.join('\n\n');
  }
}

function describeQuestion({ options, recommendation }: NonNullable<LiveState['escalation']>): string[] {
  const advice = recommendation === null ? [] : [`Recommended: ${recommendation.option}. ${recommendation.reason}`];
  return [
    '**Waits for a person.** Answer with the signal `resolveEscalation` and one of these as its input:',
    ...options.map(({ option, effect }) => `- \`${exampleAnswer(option)}\`: ${effect}`),
    ...advice,
  ];
}

function exampleAnswer(option: string): string {
  return JSON.stringify(option === 'raise_budget' ? { option, costCapUsd: 10 } : { option });
}
