import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createBaselines, type MeasureBaseline } from '../../activities/gates/baseline.ts';
import { runGate, type GateDependencies } from '../../activities/gates/run-gate.ts';
import { createMirrors } from '../../activities/git/mirror.ts';
import { openWorkspace, restoreTracked, type Workspace } from '../../activities/git/workspace.ts';
import { createContainment } from '../../activities/sandbox/containment.ts';
import type { Gate } from '../../domain/gates/gate.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { readVariable } from '../../tools/environment.mjs';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { commitAll, createTestGit, requestFor, type TestGit } from '../support/git.ts';
import { waitFor } from '../support/wait-for.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let database: Database;
let test: TestGit;
let gates: GateDependencies;
let mirror: string;
let commit: string;
let repositoryId: string;
/** A folder per test: what its gates leave behind, and the programs whose versions count. */
let folder: string;
let orders = 0;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 5);
  test = await createTestGit();
  const repository = await test.makeRepository('shop');
  await writeFile(join(repository, 'a.txt'), 'one\n');
  commit = commitAll(repository);
  mirror = await createMirrors(test.git, join(test.folder, 'mirrors')).refresh(repository);
});

afterAll(async () => {
  await database.$disconnect();
  await Promise.all([testDatabase.drop(), test.remove()]);
});

beforeEach(async () => {
  folder = await mkdtemp(join(test.folder, 'test-'));
  await mkdir(join(folder, 'programs'));
  await setNodeVersion('v1');
  const searchPath = [join(folder, 'programs'), readVariable('PATH') ?? ''].join(delimiter);
  // Without a sandbox, so that a gate can count its runs outside of its workspace.
  const containment = await createContainment({
    mode: 'off',
    home: homedir(),
    searchPath,
    stateDir: folder,
    nodePath: process.execPath,
    outbound: { socketPath: join(folder, 'none.sock'), loopbackTargets: [] },
  });
  const packageCaches = join(folder, 'packages');
  gates = { containment, redact: (text) => text, searchPath, childEnvironment: {}, packageCaches };
  const row = await database.workOrder.findUniqueOrThrow({ where: { id: await insertWorkOrder(database) } });
  repositoryId = row.repositoryId;
});

/** @param before runs before it answers */
function setNodeVersion(version: string, before = ''): Promise<void> {
  const script = `#!/bin/sh\n${before}\necho ${version}\n`;
  return writeFile(join(folder, 'programs/node'), script, { mode: 0o755 });
}

const gate = (script: string): Gate => ({ kind: 'test', command: script, source: 'a test' });
const runsOf = async (name = 'runs') => (await readFile(join(folder, name), 'utf8').catch(() => '')).length;
const counting = (name = 'runs') => `printf x >> ${join(folder, name)}`;
const untilThere = (name: string) => `while [ ! -e ${join(folder, name)} ]; do sleep 0.05; done`;
const letGo = (name: string) => writeFile(join(folder, name), '');

function openOrder(): Promise<Workspace> {
  orders += 1;
  const request = requestFor(mirror, commit, { orderId: `order-${orders}`, name: 'baseline' });
  return openWorkspace(test.git, join(test.folder, 'workspaces'), request);
}

/** Measures as the step of one order does. */
function measureFor(measure: MeasureBaseline, wanted: readonly Gate[], signal = new AbortController().signal) {
  let workspace: Promise<Workspace> | undefined;
  const open = () => (workspace ??= openOrder());
  const restoreTree = async () => restoreTracked(test.git, await open());
  const options = { policy: defaultPolicy, signal, onStart: () => undefined, restoreTree };
  return measure({ repositoryId, commit, gates: wanted, open }, options);
}

