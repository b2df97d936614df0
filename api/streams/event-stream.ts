import { PassThrough, type Readable } from 'node:stream';

import type { WorkOrderEventRecord } from '../../prisma/repositories/work-order-queries.ts';
import type { EventFeed } from './event-feed.ts';

/** Shorter than the time after which proxies and browsers give an idle connection up. Whoever may no longer follow is cut off then. */
const heartbeatMs = 15_000;

/** A client that reads nothing while this much waits for it is cut off; it comes back with Last-Event-ID. */
const waitingBytesMax = 1_000_000;

/** What is followed, and by whom. */
export interface Following {
  orderId: string;
  /** The sequence of the last event that is known. */
  after: number;
  /** Whether the reader would still be let in; what it throws changes nothing. */
  isStillAdmitted: () => Promise<boolean>;
}

/**
 * The events of an order in the format of server-sent events, until the order has ended, the reader is gone or may not
 * follow any more.
 */
export function createEventStream(feed: EventFeed, { orderId, after, isStillAdmitted }: Following): Readable {
  const stream = new PassThrough();
  // Written at once, so that the client sees an open stream before the first event.
  stream.write('retry: 1000\n\n');
  const beat = async () => {
    // While the database is away nobody is cut off: no event comes from there either.
    const isAdmitted = await isStillAdmitted().catch(() => true);
    if (!isAdmitted) stream.end();
    else if (!stream.writableEnded) stream.write(': heartbeat\n\n');
  };
  const heartbeat = setInterval(() => void beat(), heartbeatMs);
  const unsubscribe = feed.subscribe(orderId, after, {
    onEvent: (event) => {
      if (stream.writableEnded) return;
      stream.write(toServerSentEvent(event));
      if (stream.writableLength > waitingBytesMax) stream.destroy();
    },
    onEnd: () => stream.end(),
  });
  stream.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
  return stream;
}

/** Whether a client asks for a stream and not for a list. */
export function acceptsStream(accept: unknown): boolean {
  return typeof accept === 'string' && accept.toLowerCase().includes('text/event-stream');
}

/** The type is in the data, not in `event:`, so that a browser's one `onmessage` sees every type. */
function toServerSentEvent(event: WorkOrderEventRecord): string {
  return `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`;
}
