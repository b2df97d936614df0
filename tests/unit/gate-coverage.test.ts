import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { measureGates, runGates } from '../../activities/gates/run-gates.ts';
import type { ContainedCommand, ContainedResult } from '../../activities/sandbox/containment.ts';
import type { CoverageFormat, Gate } from '../../domain/gates/gate.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';

let folder: string;
let tree: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ratchet-test-coverage-')));
  tree = join(folder, 'tree');
  await mkdir(tree);
  await writeFile(join(folder, 'secret.info'), 'SF:src/a.ts\nDA:1,1\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const testGate = (format: CoverageFormat, fields: Partial<Gate> = {}): Gate => ({
  ...{ kind: 'test', command: 'plain', source: 'a test', reportFormat: 'tap' },
  coverage: { command: 'covered', format },
  ...fields,
});
const passing = '1..1\nok 1 - adds\n';
const failing = '1..1\nnot ok 1 - adds\n';

interface Situation {
  gate: Gate;
  /** What the run with coverage prints, and the exit code of each run. */
  covered?: { output?: string; exitCode?: number; timedOut?: boolean };
  plain?: { output?: string; exitCode?: number };
  /** What the run with coverage leaves in its folder. */
  write?: (coverageFolder: string) => Promise<unknown>;
  sources?: ReadonlyMap<string, string> | null;
  /** What the gate said of the base commit; false: it was not measured. */
  base?: { output?: string; exitCode?: number } | false;
}

async function run({ gate, covered = {}, plain = {}, write, sources = new Map(), base = {} }: Situation) {
  const ran: string[] = [];
  const fine: ContainedResult = { exitCode: 0, timedOut: false, aborted: false, output: passing, durationMs: 7 };
  const measured = { isBase: base !== false };
  const containment = {
    sandboxed: true,
    run: async ({ args, env }: ContainedCommand): Promise<ContainedResult> => {
      const command = (args[1] ?? '').replace('exec 2>&1\n', '');
      if (measured.isBase) return { ...fine, ...(base === false ? {} : base) };
      ran.push(command);
      if (command !== 'covered') return { ...fine, ...plain };
      await write?.(env['RATCHET_COVERAGE'] ?? '');
      return { ...fine, ...covered };
    },
  };
  const redact = (text: string) => text;
  const places = { searchPath: '/usr/bin', childEnvironment: {}, packageCaches: join(folder, 'packages') };
  const dependencies = { containment, redact, ...places };
  const home = join(folder, 'home');
  const objects = { gitDir: join(folder, 'git'), mirrorObjects: join(folder, 'mirror.git/objects') };
  const workspace = { tree, home, ...objects, baseCommit: 'a'.repeat(40) };
  const { signal } = new AbortController();
  const options = { policy: defaultPolicy, signal, onStart: () => undefined, restoreTree: () => Promise.resolve([]) };
  const baseline = base === false ? null : await measureGates(dependencies, { workspace, gates: [gate] }, options);
  measured.isBase = false;
  const result = await runGates(dependencies, { workspace, gates: [gate], baseline, sources }, options);
  return { ran, result, coverage: result.gates[0]?.coverage ?? null };
}

const lcov = (text: string) => (place: string) => writeFile(join(place, 'lcov.info'), text);
const report = 'SF:src/a.ts\nDA:1,1\nDA:2,0\n';

describe('the coverage of a gate', () => {
  it('is asked for with the tests themselves, and read from a folder outside of the tree', async () => {
    let place = '';
    const write = (path: string) => lcov(report)((place = path));
    const { ran, coverage } = await run({ gate: testGate('lcov'), write });
    expect(ran).toEqual(['covered']);
    expect([...(coverage?.get('src/a.ts') ?? [])]).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect(place.startsWith(join(folder, 'home/'))).toBe(true);
  });

  it('is not asked for on the base commit, nor where nobody wants to know', async () => {
    expect((await run({ gate: testGate('lcov'), sources: null })).ran).toEqual(['plain']);
  });

  it('never makes a gate fail: a run without it is the one that is judged', async () => {
    const outcomes = [
      { exitCode: 1, output: 'The threshold is not met.' },
      { exitCode: 1, output: failing },
      { timedOut: true },
    ];
    for (const covered of outcomes) {
      const { ran, result, coverage } = await run({ gate: testGate('lcov'), covered, write: lcov(report) });
      expect(ran).toEqual(['covered', 'plain']);
      expect(result.failure).toBeNull();
      expect(result.gates[0]).toMatchObject({ outcome: 'passed', durationMs: 14 });
      expect(coverage?.size).toBe(1);
    }
  });

  it('hides no failure of the tests', async () => {
    const broken = { exitCode: 1, output: failing };
    const { result } = await run({ gate: testGate('lcov'), covered: broken, plain: broken });
    expect(result.gates[0]).toMatchObject({ outcome: 'failed', measurement: { tests: [{ status: 'failed' }] } });
  });

  it('costs no second run where Node measures by itself, which changes nothing', async () => {
    const broken = { exitCode: 1, output: failing };
    const { ran, result } = await run({ gate: testGate('v8'), covered: broken });
    expect(ran).toEqual(['covered']);
    expect(result.gates[0]?.outcome).toBe('failed');
  });

  it('is not asked of a runner that failed at the base commit: each run would be made twice', async () => {
    const broken = { exitCode: 1, output: failing };
    expect((await run({ gate: testGate('go'), plain: broken, base: broken })).ran).toEqual(['plain']);
    expect((await run({ gate: testGate('v8'), covered: broken, base: broken })).ran).toEqual(['covered']);
    expect((await run({ gate: testGate('go'), base: false })).ran).toEqual(['covered']);
  });

  it('is read of each package from its own folder', async () => {
    const packageFolders = ['packages/a', 'packages/b'];
    const write = async (place: string) => {
      await lcov(report)(join(place, '1'));
      await lcov('SF:src/a.ts\nDA:1,0\n')(join(place, '2'));
    };
    const { coverage } = await run({ gate: testGate('lcov', { packageFolders }), write });
    expect([...(coverage?.keys() ?? [])]).toEqual(['packages/a/src/a.ts', 'packages/b/src/a.ts']);
  });

  it.each<[what: string, write: (place: string) => Promise<unknown>]>([
    ['is not there', () => Promise.resolve()],
    ['is a link', (place) => symlink(join(folder, 'secret.info'), join(place, 'lcov.info'))],
    ['is a folder', (place) => mkdir(join(place, 'lcov.info'))],
    ['is no report', lcov('\0\0\0')],
    [
      'lies behind a link in the place of the folder',
      async (place) => {
        await rm(place, { recursive: true });
        await symlink(folder, place);
      },
    ],
    [
      'is larger than what is read',
      async (place) => {
        await lcov(report)(place);
        await truncate(join(place, 'lcov.info'), 60 * 1024 * 1024);
      },
    ],
    [
      'is more files than are read',
      async (place) => {
        for (let at = 0; at < 11; at += 1) await writeFile(join(place, `${at}.info`), report);
      },
    ],
  ])('is unknown where it %s', async (_what, write) => {
    const { coverage, result } = await run({ gate: testGate('lcov'), write });
    expect(coverage).toBeNull();
    expect(result.failure).toBeNull();
  });
});
