import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { measureGates, runGates } from '../../activities/gates/run-gates.ts';
import { faultOfBaseRule } from '../../domain/failures/failure-class.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import type { Gate } from '../../domain/gates/gate.ts';
import type { ContainedCommand, ContainedResult } from '../../activities/sandbox/containment.ts';

const gates: Gate[] = [
  { kind: 'install', command: 'npm ci', source: 'package-lock.json' },
  { kind: 'lint', command: 'npm run lint', source: 'package.json scripts.lint' },
  { kind: 'test', command: 'npm run test', source: 'package.json scripts.test' },
];

const orderId = '9d41c402-8a36-4f7f-a31a-5db5149123cb';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-gates-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const green: ContainedResult = { exitCode: 0, timedOut: false, aborted: false, output: 'fine', durationMs: 1 };

interface Situation {
  /** How a gate's command ends; green where it is not named. */
  ended?: Record<string, Partial<ContainedResult>>;
  /** What each gate leaves changed. */
  altered?: readonly string[];
  baseline?: readonly GateMeasurement[] | null;
}

function prepare({ ended = {}, altered = [] }: Situation) {
  const commands: ContainedCommand[] = [];
  const containment = {
    sandboxed: true,
    run: (command: ContainedCommand) => {
      commands.push(command);
      return Promise.resolve({ ...green, ...ended[(command.args[1] ?? '').replace('exec 2>&1\n', '')] });
    },
  };
  const dependencies = {
    containment,
    redact: (text: string) => text.replaceAll('hunter2', '***'),
    searchPath: '/usr/bin',
    childEnvironment: {},
    packageCaches: join(folder, 'packages'),
  };
  const workspace = {
    tree: join(folder, orderId, 'tree'),
    gitDir: join(folder, 'git'),
    home: join(folder, 'home'),
    mirrorObjects: join(folder, 'mirror.git/objects'),
    baseCommit: 'a'.repeat(40),
  };
  const signal = new AbortController().signal;
  const restoreTree = () => Promise.resolve([...altered]);
  const options = { policy: defaultPolicy, signal, onStart: () => undefined, restoreTree };
  return { dependencies, workspace, options, commands };
}

async function run(situation: Situation = {}) {
  const { dependencies, workspace, options, commands } = prepare(situation);
  const { baseline = null } = situation;
  return { ...(await runGates(dependencies, { workspace, gates, baseline }, options)), commands };
}

/** What the gates say of a base commit where they end as given. */
async function measure(ended: Situation['ended'] = {}) {
  const { dependencies, workspace, options } = prepare({ ended });
  return measureGates(dependencies, { workspace, gates }, options);
}

const outcomes = (judged: readonly { kind: string; outcome: string }[]) =>
  judged.map(({ kind, outcome }) => `${kind} ${outcome}`);
const lintError = (line: number, code = 'F401') => `src/a.py:${line}:1: ${code} Something is wrong with ${code}`;

