import { setTimeout as sleep } from 'node:timers/promises';

import { notReachable, type Api, type WorkOrderEvent } from './api-client.ts';
import { CommandError, exitCodes } from './command-error.ts';

/** A restarting API is back within seconds; after this long it is not coming. */
const patienceMs = 30_000;
const retryMs = 1_000;

/** Longer than the heartbeat of the stream: a connection that is silent for so long is dead. */
const silenceMs = 40_000;

/**
 * The events of an order, past ones first, until the order has ended. A broken stream goes on where it broke.
 *
 * @throws CommandError exit code 4 when the API stays away for 30 seconds
 */
export async function* readEvents(api: Api, orderId: string): AsyncGenerator<WorkOrderEvent> {
  let sequence = 0;
  let lastContactMs = Date.now();
  for (;;) {
    try {
      for await (const event of openStream(api, orderId, sequence)) {
        sequence = event.sequence;
        lastContactMs = Date.now();
        yield event;
        if (event.type === 'ended') return;
      }
      if (await hasEnded(api, orderId, sequence)) return;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (Date.now() - lastContactMs > patienceMs) throw notReachable(error);
    }
    await sleep(retryMs);
  }
}

/** For a stream that ended without the last event: the run was stopped from outside, or the API was. */
async function hasEnded(api: Api, orderId: string, sequence: number): Promise<boolean> {
  const { data } = await api.client.GET('/api/v1/work-orders/{id}', { params: { path: { id: orderId } } });
  return data !== undefined && data.finishedAt !== null && data.lastEventSequence <= sequence;
}

async function* openStream(api: Api, orderId: string, after: number): AsyncGenerator<WorkOrderEvent> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const response = await fetch(`${api.url}/api/v1/work-orders/${orderId}/events`, {
      headers: { ...api.headers, accept: 'text/event-stream', 'last-event-id': String(after) },
      signal: silence.signal,
    });
    if (response.status === 401 || response.status === 403) {
      const message = 'The API does not let this account follow the order: `npx ratchet login` stores another token.';
      throw new CommandError(exitCodes.failed, message);
    }
    if (response.status === 404) throw new CommandError(exitCodes.failed, `There is no work order ${orderId}.`);
    if (!response.ok || response.body === null) throw new Error(`the stream was answered with ${response.status}`);
    for await (const message of toMessages(response.body, () => timer.refresh())) {
      if (message !== '') yield JSON.parse(message) as WorkOrderEvent;
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** The data of server-sent events, one text per event; comments and other fields are left out. */
async function* toMessages(body: AsyncIterable<Uint8Array>, onBytes: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const bytes of body) {
    onBytes();
    buffered += decoder.decode(bytes, { stream: true });
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop() ?? '';
    for (const block of blocks) yield readData(block);
  }
}

function readData(block: string): string {
  const lines = block.split('\n').filter((line) => line.startsWith('data:'));
  return lines.map((line) => line.slice('data:'.length).trimStart()).join('\n');
}
