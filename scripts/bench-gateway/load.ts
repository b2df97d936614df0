/**
 * Sends chat completions as fast as they are answered, in a process of its own, so that its work is not counted as the
 * server's. Takes a job as the body of a request to the port of its argument, and answers with what it measured.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

import { Agent, request } from 'undici';

import type { LoadJob, LoadResult } from './load-job.ts';
import { quantile } from './quantile.ts';

// Shorter than the 5 s after which servers close what is idle: a call never meets a connection that is being closed.
const agent = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 3_000 });
const filler = 'What is to be done stands here, in words that nobody reads. '.repeat(30);

async function once({ url, token, isStream }: LoadJob): Promise<{ totalMs: number; firstByteMs: number }> {
  const startedAtMs = performance.now();
  const { statusCode, body } = await request(`${url}/chat/completions`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      model: 'gpt-5.6',
      // A prompt of its own for every call: a repeated one would be answered from the store.
      messages: [{ role: 'user', content: `${randomUUID()} ${filler}` }],
      max_tokens: 100,
      stream: isStream,
    }),
  });
  let firstByteMs = 0;
  let text = '';
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (firstByteMs === 0) firstByteMs = performance.now() - startedAtMs;
    text += chunk.toString('utf8');
  }
  if (statusCode !== 200 || !text.includes('word19')) throw new Error(`${statusCode}: ${text.slice(0, 300)}`);
  return { totalMs: performance.now() - startedAtMs, firstByteMs };
}

async function run(job: LoadJob): Promise<LoadResult> {
  const totals: number[] = [];
  const firstBytes: number[] = [];
  let begun = 0;
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: job.atOnce }, async () => {
      while (begun < job.calls) {
        begun += 1;
        const { totalMs, firstByteMs } = await once(job);
        totals.push(totalMs);
        firstBytes.push(firstByteMs);
      }
    }),
  );
  const seconds = (performance.now() - startedAtMs) / 1_000;
  return {
    callsPerSecond: totals.length / seconds,
    p50Ms: quantile(totals, 0.5),
    p99Ms: quantile(totals, 0.99),
    firstByteP50Ms: quantile(firstBytes, 0.5),
  };
}

async function readJob(message: IncomingMessage): Promise<LoadJob> {
  let text = '';
  for await (const chunk of message as AsyncIterable<Buffer>) text += chunk.toString('utf8');
  return JSON.parse(text) as LoadJob;
}

createServer((message, response) => {
  if (message.method === 'GET') {
    response.end('ready');
    return;
  }
  readJob(message)
    .then(run)
    .then(
      (result) => response.end(JSON.stringify(result)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
}).listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
