import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runGates } from '../../activities/gates/run-gates.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import type { Gate } from '../../domain/work-orders/gates.ts';
import type { ContainedCommand } from '../../activities/sandbox/containment.ts';

const gates: Gate[] = [
  { kind: 'install', command: 'npm ci', source: 'package-lock.json' },
  { kind: 'lint', command: 'npm run lint', source: 'package.json scripts.lint' },
  { kind: 'test', command: 'npm run test', source: 'package.json scripts.test' },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-gates-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the gates where every command is green and each leaves these files changed. */
async function runGreen(altered: readonly string[]) {
  const commands: ContainedCommand[] = [];
  const passed = { exitCode: 0, timedOut: false, aborted: false, output: 'fine', durationMs: 1 };
  const containment = {
    sandboxed: true,
    run: (command: ContainedCommand) => {
      commands.push(command);
      return Promise.resolve(passed);
    },
  };
  const dependencies = {
    containment,
    redact: (text: string) => text,
    searchPath: '/usr/bin',
    childEnvironment: {},
    packageCaches: join(folder, 'packages'),
  };
  const workspace = {
    tree: join(folder, 'tree'),
    gitDir: join(folder, 'git'),
    home: join(folder, 'home'),
    mirrorObjects: join(folder, 'mirror.git/objects'),
    baseCommit: 'a'.repeat(40),
  };
  const signal = new AbortController().signal;
  const restoreTree = () => Promise.resolve([...altered]);
  const options = { policy: defaultPolicy, signal, onStart: () => undefined, restoreTree };
  return { ...(await runGates(dependencies, { workspace, gates }, options)), commands };
}

describe('gates', () => {
  it('are green when they only check', async () => {
    const { runs, failure } = await runGreen([]);
    expect(failure).toBeNull();
    expect(runs.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed']);
  });

  it('have failed when they changed what they should check, whatever their exit code says', async () => {
    const { runs, failure } = await runGreen(['src/a.ts']);
    expect(failure).toMatchObject({ failureClass: 'lint_error', rule: 'typed:gate-changed-files' });
    expect(runs.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['install passed', 'lint failed']);
  });

  it('reach the network only to install', async () => {
    const { commands } = await runGreen([]);
    expect(commands.map(({ network }) => network)).toEqual([true, false, false]);
  });
});