describe('a baseline', () => {
  it('is measured once by two orders at once, and both compare with the same', async () => {
    const measure = createBaselines({ database, gates });
    const wanted = [gate(`${counting()}; ${untilThere('go')}; date +%N; exit 3`)];
    const both = [measureFor(measure, wanted), measureFor(measure, wanted)];
    await waitFor('first run', async () => (await runsOf()) > 0);
    await letGo('go');
    const [first, second] = await Promise.all(both);
    expect(second).toEqual(first);
    expect(first).toMatchObject([{ kind: 'test', exitCode: 3, timedOut: false }]);
    expect(await measureFor(measure, wanted)).toEqual(first);
    expect(await runsOf()).toBe(1);
  });

  it('is read by another worker that has the same tools', async () => {
    const wanted = [gate(`${counting()}; exit 1`)];
    const first = await measureFor(createBaselines({ database, gates }), wanted);
    expect(await measureFor(createBaselines({ database, gates }), wanted)).toEqual(first);
    expect(await runsOf()).toBe(1);
  });

  it('is measured anew with another version of a tool, and for other gates', async () => {
    const wanted = [gate(counting())];
    await measureFor(createBaselines({ database, gates }), wanted);
    await setNodeVersion('v2');
    await measureFor(createBaselines({ database, gates }), wanted);
    expect(await runsOf()).toBe(2);
    await measureFor(createBaselines({ database, gates }), [gate(`${counting()}; true`)]);
    expect(await runsOf()).toBe(3);
    expect(await database.baseline.count({ where: { repositoryId } })).toBe(3);
  });

  it('that one order cancelled is measured by the other that waits for it', async () => {
    const measure = createBaselines({ database, gates });
    const wanted = [gate(`${counting()}; ${untilThere('go')}; echo measured`)];
    const cancelled = new AbortController();
    const first = measureFor(measure, wanted, cancelled.signal);
    const ended = first.then(
      () => 'measured',
      () => 'cancelled',
    );
    await waitFor('first run', async () => (await runsOf()) === 1);
    const second = measureFor(measure, wanted);
    cancelled.abort();
    expect(await ended).toBe('cancelled');
    await waitFor('second run', async () => (await runsOf()) === 2);
    await letGo('go');
    expect(await second).toMatchObject([{ exitCode: 0, timedOut: false }]);
    expect(await database.baseline.count({ where: { repositoryId } })).toBe(1);
  });

  it('of an order that was cancelled while it asked for the versions of the tools spoils no other', async () => {
    await setNodeVersion('v1', `${counting('asked')}; ${untilThere('go')}`);
    const measure = createBaselines({ database, gates });
    const wanted = [gate(counting())];
    const cancelled = new AbortController();
    const first = measureFor(measure, wanted, cancelled.signal).catch(() => 'cancelled');
    await waitFor('question for a version', async () => (await runsOf('asked')) === 1);
    const second = measureFor(measure, wanted);
    cancelled.abort();
    await first;
    await letGo('go');
    expect(await second).toMatchObject([{ exitCode: 0 }]);
    // A worker that starts later knows the whole answer, and finds what was measured under it.
    await measureFor(createBaselines({ database, gates }), wanted);
    expect(await runsOf()).toBe(1);
    expect(await database.baseline.count({ where: { repositoryId } })).toBe(1);
  });

  it('leaves the tree as it was for the gate that comes next', async () => {
    const wanted = [
      gate('echo changed > a.txt'),
      { ...gate('cat a.txt; grep -q one a.txt'), kind: 'contract' as const },
    ];
    const measured = await measureFor(createBaselines({ database, gates }), wanted);
    expect(measured.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });
});

describe('the report of a gate', () => {
  const report = '<testsuite><testcase classname="shop" name="adds up"/></testsuite>';
  let outside: string;

  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'ratchet-test-outside-'));
    await writeFile(join(outside, 'report'), report);
  });

  /** The tests that are read where a gate does this before it ends. */
  async function testsAfter(script: string) {
    const signal = new AbortController().signal;
    const reporting: Gate = { ...gate('npm test'), reportingCommand: script, reportFormat: 'junit' };
    const workspace = await openOrder();
    const run = await runGate(gates, { workspace, gate: reporting }, { policy: defaultPolicy, signal });
    return run.measurement.tests;
  }

  it('is read where the gate wrote it', async () => {
    const tests = await testsAfter(`printf '%s' '${report}' > "$RATCHET_REPORT"`);
    expect(tests).toMatchObject([{ name: 'shop > adds up', status: 'passed' }]);
  });

  it.each([
    ['a link to a file outside', (place: string) => `ln -s ${place}/report "$RATCHET_REPORT"`],
    ['a link to a device', () => 'ln -s /dev/zero "$RATCHET_REPORT"'],
    ['a pipe', () => 'mkfifo "$RATCHET_REPORT"'],
    ['a folder', () => 'mkdir "$RATCHET_REPORT"'],
    ['empty', () => ': > "$RATCHET_REPORT"'],
    ['not there', () => 'true'],
    [
      'in a folder that is a link to one outside',
      (place: string) => `r=$(dirname "$RATCHET_REPORT"); rm -r "$r"; ln -s ${place} "$r"`,
    ],
  ])('is not read when it is %s', async (_what, script) => {
    expect(await testsAfter(script(outside))).toBeNull();
    await access(join(outside, 'report'));
    await rm(outside, { recursive: true });
  });

  it('of an earlier run is no report of this one, and what a link leads to stays when it is cleared away', async () => {
    const workspace = await openOrder();
    const signal = new AbortController().signal;
    const run = (script: string) =>
      runGate(
        gates,
        { workspace, gate: { ...gate('npm test'), reportingCommand: script, reportFormat: 'junit' } },
        { policy: defaultPolicy, signal },
      );
    await run(`printf '%s' '${report}' > "$RATCHET_REPORT"`);
    expect((await run('true')).measurement.tests).toBeNull();
    await run(`r=$(dirname "$RATCHET_REPORT"); rm -r "$r"; ln -s ${outside} "$r"`);
    await run('true');
    expect(await readFile(join(outside, 'report'), 'utf8')).toBe(report);
    await rm(outside, { recursive: true });
  });
});
