import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createApi } from '../../cli/api-client.ts';
import type { CommandContext } from '../../cli/context.ts';
import { runProgram } from '../../cli/program.ts';
import { createOutput } from '../../cli/terminal.ts';

const escalation = {
  id: 'e1a9c103-0000-4000-8000-000000000000',
  workOrderId: 'f2a9c103-0000-4000-8000-000000000000',
  workOrderNumber: 3,
  failureClass: 'budget_exceeded',
  message: 'The cap is\nreached.',
  excerpt: '',
  state: 'open',
  createdAt: '2026-11-21T06:00:00.000Z',
  costCapUsdMicros: 5_000_000,
  options: [
    {
      option: 'raise_budget',
      effect: 'A new cap.',
      expectedCostUsdMicros: 23_500,
      probability: 0.85,
      advantages: ['Nothing is lost.'],
      disadvantages: ['It costs more.'],
    },
    {
      option: 'abort',
      effect: 'The order ends.',
      expectedCostUsdMicros: null,
      probability: null,
      advantages: [],
      disadvantages: [],
    },
  ],
  recommendation: { option: 'raise_budget', confidence: 0.425, reason: 'The lowest expected cost.' },
};

const order = {
  id: escalation.workOrderId,
  number: 3,
  title: 'Round prices',
  status: 'waiting',
  waitingFor: 'person',
  lastEventSequence: 4,
  openEscalationId: escalation.id,
  workflowId: 'work-order/f2',
  dependsOn: [
    { workOrderId: 'a', number: 5, kind: 'hard', status: 'running' },
    { workOrderId: 'b', number: 7, kind: 'soft', status: 'failed' },
  ],
};

const waiting = (sequence: number, waitingFor: string) => ({
  sequence,
  type: 'waiting',
  at: '2026-11-21T06:00:00.000Z',
  payload: { waitingFor, reason: 'The branch is ratchet/f2-round-prices.' },
});

/** What a server of the API answers to each request of these tests. */
const answers: Record<string, unknown> = {
  'GET /api/v1/escalations': { items: [escalation], nextCursor: 'next', total: null },
  [`GET /api/v1/escalations/${escalation.id}`]: escalation,
  [`POST /api/v1/escalations/${escalation.id}/resolve`]: { option: 'raise_budget', workOrderId: order.id },
  'GET /api/v1/work-orders/3': order,
  [`GET /api/v1/work-orders/${order.id}`]: order,
  'PUT /api/v1/work-orders/3/dependencies': order,
  'POST /api/v1/stop-all': { stopped: true, told: 2 },
  'DELETE /api/v1/stop-all': { stopped: false, told: 1 },
  ...Object.fromEntries(
    ['pause', 'resume', 'continue'].map((what) => [`POST /api/v1/work-orders/3/${what}`, { accepted: true }]),
  ),
};

