import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { cacheFolder } from '../../tools/cache.mjs';
import { stackEnvironment } from '../../tools/environment.mjs';
import { runGuarded } from '../../tools/guarded-process.mjs';
import { pathWithBundledNode } from '../../tools/node-runtime.mjs';
import { startBundledOrderProvider, type BundledOrderProvider } from '../support/bundled-order.ts';
import { createClone, type Clone, type CloneCommand, type CommandResult } from '../support/clone.ts';
import { providerEnvironment } from '../support/editing-provider.ts';
import { lightenExample } from '../support/light-example.ts';
import { git } from '../support/repositories.ts';
import { projectRoot } from '../support/stack-parts.ts';
import { openTerminal } from '../support/terminal.ts';
import { provideEditor, type TestEditor } from '../support/test-editor.ts';
import { patienceMs, waitFor } from '../support/wait-for.ts';

const ordersSchema = z.object({ items: z.array(z.looseObject({ number: z.number(), status: z.string() })) });
const pullRequestSchema = z.looseObject({ number: z.number(), headBranch: z.string(), forgeLocation: z.string() });
const pullRequestsSchema = z.object({ items: z.array(pullRequestSchema) });
const doctorSchema = z.array(z.looseObject({ part: z.string(), found: z.string(), state: z.string() }));

let portHolder: Server;
let takenPort: number;
let steady: Clone;
let steadyStart: CloneCommand;
let provider: BundledOrderProvider;
let stopped: Clone;

beforeAll(async () => {
  portHolder = createServer().listen(0, '127.0.0.1');
  takenPort = await waitFor('port', async () => {
    const address = portHolder.address();
    return typeof address === 'object' ? address?.port : undefined;
  });
  provider = await startBundledOrderProvider();
  steady = await createClone({ additions: { RATCHET_API_PORT: String(takenPort) } });
  stopped = await createClone({ additions: providerEnvironment(provider) });
  await lightenExample(join(stopped.folder, 'examples/text-kit'));
  await editWith('aider');
});
afterAll(async () => {
  await Promise.all([steady.remove(), stopped.remove()]);
  await provider.close();
  portHolder.close();
});

/** What `npx ratchet` starts. It takes npx two seconds of processor time, so here it is used for one command. */
async function ratchet(clone: Clone, ...args: string[]): Promise<CommandResult> {
  return clone.run('node', join('cli', 'ratchet.mjs'), ...args);
}

function readJson<Shape>(schema: z.ZodType<Shape>, { exitCode, stdout, stderr }: CommandResult): Shape {
  expect(stderr.replaceAll(/^npm warn .*\n/gm, '')).toBe('');
  expect(exitCode).toBe(0);
  return schema.parse(JSON.parse(stdout));
}

/** Who edits in the clone that is stopped, from its next start on. */
async function editWith(editor: TestEditor): Promise<void> {
  stopped.environment['AIDER_PATH'] = await provideEditor(editor, stopped.folder);
}

/** Starts, and waits until the editor has asked its model, which does not answer: now everything runs that can run. */
async function startUntilEdit<Started>(start: () => Started): Promise<Started> {
  const before = provider.countOf('edit');
  const started = start();
  await waitFor('question of the editor', async () => provider.countOf('edit') > before);
  const editor = stopped.environment['AIDER_PATH'] ?? 'aider';
  expect(stopped.processes().filter((line) => line.includes(editor))).not.toHaveLength(0);
  return started;
}

function startOnTerminal() {
  return openTerminal('npm start', { cwd: stopped.folder, env: stopped.environment });
}

