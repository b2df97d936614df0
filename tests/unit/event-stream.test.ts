import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { EventFeed } from '../../api/streams/event-feed.ts';
import { createEventStream } from '../../api/streams/event-stream.ts';

const heartbeatMs = 15_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function follow(isStillAdmitted: () => Promise<boolean>) {
  let text = '';
  let unsubscribed = 0;
  const feed: EventFeed = { subscribe: () => () => (unsubscribed += 1), close: () => undefined };
  const stream = createEventStream(feed, { orderId: 'an order', after: 0, isStillAdmitted });
  stream.on('data', (piece: Buffer) => (text += piece.toString()));
  return { stream, text: () => text, unsubscribed: () => unsubscribed };
}

async function pass(beats: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(beats * heartbeatMs);
}

describe('a stream of events', () => {
  it('goes on as long as its reader is let in', async () => {
    const { stream, text } = follow(async () => true);
    await pass(3);
    expect(text().match(/: heartbeat/g)).toHaveLength(3);
    expect(stream.readableEnded).toBe(false);
  });

  it('ends at the next heartbeat after its token was revoked', async () => {
    let isAdmitted = true;
    const { stream, text, unsubscribed } = follow(async () => isAdmitted);
    await pass(1);
    isAdmitted = false;
    await pass(1);
    expect(text().match(/: heartbeat/g)).toHaveLength(1);
    expect(stream.readableEnded).toBe(true);
    expect(unsubscribed()).toBe(1);
  });

  it('outlasts a database that is away', async () => {
    const { stream, text } = follow(async () => Promise.reject(new Error('no connection')));
    await pass(2);
    expect(text().match(/: heartbeat/g)).toHaveLength(2);
    expect(stream.readableEnded).toBe(false);
  });
});
