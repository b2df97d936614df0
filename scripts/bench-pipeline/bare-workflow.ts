import { condition, proxyActivities } from '@temporalio/workflow';

/** Activities that the real workflow schedules together; it goes on when the last of them has ended. */
export type BareGroup = readonly { name: string; taskQueue: string }[];

const queues = new Map<string, Record<string, () => Promise<void>>>();

/**
 * What Temporal alone costs: as many activities, in the same order and on the same queues as a work order, without
 * input, state, messages or search attributes.
 */
export async function bareOrder(groups: readonly BareGroup[]): Promise<void> {
  let running = 0;
  for (const group of groups) {
    let last: Promise<void> = Promise.resolve();
    for (const { name, taskQueue } of group) {
      running += 1;
      last = callActivity(name, taskQueue).finally(() => (running -= 1));
    }
    await last;
  }
  await condition(() => running === 0);
}

function callActivity(name: string, taskQueue: string): Promise<void> {
  let activities = queues.get(taskQueue);
  if (activities === undefined) {
    const retry = { maximumAttempts: 1 };
    activities = proxyActivities<Record<string, () => Promise<void>>>({ taskQueue, startToCloseTimeout: '1m', retry });
    queues.set(taskQueue, activities);
  }
  const call = activities[name];
  if (call === undefined) throw new Error(`There is no activity ${name}`);
  return call();
}
