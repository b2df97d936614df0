import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createApi } from '../../cli/api-client.ts';
import { addFlagCommands } from '../../cli/commands/flags.ts';
import type { CommandContext } from '../../cli/context.ts';
import { createOutput } from '../../cli/terminal.ts';

const flag = {
  ...{ name: 'FURTHER_REPAIRS', description: 'More than one repair. Off: one.', isEnabled: false },
  ...{ isEnabledByDefault: true, owner: 'operator', risk: 'low', phase: 2, needs: ['GATE_REPAIRS'] },
  ...{ removalDate: '2001-02-03', changedBy: 'flag watch', changedAt: '2026-11-21T06:00:00.000Z' },
  ...{ reason: '6 of 100 runs\u001b[31m failed.', runs: 100, errors: 6 },
};
const list = { flags: [flag], windowMinutes: 30 };
const refusal = { title: 'Refused', status: 409, code: 'flag-order', detail: 'It needs GATE_REPAIRS.' };

let server: Server;
let requests: { call: string; body: unknown }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    void readText(request).then((body) => {
      requests.push({ call: `${request.method} ${request.url}`, body: body === '' ? null : JSON.parse(body) });
      const isRefused = request.url?.endsWith('/REFUSED') === true;
      response.writeHead(isRefused ? 409 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isRefused ? refusal : request.method === 'GET' ? list : flag));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  requests = [];
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

async function run(...args: string[]): Promise<string> {
  const written: string[] = [];
  const context: CommandContext = {
    root: '/nowhere',
    output: createOutput({ write: (text) => written.push(text) }),
    exitCode: 0,
    api: () => createApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    temporalCommand: () => ({ program: 'temporal', address: '127.0.0.1:7233' }),
    exampleRepository: () => '/nowhere',
  };
  const program = new Command('ratchet').exitOverride().configureOutput({ writeErr: () => undefined });
  addFlagCommands(program, context);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await program.parseAsync(args, { from: 'user' });
  return written.join('');
}

describe('flags', () => {
  it('shows the value, the default, what it needs, its errors, and who turned it and why', async () => {
    const text = await run('flags');
    expect(text).toMatch(
      /^FURTHER_REPAIRS +off +on +low +operator +2 +GATE_REPAIRS +6 of 100 +20\d\d-\S+ \S+ +flag watch +2001-02-03$/m,
    );
    expect(text).toContain('Turned because: 6 of 100 runs failed.');
    expect(text).toContain('FURTHER_REPAIRS should have been removed by 2001-02-03.');
  });

  it('prints what the API said with --json', async () => {
    expect(JSON.parse(await run('flags', '--json'))).toEqual(list);
  });
});

describe('flag', () => {
  it.each([
    ['on', true],
    ['off', false],
  ])('%s sends the value and the reason', async (word, isEnabled) => {
    const text = await run('flag', word, 'further_repairs', '--because', 'It costs too much.');
    expect(requests).toEqual([
      { call: 'PUT /api/v1/flags/FURTHER_REPAIRS', body: { isEnabled, reason: 'It costs too much.' } },
    ]);
    // What the API says counts, not what was wished for.
    expect(text).toBe('FURTHER_REPAIRS is off. Every process follows within 5 s.\n');
  });

  it('asks nobody without a reason, and fails with the sentence of a refusal', async () => {
    await expect(run('flag', 'off', 'FURTHER_REPAIRS')).rejects.toThrow(/--because/);
    expect(requests).toEqual([]);
    await expect(run('flag', 'on', 'REFUSED', '--because', 'Why not.')).rejects.toMatchObject({
      ...{ message: 'It needs GATE_REPAIRS.', exitCode: 1 },
    });
  });
});
