import { CancellationScope, condition, patched, proxyActivities } from '@temporalio/workflow';

import type { RecordActivities } from '../activities/index.ts';
import type { Step, WaitReason } from '../domain/work-orders/work-order.ts';
import { recordOptions } from './activity-options.ts';
import { lookAgainAfterMs } from './look-again.ts';
import { mirror, show, toEvent, type RunEvent } from './progress.ts';
import { RunState } from './run-state.ts';

const records = proxyActivities<RecordActivities>(recordOptions);

/** Runs that began before this was so have it the other way in their history. */
const besideTheStep = 'step-started-is-told-beside-the-step';

/** One run: its state, and the way in which it tells what happens. */
export class RunContext {
  readonly state = new RunState();
  readonly orderId: string;
  pullRequestNumber: number | null = null;
  /** Events that the next message to the mirror takes along: a step's end and the next one's beginning are one write. */
  private readonly held: RunEvent[] = [];
  /** Counts the decisions of one kind, so that each has a key of its own. */
  private decisions = 0;
  private questions = 0;
  /** The last message to the mirror: each waits for the one before it, so that what it shows never goes back. */
  private telling: Promise<void> = Promise.resolve();
  private untold = 0;

  constructor(orderId: string) {
    this.orderId = orderId;
  }

  /** Number of the next question to a person; each has its own record. */
  countQuestion(): number {
    this.questions += 1;
    return this.questions;
  }

  /** Notes an event for the next `tell`. */
  hold(type: string, details: Record<string, unknown>): void {
    this.held.push(toEvent(this.orderId, this.state, { type, details }));
  }

  /** Shows the state in Temporal's UI and begins to mirror what was held, and this. `told` says when that is done. */
  announce(type: string, details: Record<string, unknown> = {}): void {
    this.hold(type, details);
    show(this.state, this.pullRequestNumber);
    const events = this.held.splice(0);
    const before = this.telling.catch(() => undefined);
    // A cancelled run has told what it did until then: a short write that is begun is brought to its end.
    this.untold += 1;
    this.telling = before
      .then(() => CancellationScope.nonCancellable(() => mirror(events)))
      .finally(() => (this.untold -= 1));
    // Whoever waits for it hears of its failure. Until then it is nobody's.
    this.telling.catch(() => undefined);
  }

  /** Whether all that was announced is mirrored. Not for long while the database is there. */
  hasTold(): boolean {
    return this.untold === 0;
  }

  /** Returns when all that was announced is mirrored. @throws when the last of it can't be */
  told(): Promise<void> {
    return this.telling;
  }

  /** Tells that a step begins. The step does not wait for the record of it: both are made side by side. */
  async tellStepStarted(step: Step): Promise<void> {
    if (patched(besideTheStep)) this.announce('step_started', { step });
    else await this.tell('step_started', { step });
  }

  /** Announces, and waits until it is mirrored. */
  async tell(type: string, details: Record<string, unknown> = {}): Promise<void> {
    this.announce(type, details);
    await this.told();
  }

  /** Writes that something is not done now, and why. */
  async skip(reason: string, waitsFor: WaitReason, step: Step | null): Promise<void> {
    this.decisions += 1;
    await records.saveDecision({
      orderId: this.orderId,
      attempt: this.state.attempt === 0 ? null : this.state.attempt,
      type: 'skip',
      agent: 'work order',
      key: `skip-${this.decisions}`,
      input: { step },
      output: { waitsFor },
      reason,
    });
  }

  /** Stops, tells why, and goes on once `until` comes to its end. */
  async waitWhile(reason: WaitReason, why: string, until: () => Promise<void>): Promise<void> {
    const { state } = this;
    state.waitFor(reason, new Date().toISOString());
    await this.skip(why, reason, state.step);
    await this.tell('waiting', { reason: why });
    await until();
    state.resume();
    await this.tell('resumed', { waitedFor: reason });
  }

  /** Returns at once unless the run is paused; then, when nobody holds it any more. */
  async whileNotPaused(): Promise<void> {
    const { state } = this;
    while (state.isPaused) {
      await this.waitWhile('paused', state.describePause(), () => this.untilReleased());
    }
  }

  private async untilReleased(): Promise<void> {
    const { state } = this;
    for (let looks = 0; ; looks += 1) {
      if (await condition(() => !state.isPaused, lookAgainAfterMs(looks))) return;
      if (state.isHeldByAll() && !(await records.isAllStopped())) state.unpause('all');
    }
  }
}
