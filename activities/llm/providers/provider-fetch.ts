import { AsyncLocalStorage } from 'node:async_hooks';

import { postToProvider, type WireOptions } from './provider-wire.ts';

const wire = new AsyncLocalStorage<WireOptions>();

/** Runs one try; what it sends through `providerFetch` has these limits and leaves its traces in the report. */
export function onWire<Result>(options: WireOptions, run: () => Promise<Result>): Promise<Result> {
  return wire.run(options, run);
}

/**
 * A `fetch` for models that are made once and used for many tries: limits for each phase and for the size of the answer
 * come from `onWire`. Leaner than the built-in one, which costs as much as all the rest of a call.
 */
export async function providerFetch(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> {
  const options = wire.getStore();
  if (options === undefined) throw new Error('A provider is asked outside of a try.');
  const url = String(input instanceof Request ? input.url : input);
  const body = typeof init.body === 'string' ? init.body : '';
  const answer = await postToProvider(
    { url, headers: toHeaders(init.headers), body, signal: init.signal ?? null },
    options,
  );
  const { status, headers } = answer;
  const isStream = status < 300 && (headers['content-type'] ?? '').includes('event-stream');
  const content = isStream ? ReadableStream.from(answer.chunks) : await answer.text();
  // These three may have no body.
  const isEmpty = [204, 205, 304].includes(status);
  return new Response(isEmpty ? null : content, { status, headers });
}

function toHeaders(headers: RequestInit['headers']): Record<string, string> {
  const isPlain = headers !== undefined && !(headers instanceof Headers) && !Array.isArray(headers);
  return isPlain ? (headers as Record<string, string>) : Object.fromEntries(new Headers(headers));
}
