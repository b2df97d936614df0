import { isFinal } from '../../domain/work-orders/work-order.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Database } from '../../prisma/client.ts';
import {
  readEventPositions,
  readEvents,
  type WorkOrderEventRecord,
} from '../../prisma/repositories/work-order-queries.ts';

/** How often the database is asked, however many streams are open. */
const pollIntervalMs = 250;

/** Somebody who follows the events of one order. */
export interface EventSubscriber {
  onEvent(event: WorkOrderEventRecord): void;
  /** Called once: the order has ended and every event was handed over, or the feed is closed. */
  onEnd(): void;
}

/** Hands new events to those who follow an order. One query per tick serves all of them. */
export interface EventFeed {
  /**
   * @param after events up to this sequence are known already
   * @returns stops following; safe to repeat
   */
  subscribe(orderId: string, after: number, subscriber: EventSubscriber): () => void;
  /** Ends every subscription. */
  close(): void;
}

interface Subscription extends EventSubscriber {
  orderId: string;
  sequence: number;
}

export function createEventFeed(database: Database, logger: Logger): EventFeed {
  const subscriptions = new Set<Subscription>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function end(subscription: Subscription): void {
    if (subscriptions.delete(subscription)) subscription.onEnd();
  }

  async function deliver(subscription: Subscription, position: { lastEventSequence: number; status: Status }) {
    if (position.lastEventSequence > subscription.sequence) {
      const events = await readEvents(database, subscription.orderId, subscription.sequence);
      for (const event of events) {
        if (!subscriptions.has(subscription)) return;
        subscription.sequence = event.sequence;
        subscription.onEvent(event);
      }
    }
    if (isFinal(position.status) && subscription.sequence >= position.lastEventSequence) end(subscription);
  }

  async function poll(): Promise<void> {
    const orderIds = [...new Set([...subscriptions].map(({ orderId }) => orderId))];
    const positions = await readEventPositions(database, orderIds);
    for (const position of positions) {
      const followers = [...subscriptions].filter(({ orderId }) => orderId === position.id);
      for (const subscription of followers) await deliver(subscription, position);
    }
  }

  async function tick(): Promise<void> {
    try {
      await poll();
    } catch (error) {
      // The streams stay open over a restart of the database: nothing is lost, each goes on from its sequence.
      logger.warn({ err: error }, 'the events could not be read, trying again');
    }
    schedule();
  }

  function schedule(delayMs = pollIntervalMs): void {
    clearTimeout(timer);
    timer = subscriptions.size === 0 || isClosed ? undefined : setTimeout(() => void tick(), delayMs);
  }

  return {
    subscribe(orderId, after, subscriber) {
      const subscription: Subscription = { ...subscriber, orderId, sequence: after };
      subscriptions.add(subscription);
      if (isClosed) end(subscription);
      else if (timer === undefined) schedule(0);
      return () => subscriptions.delete(subscription);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const subscription of subscriptions) end(subscription);
    },
  };
}

type Status = Awaited<ReturnType<typeof readEventPositions>>[number]['status'];