let server: Server;
let requests: { call: string; body: unknown }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    void readText(request).then((body) => {
      const call = `${request.method} ${request.url?.split('?')[0]}`;
      requests.push({ call: `${request.method} ${request.url}`, body: body === '' ? null : JSON.parse(body) });
      if (call.endsWith('/events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const events = [waiting(2, 'person'), waiting(3, 'slot'), waiting(4, 'person')];
        response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
        return;
      }
      response.writeHead(call in answers ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answers[call] ?? { detail: `Nothing answers ${call}.`, code: 'not-found' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  requests = [];
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

async function run(...args: string[]) {
  const written: string[] = [];
  const errors: string[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context: CommandContext = {
    root: '/nowhere',
    output: createOutput({ write: (text) => written.push(text) }),
    exitCode: 0,
    api: () => createApi(url),
    temporalCommand: () => ({ program: 'temporal', address: '127.0.0.1:7233' }),
    exampleRepository: () => '/nowhere',
  };
  const exitCode = await runProgram(context, args, (text) => errors.push(text));
  return { exitCode, text: written.join(''), errors: errors.join('') };
}

describe('resolve', () => {
  it('without an option shows what is offered and how to answer, answers nothing and says that a person is needed', async () => {
    const { exitCode, text } = await run('resolve', '3');
    expect(exitCode).toBe(3);
    expect(text).toContain('The cap is reached.');
    expect(text).toContain('Recommended: raise_budget (confidence 43 %)\n  The lowest expected cost.');
    expect(text).toContain('  npx ratchet resolve 3 --option raise_budget --cost-cap 10\n    A new cap.\n');
    expect(text).toContain('Expected cost $0.0235, 85 % likely to work.\n    + Nothing is lost.\n    - It costs more.');
    expect(text).toContain('  npx ratchet resolve 3 --option abort\n    The order ends.\n');
    expect(requests.filter(({ call }) => !call.startsWith('GET'))).toEqual([]);
  });

  it('hands everything that was given to the API', async () => {
    const words = ['--guidance', 'G', '--model', 'M', '--cost-cap', '8', '--upstream', 'U', '--upstream-order', '7'];
    const { exitCode } = await run('resolve', '3', '--option', 'raise_budget', ...words, '--note', 'N');
    expect(exitCode).toBe(0);
    const given = { guidance: 'G', model: 'M', costCapUsd: 8, upstream: 'U', upstreamOrder: '7', note: 'N' };
    expect(requests.at(-1)?.body).toEqual({ option: 'raise_budget', ...given });
  });

  it('still takes the option without its flag', async () => {
    await run('resolve', escalation.id, 'raise_budget');
    expect(requests.at(-1)?.body).toEqual({ option: 'raise_budget' });
  });

  it.each([
    [['resolve', '3', '--guidance', 'G'], /Give the --option/],
    [['resolve', '3', 'abort', '--option', 'raise_budget'], /Give one option/],
    [['resolve', '3', '--option', 'raise_budget', '--cost-cap', 'much'], /must be a number/],
  ])('refuses %j as wrong usage and asks nobody', async (args, message) => {
    const { exitCode, errors } = await run(...args);
    expect([exitCode, requests]).toEqual([2, []]);
    expect(errors).toMatch(message);
  });
});

describe('escalations', () => {
  it('shows what is recommended, and of every option its cost and how likely it works', async () => {
    const { text } = await run('escalations');
    expect(text).toMatch(/^#3 +open +budget_exceeded .*The cap is reached\.$/m);
    expect(text).toMatch(/^ {4}raise_budget +\$0\.0235 +85 % +recommended, confidence 43 %$/m);
    expect(text).toMatch(/^ {4}abort +- +-$/m);
  });

  it('names the next page, and reads it when it is named', async () => {
    expect((await run('escalations')).text).toContain('More: --cursor next\n');
    await run('escalations', '--limit', '5', '--cursor', 'next', '--all');
    expect(requests.at(-1)?.call).toBe('GET /api/v1/escalations?limit=5&cursor=next');
  });
});

describe('an order', () => {
  it.each([
    ['pause', 'npx ratchet order resume 3'],
    ['resume', 'npx ratchet order watch 3'],
    ['continue', 'npx ratchet order watch 3'],
  ])('can be asked to %s', async (what, hint) => {
    const { exitCode, text } = await run('order', what, '3');
    expect([exitCode, requests]).toEqual([0, [{ call: `POST /api/v1/work-orders/3/${what}`, body: null }]]);
    expect(text).toContain(hint);
  });

  it('is given what it depends on, by number, hard and soft', async () => {
    const { text } = await run('order', 'depends', '3', '--on', '5,#6', '--softly-on', '7');
    expect(requests.at(-1)?.body).toEqual({
      dependsOn: [
        { workOrder: '5', kind: 'hard' },
        { workOrder: '6', kind: 'hard' },
        { workOrder: '7', kind: 'soft' },
      ],
    });
    expect(text).toBe('Work order #3 depends on #5 (hard, running), #7 (soft, failed).\n');
  });

  it('shows what it depends on and changes nothing when no other is named; --nothing removes all', async () => {
    await run('order', 'depends', '3');
    expect(requests.map(({ call }) => call)).toEqual(['GET /api/v1/work-orders/3']);
    await run('order', 'depends', '3', '--nothing');
    expect(requests.at(-1)).toEqual({ call: 'PUT /api/v1/work-orders/3/dependencies', body: { dependsOn: [] } });
    expect((await run('order', 'depends', '3', '--nothing', '--on', '5')).exitCode).toBe(2);
  });
});

describe('watch', () => {
  it('ends with exit code 3 at a wait that only a person ends, and not at one that is over', async () => {
    const { exitCode, text } = await run('order', 'watch', '3');
    expect(exitCode).toBe(3);
    expect(text.match(/It waits for the person who took it over/g)).toHaveLength(2);
    expect(text).toMatch(/It waits for a free place[^]*The branch is [^\n]*\n[^\n]*npx ratchet order continue 3\n$/);
    expect(text.match(/order continue/g)).toHaveLength(1);
  });
});

describe('a stop of all work', () => {
  it('is asked for with its reason, and ended', async () => {
    expect((await run('stop-all', '--reason', 'The bill')).text).toMatch(/2 runs were told.*\n.*npx ratchet go-on/);
    expect(requests.at(-1)).toEqual({ call: 'POST /api/v1/stop-all', body: { reason: 'The bill' } });
    expect((await run('go-on')).text).toContain('1 run was told');
    expect(requests.at(-1)?.call).toBe('DELETE /api/v1/stop-all');
  });
});
