import { CancellationScope, condition, proxyActivities } from '@temporalio/workflow';

import type { RecordActivities } from '../activities/index.ts';
import type { Step, WaitReason } from '../domain/work-orders/work-order.ts';
import { recordOptions } from './activity-options.ts';
import { lookAgainAfterMs } from './look-again.ts';
import { mirror, show, toEvent, type RunEvent } from './progress.ts';
import { RunState } from './run-state.ts';

const records = proxyActivities<RecordActivities>(recordOptions);

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

  /** Mirrors what was held, and this, and shows the state in Temporal's UI. */
  async tell(type: string, details: Record<string, unknown> = {}): Promise<void> {
    this.hold(type, details);
    show(this.state, this.pullRequestNumber);
    // A cancelled run has told what it did until then: a short write that is begun is brought to its end.
    await CancellationScope.nonCancellable(() => mirror(this.held.splice(0)));
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
