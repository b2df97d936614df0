import { condition, proxyActivities } from '@temporalio/workflow';

import type { RecordActivities } from '../activities/index.ts';
import { failureOfClass } from '../domain/failures/typed-failure.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import type { WaitReason } from '../domain/work-orders/work-order.ts';
import { recordOptions } from './activity-options.ts';
import { lookAgainAfterMs } from './look-again.ts';
import type { RunContext } from './run-context.ts';

const records = proxyActivities<RecordActivities>(recordOptions);

/**
 * Waits until everything that an order depends on is done.
 *
 * @returns null, or why it never will be
 */
export async function waitForDependencies(run: RunContext): Promise<Failure | null> {
  const { state, orderId } = run;
  let found = await records.readDependencies({ orderId });
  if (found.state === 'waiting') {
    await run.waitWhile('dependency', found.reason, async () => {
      for (let looks = 0; found.state === 'waiting'; looks += 1) {
        await condition(() => state.hasHeard('dependency'), lookAgainAfterMs(looks));
        state.forget('dependency');
        found = await records.readDependencies({ orderId });
      }
    });
  }
  if (found.state === 'ready') return null;
  await run.skip(found.reason, 'dependency', null);
  return failureOfClass('orchestration_error', 'dependency-failed', found.reason);
}

/** Waits for a place among the orders of the same repository and model. Costs one activity when there is one. */
export async function waitForSlot(run: RunContext, model: string): Promise<void> {
  const { state, orderId } = run;
  state.forget('slot');
  let answer = await records.takeSlot({ orderId, model });
  if (answer.granted) return;
  await run.waitWhile('slot', answer.reason, async () => {
    for (let looks = 0; !answer.granted; looks += 1) {
      await condition(() => state.hasHeard('slot'), lookAgainAfterMs(looks));
      state.forget('slot');
      answer = await records.takeSlot({ orderId, model });
    }
  });
}

/** Waits before a step whose provider was away is tried again: one minute first, doubled up to half an hour. */
const providerWaitsMax = 12;
/** A call that came to no end in its time may be billed each time. */
const slowProviderWaitsMax = 2;
/** Four a day once they have grown: the limit of a month may take weeks to become a new one. */
const budgetWaitsMax = 150;

const waitsOf: Record<string, { reason: WaitReason; waitsMax: number }> = {
  'typed:provider-unavailable': { reason: 'provider', waitsMax: providerWaitsMax },
  'typed:provider-rate-limited': { reason: 'provider', waitsMax: providerWaitsMax },
  'typed:provider-timeout': { reason: 'provider', waitsMax: slowProviderWaitsMax },
  'typed:provider-stream-broken': { reason: 'provider', waitsMax: slowProviderWaitsMax },
  'typed:budget-limit-reached': { reason: 'budget', waitsMax: budgetWaitsMax },
};

/**
 * Waits when a step failed for want of a provider or of money for all work, neither of which says anything of the work.
 * A person can end the wait with the message that tells a parked order to go on.
 *
 * @param waits how often this step was waited for
 * @returns whether the step is to be run again; false: it failed for another reason, or patience is at its end
 */
export async function waitForModels(run: RunContext, failure: Failure | null, waits: number): Promise<boolean> {
  const wait = waitsOf[failure?.rule ?? ''];
  if (failure === null || wait === undefined || waits >= wait.waitsMax) return false;
  const { state } = run;
  const forMs = wait.reason === 'budget' ? lookAgainAfterMs(waits) : Math.min(30, 2 ** waits) * 60_000;
  state.forget('go_on');
  await run.waitWhile(wait.reason, failure.context.message, async () => {
    await condition(() => state.hasHeard('go_on'), forMs);
  });
  return true;
}

/** Parks the run until somebody says that it can go on, or a named order is done. */
export async function waitUpstream(run: RunContext, upstream: { what: string; orderId: string | null }): Promise<void> {
  const { state } = run;
  const isDone = async () => upstream.orderId !== null && (await records.isOrderDone({ orderId: upstream.orderId }));
  state.forget('go_on');
  await run.waitWhile('upstream', `Parked until this has changed: ${upstream.what}`, async () => {
    for (let looks = 0; !(await isDone()); looks += 1) {
      const heard = () => state.hasHeard('go_on') || state.hasHeard('dependency');
      if (await condition(heard, lookAgainAfterMs(looks))) {
        state.forget('dependency');
        if (state.hasHeard('go_on')) return;
      }
    }
  });
}

/** Waits for the person who took the order over. */
export async function waitForPerson(run: RunContext, branch: string | null): Promise<void> {
  const { state } = run;
  const where = branch === null ? 'There is no branch yet.' : `The branch is ${branch}.`;
  state.forget('go_on');
  await run.waitWhile('person', `A person took the work order over. ${where}`, () =>
    condition(() => state.hasHeard('go_on')),
  );
}