// Two clones through one story, in this order: one that stays up with the scripted model, beside it one with one order,
// which is stopped in the middle of its edit again and again; each start goes on where the last one was stopped.
describe('npm start, in two clones at once', { timeout: 2 * patienceMs }, () => {
  it('shows the pull request, gates, cost, time and addresses, on a free port where its own is taken', async () => {
    steadyStart = steady.start();
    await waitFor('stack that stays up', async () => steadyStart.output().includes('Ratchet stays up'));
    const { apiUrl = '' } = steady.currentRun() ?? {};
    expect(new URL(apiUrl).port).not.toBe(String(takenPort));
    const output = steadyStart.output();
    expect(output).toContain(`Port ${takenPort} is taken; API uses ${new URL(apiUrl).port}.`);
    expect(output).toContain('completed  #1 Add a truncate function');
    expect(output).toContain('look at it  npx ratchet pr show 1');
    expect(output).toMatch(/install +passed[^]*compile +passed[^]*lint +passed[^]*test +passed/);
    expect(output).toContain('scripted model: its answers come from a file, no provider was asked');
    expect(output).toMatch(/Time: (?:\d+ min )?[\d.]+ s\n {2}route [^]* verify /);
    expect(output).toMatch(/API reference +http:\/\/127\.0\.0\.1:\d+\/docs\n/);
    expect(output).toMatch(/this run in Temporal +http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\//);
    expect((await fetch(`${apiUrl}/docs/`)).status).toBe(200);
  });

  it('leaves no process after Ctrl-C in the middle of an edit, children of Aider included', async () => {
    const terminal = await startUntilEdit(startOnTerminal);
    terminal.pressControlC();
    await terminal.ended;
    await stopped.waitUntilEmpty();
  });

  it('leaves no process when its terminal is closed in the middle of an edit', async () => {
    await editWith('quick');
    const terminal = await startUntilEdit(startOnTerminal);
    terminal.close();
    await stopped.waitUntilEmpty();
  });

  it('leaves no process after SIGTERM in the middle of an edit', async () => {
    const { process: npm } = await startUntilEdit(() => stopped.start());
    process.kill(npm.pid, 'SIGTERM');
    await npm.finished;
    await stopped.waitUntilEmpty();
  });

  it('goes on with the same order after kill -9 in the middle of an edit, and does not pay for its plan again', async () => {
    const { process: npm } = await startUntilEdit(() => stopped.start());
    process.kill(-npm.pid, 'SIGKILL');
    await npm.finished;
    provider.answerEdits();
    const { process: last, output } = stopped.start('--once');
    expect(await last.finished).toMatchObject({ exitCode: 0 });
    expect(output()).toContain('completed  #1 Add a truncate function');
    expect(provider.countOf('plan')).toBe(1);
    expect(stopped.processes()).toEqual([]);
  });

  it('refuses a second start in the clone that stayed up undisturbed, with the addresses of the first', async () => {
    const { apiUrl = '', temporalUiUrl = '' } = steady.currentRun() ?? {};
    const { exitCode, stderr } = await steady.run('npm', 'start');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Ratchet is already running in this clone \(pid \d+, /);
    expect(stderr).toContain(`API ${apiUrl}, Temporal ${temporalUiUrl}`);
    expect((await fetch(`${apiUrl}/readyz`)).status).toBe(200);
    expect(readJson(ordersSchema, await ratchet(steady, 'order', 'list', '--json'))).toMatchObject({
      items: [{ number: 1, status: 'completed' }],
    });
  });

  it('gives a branch that installs, compiles, lints and passes its tests when it is cloned by hand', async () => {
    const { items } = readJson(pullRequestsSchema, await ratchet(steady, 'pr', 'list', '--json'));
    expect(items).toMatchObject([{ number: 1 }]);
    const [{ headBranch, forgeLocation } = expect.fail('no pull request')] = items;
    const folder = join(steady.folder, '.ratchet/by-hand');
    await git(steady.folder, 'clone', '--quiet', '--branch', headBranch, forgeLocation, folder);
    const commands = ['npm ci --prefer-offline --no-audit', 'npm run typecheck', 'npm run lint', 'npm test'];
    const result = await runGuarded({
      command: '/bin/sh',
      args: ['-c', commands.join(' && ')],
      cwd: folder,
      env: stackEnvironment({
        PATH: pathWithBundledNode(projectRoot),
        npm_config_cache: join(cacheFolder(), 'packages/npm'),
      }),
    });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toContain('never cuts a character in two');
  });

  it('is found complete by npx ratchet doctor, and ended by ratchet down', async () => {
    const rows = readJson(doctorSchema, await steady.run('npx', 'ratchet', 'doctor', '--json'));
    expect(rows.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(rows.find(({ part }) => part === 'stack')?.found).toBe(steady.currentRun()?.apiUrl);
    expect((await ratchet(steady, 'down')).stdout).toContain('Ratchet has ended.');
    await steadyStart.process.finished;
    expect(steady.processes()).toEqual([]);
    expect((await ratchet(steady, 'down')).stdout).toContain('Ratchet is not running in this clone.');
  });
});
