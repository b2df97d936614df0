import { Agent, request } from 'undici';

import { quantile } from '../bench-gateway/quantile.ts';

/** One request that is sent again and again. */
export interface Target {
  url: string;
  method: 'GET' | 'PATCH';
  headers: Record<string, string>;
  /** Of each request; undefined: none. */
  body?: () => string;
}

export interface LoadResult {
  perSecond: number;
  p99Ms: number;
}

const agent = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 60_000 });

/**
 * Sends requests as fast as they are answered.
 *
 * @param amount how many, and how many of them at the same time
 * @throws when one is not answered with 200
 */
export async function load(
  targets: Target | readonly Target[],
  amount: { calls: number; atOnce: number },
): Promise<LoadResult> {
  const list: readonly Target[] = Array.isArray(targets) ? targets : [targets as Target];
  const times: number[] = [];
  let begun = 0;
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: amount.atOnce }, async () => {
      while (begun < amount.calls) {
        const target = list[begun % list.length];
        begun += 1;
        if (target !== undefined) times.push(await once(target));
      }
    }),
  );
  const perSecond = times.length / ((performance.now() - startedAtMs) / 1_000);
  return { perSecond, p99Ms: quantile(times, 0.99) };
}

async function once({ url, method, headers, body }: Target): Promise<number> {
  const startedAtMs = performance.now();
  const answer = await request(url, {
    method,
    dispatcher: agent,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: body() }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200)
    throw new Error(`${method} ${url} ${String(answer.statusCode)}: ${text.slice(0, 300)}`);
  return performance.now() - startedAtMs;
}