describe('gates', () => {
  it('are green when they only check', async () => {
    const result = await run();
    expect(result.failure).toBeNull();
    expect(result.newErrors).toBe(0);
    expect(outcomes(result.gates)).toEqual(['install passed', 'lint passed', 'test passed']);
  });

  it('have failed when they changed what they should check, whatever their exit code says', async () => {
    const result = await run({ altered: ['src/a.ts'] });
    expect(result.failure).toMatchObject({ failureClass: 'lint_error', rule: 'typed:gate-changed-files' });
    expect(outcomes(result.gates)).toEqual(['install passed', 'lint failed']);
    expect(result.gates[1]?.reason).toContain('src/a.ts');
    expect(result.newErrors).toBe(1);
  });

  it('that changed files have failed also where they failed in the same way before', async () => {
    const ended = { 'npm run lint': { exitCode: 1, output: lintError(3) } };
    const result = await run({ ended, altered: ['src/a.ts'], baseline: await measure(ended) });
    expect(outcomes(result.gates)).toEqual(['install passed', 'lint failed']);
    expect(result.failure?.rule).toBe('typed:gate-changed-files');
  });

  it('tell of places in the tree alone, and of no secret', async () => {
    // npm hides ids that look like those of its users.
    const trees = [join(folder, orderId, 'tree'), join(folder, '***', 'tree')];
    const output = trees.map((tree) => `${tree}/src/a.ts:3: wrong: hunter2\n`).join('');
    const result = await run({ ended: { 'npm run lint': { exitCode: 1, output } } });
    expect(result.gates.at(-1)?.output).toBe('src/a.ts:3: wrong: ***\n'.repeat(2));
  });

  it('reach the network only to install', async () => {
    const { commands } = await run();
    expect(commands.map(({ network }) => network)).toEqual([true, false, false]);
  });

  it('end at the first that fails, with its class and the count of its new errors', async () => {
    const output = `${lintError(3)}\n${lintError(4, 'F402')}`;
    const result = await run({ ended: { 'npm run lint': { exitCode: 1, output } }, baseline: await measure() });
    expect(outcomes(result.gates)).toEqual(['install passed', 'lint failed']);
    expect(result).toMatchObject({ newErrors: 2, failure: { failureClass: 'lint_error' } });
  });

  it('fail by what the tool of their command complains of, where nothing else is recognised', async () => {
    const { dependencies, workspace, options } = prepare({
      ended: { '.venv/bin/mypy .': { exitCode: 1, output: 'The check has failed for src/a.py' } },
    });
    const gate: Gate = { kind: 'lint', command: '.venv/bin/mypy .', source: 'mypy settings' };
    const { failure } = await runGates(dependencies, { workspace, gates: [gate], baseline: null }, options);
    expect(failure).toMatchObject({ failureClass: 'compile_error', context: { tool: 'mypy' } });
  });

  it('go on past what failed at the base commit as well, even where its lines have moved', async () => {
    const baseline = await measure({ 'npm run lint': { exitCode: 1, output: lintError(3) } });
    const result = await run({ ended: { 'npm run lint': { exitCode: 1, output: lintError(40) } }, baseline });
    expect(outcomes(result.gates)).toEqual(['install passed', 'lint known_failures', 'test passed']);
    expect(result.failure).toBeNull();
  });

  describe('where the base commit can not be installed', () => {
    const npm = (about: string, code: string, name: string) =>
      `npm warn deprecated ${about}\nnpm error code ${code}\nnpm error 404 Not Found - GET https://127.0.0.1/${name} - Not found\nnpm error 404  '${name}@^1.0.0' is not in this registry.\n`;
    const missing = { exitCode: 127, output: 'sh: 1: eslint: not found\n' };
    const install = (about: string, code = 'E404', name = 'top-sites') => ({
      'npm ci': { exitCode: 1, output: npm(about, code, name) },
    });

    it('go on, and what passes without it counts', async () => {
      const baseline = await measure(install('glob@10.5.0: old'));
      const result = await run({ ended: install('rimraf@2.0.0: older'), baseline });
      expect(outcomes(result.gates)).toEqual(['install known_failures', 'lint passed', 'test passed']);
      expect(result.failure).toBeNull();
    });

    it('end where a tool is missing that would have been installed, with the reason of the install', async () => {
      const baseline = await measure({ ...install('glob@10.5.0: old'), 'npm run lint': missing });
      const result = await run({ ended: { ...install('rimraf@2.0.0: older'), 'npm run lint': missing }, baseline });
      expect(outcomes(result.gates)).toEqual(['install known_failures', 'lint failed']);
      expect(result.failure).toMatchObject({
        failureClass: 'dependency_missing',
        rule: faultOfBaseRule,
        context: { message: expect.stringContaining('E404') as string },
      });
      expect(result.failure?.context.message).toContain('The base commit fails in the same way');
    });

    it('prove nothing where not one of them passes', async () => {
      const fails = { exitCode: 1, output: 'Cannot start.\n' };
      const ended = { ...install('glob@10.5.0: old'), 'npm run lint': fails, 'npm run test': fails };
      const result = await run({ ended, baseline: await measure(ended) });
      expect(result.failure?.rule).toBe(faultOfBaseRule);
    });

    it('fail by an install that fails for another reason', async () => {
      const baseline = await measure(install('glob@10.5.0: old'));
      const result = await run({ ended: install('glob@10.5.0: old', 'E404', 'other-sites'), baseline });
      expect(outcomes(result.gates)).toEqual(['install failed']);
      expect(result.failure?.rule).not.toBe(faultOfBaseRule);
    });
  });

  it('fail by what is new alone: the failure does not name what was there before', async () => {
    const baseline = await measure({ 'npm run lint': { exitCode: 1, output: lintError(3, 'E501') } });
    const output = `${lintError(4, 'E501')}\n${lintError(9, 'F841')}`;
    const result = await run({ ended: { 'npm run lint': { exitCode: 1, output } }, baseline });
    expect(result.newErrors).toBe(1);
    expect(result.failure?.context).toMatchObject({ code: 'F841', line: 9 });
    expect(result.failure?.context.excerpt).not.toContain('E501');
  });

  it('are judged by their exit code where the base commit could not be measured', async () => {
    const ended = { 'npm run test': { exitCode: 1, output: 'It broke.' } };
    const result = await run({ ended });
    expect(outcomes(result.gates)).toEqual(['install passed', 'lint passed', 'test failed']);
    expect(result.gates[2]?.reason).toContain('not measured');
  });

  it('compare a gate with the same command only', async () => {
    const ended = { 'npm run lint': { exitCode: 1, output: lintError(3) } };
    const other = (await measure(ended)).map((one) => ({ ...one, command: `${one.command} --other` }));
    expect(outcomes((await run({ ended, baseline: other })).gates)).toEqual(['install passed', 'lint failed']);
  });

  it('that time out are a timeout, whatever was measured before', async () => {
    const ended = { 'npm run test': { exitCode: null, timedOut: true } };
    const result = await run({ ended, baseline: await measure(ended) });
    expect(result.failure?.failureClass).toBe('timeout');
  });

  it('whose command is not there are missing a tool, which no repair can mend', async () => {
    const ended = { 'npm run lint': { exitCode: 127, output: '' } };
    expect((await run({ ended })).failure).toMatchObject({
      failureClass: 'dependency_missing',
      rule: 'typed:tool-missing',
    });
  });

  it('show what they printed without secrets', async () => {
    const ended = { 'npm run test': { exitCode: 1, output: 'token hunter2' } };
    expect(JSON.stringify(await run({ ended }).then(({ commands: _own, ...result }) => result))).not.toContain(
      'hunter2',
    );
  });
});

describe('the measurement of a base commit', () => {
  it('runs all gates, also after one that fails: each is needed to compare with', async () => {
    const measured = await measure({
      'npm ci': { exitCode: 1 },
      'npm run lint': { exitCode: 2, output: lintError(3) },
    });
    expect(measured.map(({ kind, exitCode }) => [kind, exitCode])).toEqual([
      ['install', 1],
      ['lint', 2],
      ['test', 0],
    ]);
    expect(measured[1]?.diagnostics).toHaveLength(1);
  });
});
