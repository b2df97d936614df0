import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { addOrderFlags, readOrderRequest, toAbsolute, type OrderFlags } from '../../cli/order-request.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-cli-'));
  await writeFile(join(folder, 'description.md'), 'From a file.');
  await writeFile(join(folder, 'list.json'), '[]');
  await writeFile(
    join(folder, 'order.json'),
    JSON.stringify({
      repository: 'https://example.org/x.git',
      title: 'A',
      description: 'B',
      acceptanceCriteria: [{ text: 'C' }],
    }),
  );
});

afterAll(() => rm(folder, { recursive: true }));

async function request(...args: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addOrderFlags(command);
  command.parse(args, { from: 'user' });
  return readOrderRequest(command.opts<OrderFlags>());
}

const least = ['--repository', '/srv/x', '--title', 'T', '--description', 'D', '--criterion', 'works'];

describe('the flags of order create', () => {
  it('give each criterion the command that follows it', async () => {
    const { acceptanceCriteria } = await request(
      ...[...least.slice(0, 6), '--criterion', 'one :: npm test -- --grep "a :: b"', '--criterion', 'two'],
      ...['--criterion-command', 'npm run lint', '--criterion', 'three'],
    );
    expect(acceptanceCriteria).toEqual([
      { text: 'one', command: 'npm test -- --grep "a :: b"' },
      { text: 'two', command: 'npm run lint' },
      { text: 'three' },
    ]);
  });

  it('do not remember the criteria of an earlier call', async () => {
    await request(...least);
    expect((await request(...least)).acceptanceCriteria).toHaveLength(1);
  });

  it('leave what was not given to the defaults of the API', async () => {
    expect(Object.keys(await request(...least)).sort()).toEqual([
      'acceptanceCriteria',
      'description',
      'repository',
      'title',
    ]);
  });

  it('pass numbers, files and choices on', async () => {
    const given = await request(
      ...least,
      '--file',
      'a',
      '--file',
      'b',
      '--priority',
      '1',
      '--cost-cap',
      '0.5',
      '--risk',
      'high',
    );
    expect(given).toMatchObject({ filesInScope: ['a', 'b'], priority: 1, costCapUsd: 0.5, risk: 'high' });
  });

  it('pass on what it depends on, hard and soft, however often the flag is given', async () => {
    const soft = ['--depends-softly-on', '7'];
    const { dependsOn } = await request(...least, '--depends-on', '3, #5', '--depends-on', '9', ...soft);
    expect(dependsOn).toEqual([
      ...['3', '5', '9'].map((workOrder) => ({ workOrder, kind: 'hard' })),
      { workOrder: '7', kind: 'soft' },
    ]);
    await expect(request('--depends-on', '3,,5')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  it('read the description from a file, and a whole order from JSON whose parts flags replace', async () => {
    const title = ['--json-file', join(folder, 'order.json'), '--title', 'Mine'];
    const given = await request(...title, '--description-file', join(folder, 'description.md'));
    expect(given).toMatchObject({
      title: 'Mine',
      description: 'From a file.',
      repository: 'https://example.org/x.git',
    });
  });

  it.each([
    ['nothing', [], /give --repository, --title, --description, --criterion/],
    ['a file that is not there', ['--json-file', '/nowhere.json'], /can't be read/],
    ['a list', ['--json-file', 'list.json'], /one JSON object/],
    ['a text that is no JSON', ['--json-file', 'description.md'], /does not hold JSON/],
  ])('refuse %s as wrong usage', async (_what, args, message) => {
    const paths = args.map((arg) => (/^\w.*\.(json|md)$/.test(arg) ? join(folder, arg) : arg));
    await expect(request(...paths)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  });

  it('refuse a priority that is no number, and a command without its criterion', async () => {
    await expect(request('--priority', 'high')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
    await expect(request('--criterion-command', 'x')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});

describe('the location of a repository', () => {
  it.each(['https://example.org/x.git', 'ssh://git@example.org/x', 'git@example.org:team/x.git', '/srv/x'])(
    '%s stays as it is',
    (location) => {
      expect(toAbsolute(location)).toBe(location);
    },
  );

  it('becomes absolute when it is a path, because the API stands elsewhere', () => {
    expect(toAbsolute('../x')).toBe(join(process.cwd(), '..', 'x'));
  });
});
