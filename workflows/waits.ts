import { condition, proxyActivities } from '@temporalio/workflow';

import type { RecordActivities } from '../activities/index.ts';
import { failureOfClass } from '../domain/failures/typed-failure.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
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
