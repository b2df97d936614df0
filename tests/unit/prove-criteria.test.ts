import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { proveCriteria, type NamedTests } from '../../activities/gates/prove-criteria.ts';
import type { ContainedCommand, ContainedResult } from '../../activities/sandbox/containment.ts';
import type { TestResult } from '../../domain/gates/test-reports/test-result.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import type { AcceptanceCriterion } from '../../domain/work-orders/work-order.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-criteria-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const result = (name: string, status: TestResult['status'] = 'passed'): TestResult => ({
  name,
  status,
  file: null,
  line: null,
  message: null,
});
const nothing: NamedTests = { promised: [], fresh: [] };

/** Checks criteria where every command ends as given. */
async function prove(
  criteria: readonly AcceptanceCriterion[],
  tests: NamedTests,
  ended: Partial<ContainedResult> = {},
) {
  const commands: ContainedCommand[] = [];
  let restored = 0;
  const containment = {
    sandboxed: true,
    run: (command: ContainedCommand) => {
      commands.push(command);
      return Promise.resolve({ exitCode: 0, timedOut: false, aborted: false, output: '', durationMs: 1, ...ended });
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
    tree: join(folder, 'tree'),
    gitDir: join(folder, 'git'),
    home: join(folder, 'home'),
    mirrorObjects: join(folder, 'mirror.git/objects'),
    baseCommit: 'a'.repeat(40),
  };
  const options = {
    policy: defaultPolicy,
    signal: new AbortController().signal,
    onStart: () => undefined,
    restoreTree: () => {
      restored += 1;
      return Promise.resolve([]);
    },
  };
  const proofs = await proveCriteria(dependencies, { workspace, criteria, tests }, options);
  return { proofs, commands, restored };
}

const proveOne = async (tests: NamedTests) => (await prove([{ id: 'AC1', text: 'It adds up' }], tests)).proofs[0];
const promised = [{ criterion: 'AC1', test: 'adds up' }];

describe('a criterion without a command', () => {
  it('is proven by a promised test that is new or changed and passes, with its name', async () => {
    expect(await proveOne({ promised, fresh: [result('adds up')] })).toEqual({
      id: 'AC1',
      verdict: 'proven',
      proof: 'proven by the new or changed test adds up',
    });
  });

  it('is proven by a test whose runner puts file and suites before its name', async () => {
    const fresh = [result('test/total.test.ts > total > adds up')];
    expect(await proveOne({ promised, fresh })).toMatchObject({ verdict: 'proven' });
  });

  it.each<[string, NamedTests, RegExp]>([
    ['the promised test is neither new nor changed', { promised, fresh: [] }, /not among those that passed/],
    ['the promised test fails', { promised, fresh: [result('adds up', 'failed')] }, /not among those that passed/],
    ['the promised test is skipped', { promised, fresh: [result('adds up', 'skipped')] }, /not among/],
    ['only the end of a word is the same', { promised, fresh: [result('never adds up')] }, /not among/],
    ['the name stands in another part', { promised, fresh: [result('adds up > is slow')] }, /not among/],
    [
      'the test was promised for another criterion',
      { promised: [{ criterion: 'AC2', test: 'adds up' }], fresh: [result('adds up')] },
      /no command was given/,
    ],
    ['nothing was promised', { promised: [], fresh: [result('adds up')] }, /no command was given/],
  ])('stays unproven when %s', async (_what, tests, reason) => {
    expect(await proveOne(tests)).toMatchObject({ verdict: 'unproven', proof: expect.stringMatching(reason) });
  });

  it('is never refuted, and starts nothing', async () => {
    const some = fc.constantFrom('adds up', 'is fast', 'a > b');
    const tests = fc.record({
      promised: fc.array(fc.record({ criterion: fc.constantFrom('AC1', 'AC2'), test: some })),
      fresh: fc.array(fc.tuple(some, fc.constantFrom('passed', 'failed', 'skipped')).map(([a, b]) => result(a, b))),
    });
    await fc.assert(
      fc.asyncProperty(tests, async (given) => {
        const { proofs, commands } = await prove([{ id: 'AC1', text: 'x' }], given);
        const isProven = given.promised.some(
          ({ criterion, test }) =>
            criterion === 'AC1' && given.fresh.some(({ name, status }) => name === test && status === 'passed'),
        );
        expect(proofs.map(({ verdict }) => verdict)).toEqual([isProven ? 'proven' : 'unproven']);
        expect(commands).toEqual([]);
      }),
    );
  });
});

describe('a criterion with a command', () => {
  const criteria = [{ id: 'AC1', text: 'It adds up', command: 'npm test -- --token hunter2' }];

  it('is proven by it alone: no test stands in for a command that fails', async () => {
    const tests = { promised, fresh: [result('adds up')] };
    expect((await prove(criteria, nothing)).proofs).toMatchObject([{ verdict: 'proven' }]);
    expect((await prove(criteria, tests, { exitCode: 1 })).proofs).toMatchObject([{ verdict: 'refuted' }]);
  });

  it('is refuted by one that was stopped, whatever its exit code', async () => {
    expect((await prove(criteria, nothing, { timedOut: true })).proofs).toMatchObject([{ verdict: 'refuted' }]);
    expect((await prove(criteria, nothing, { exitCode: null })).proofs).toMatchObject([{ verdict: 'refuted' }]);
  });

  it('runs without the network, and what it changed is brought back; a secret in it is not shown', async () => {
    const { proofs, commands, restored } = await prove(criteria, nothing);
    expect(commands).toMatchObject([{ network: false, timeoutMs: defaultPolicy.gateTimeoutMs.acceptance }]);
    expect(restored).toBe(1);
    expect(proofs[0]?.proof).toBe('proven by `npm test -- --token ***`');
  });

  it('is judged for each in its order', async () => {
    const both = await prove([...criteria, { id: 'AC2', text: 'fast' }], nothing, { exitCode: 3 });
    expect(both.proofs.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['AC1 refuted', 'AC2 unproven']);
  });
});
