import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  startWorkOrderRuns,
  usual,
  verifyResult,
  type Script,
  type ScriptedActivity,
  type WorkOrderRuns,
} from '../support/work-order-runs.ts';
import { answer, asks, expectSound, testFailure, untilAsked } from './run-probes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Longer than a heartbeat timeout of these tests, so that the server has given the try up. */
const silenceMs = 3_000;

let runs: WorkOrderRuns;
let copy: string;

/** The real workflows, with a server that loses its patience sooner: the limits are shortened in a copy. */
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'ratchet-test-timeouts-'));
  for (const part of ['workflows', 'domain', 'package.json'])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const path = join(copy, 'workflows/activity-options.ts');
  let text = await readFile(path, 'utf8');
  for (const [long, short] of [
    ["heartbeatTimeout: '15s'", "heartbeatTimeout: '1s'"],
    ["initialInterval: '500ms'", "initialInterval: '20ms'"],
    ['maximumAttempts: 6', 'maximumAttempts: 2'],
    ['maximumAttempts: 3', 'maximumAttempts: 2'],
  ] as const) {
    expect(text).toContain(long);
    text = text.replaceAll(long, short);
  }
  await writeFile(path, text);
  runs = await startWorkOrderRuns(await bundleWorkflowCode({ workflowsPath: join(copy, 'workflows/index.ts') }));
});

afterAll(async () => {
  await runs.close();
  await rm(copy, { recursive: true, force: true });
});

/** Says nothing, as if its worker were dead. */
function beSilent(): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error('Nobody waits any more.')), silenceMs));
}

/** An activity that is silent for the two tries of the first attempt, and does its usual work after that. */
function silentTwice(name: ScriptedActivity): Script {
  const work = usual[name] as (calls: number, input: object) => unknown;
  const scripted = (calls: number, input: object) => (calls < 2 ? beSilent() : work(calls, input));
  return { [name]: scripted };
}

describe('a step whose worker says nothing until the server gives it up', () => {
  const steps = ['routeAttempt', 'planAttempt', 'editAttempt', 'verifyAttempt', 'publishAttempt'] as const;

  it.each(steps)('fails with the class timeout, and the ladder goes on: %s', async (step) => {
    const run = await runs.start(silentTwice(step));
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(run.trace.calls[step]).toHaveLength(3);
    expect(run.trace.outcomes).toMatchObject([
      { attempt: 1, failedStep: step.replace('Attempt', ''), failure: { failureClass: 'timeout' } },
      { attempt: 2, failure: null },
    ]);
    expect(run.trace.outcomes[0]?.failure?.context.message).toContain(step.replace('Attempt', ''));
    expectSound(run, 'completed');
  });

  it('shows that rather than what the gate said when it was a repair', async () => {
    const run = await runs.start({
      ...asks(),
      ...silentTwice('repairAttempt'),
      verifyAttempt: (_calls, input) => verifyResult(input, testFailure),
    });
    await untilAsked(run);
    expect(run.trace.outcomes).toMatchObject([
      { failedStep: 'repair', failure: { failureClass: 'timeout' }, repairRounds: 1, commit: 'c'.repeat(40) },
    ]);
    expect(run.trace.opened).toMatchObject([{ failedStep: 'repair', hasChange: true }]);
    await answer(run, { option: 'abort' });
    await run.result();
    expectSound(run, 'failed');
  });

  it('costs nothing but time when it only measured the base commit', async () => {
    const run = await runs.start(silentTwice('measureBaseline'));
    expect(await run.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(run.trace.calls.measureBaseline).toHaveLength(2);
    expectSound(run, 'completed');
  });

  it('does not keep an order from ending when it only removed workspaces', async () => {
    const run = await runs.start(silentTwice('settleWorkOrder'));
    expect((await run.result()).status).toBe('completed');
    expectSound(run, 'completed');
  });
});
