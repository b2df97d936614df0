import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  editBlock,
  providerEnvironment,
  startEditingProvider,
  stepOf,
  wrongEdit,
  type AskedStep,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import {
  answerEscalation,
  createOrder,
  runOf,
  waitForEnd,
  waitForEscalation,
  type OrderAnswer,
} from '../support/orders.ts';
import { processesIn } from '../support/processes.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import {
  changedFiles,
  checkedFiles,
  git,
  greeterFiles,
  makeBareCopy,
  makeRepository,
} from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { countHeld, holdSteps, letGo, prepareHolds } from './held-steps.ts';

/** Of a step. */
const heartbeatTimeoutMs = 15_000;
/** What may pass after it until a worker that runs has the step. */
const resumedMs = 5_000;

/** How soon the guards of a killed worker's children must have ended them. */
const orphansEndMs = 5_000;

const guidance = 'A constant says its own name.';

/**
 * Two orders, since a kill costs the heartbeat timeout: `mended` needs a repair and then a person, `proven` a test that
 * waits. Two workers take turns, each with a disk of its own; what one leaves there the other never sees.
 */
let stack: TestStack;
let provider: ProviderServer;
let mended: OrderAnswer;
let proven: OrderAnswer;
let otherDisk: Record<string, string>;
let isRepairAnswered = false;
let killedAtMs: number;
let startedAtMs: number;
/** Which of the two workers runs: 0 has the stack's own disk. */
let running = 0;

beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  const environment = { ...providerEnvironment(provider), RATCHET_WORKSPACE_SLOTS: '4' };
  stack = await startTestStack({
    environment,
    own: { processes: true },
    policy: { attemptsMax: 1, repairRoundsMax: 1 },
    // Its prompts must be the same on every disk; those of a repair hold the most, what a gate said included.
    editor: { aiderFor: [{ title: 'Add mended', if: 'does not pass its checks' }] },
  });
  otherDisk = await stack.makeOtherDisk('other');
  await prepareHolds(stack.database);
  await holdSteps(stack.database, 'Add mended', ['route']);
  await holdSteps(stack.database, 'Add proven', ['plan', 'baseline']);
  const folder = join(stack.stateDirectory, 'repositories');
  const [first, second] = await Promise.all([
    makeRepository(join(folder, 'checked'), checkedFiles),
    makeRepository(join(folder, 'waiting'), { ...greeterFiles, 'test/waits.test.js': waitingTest }),
  ]);
  mended = await createOrder(stack, addOrder(await makeBareCopy(first), 'mended'));
  proven = await createOrder(stack, addOrder(await makeBareCopy(second), 'proven'));
});

afterAll(async () => {
  await stack.close();
  await provider.close();
});

/** Waits, in the workspace of a change, until somebody puts a file into its home. */
const waitingTest = [
  "import { existsSync, readdirSync } from 'node:fs';",
  "import { test } from 'node:test';",
  "import { setTimeout as sleep } from 'node:timers/promises';",
  '',
  "const isChanged = readdirSync(new URL('../src/', import.meta.url)).length > 1;",
  "test('waits', { skip: !isChanged }, async () => {",
  '  while (!existsSync(`${process.env.HOME}/go-on`)) await sleep(50);',
  '});',
  '',
].join('\n');

function replyTo({ call, step, word }: EditingQuestion): ProviderReply | undefined {
  if (word !== 'mended' || step === 'plan') return undefined;
  if (step === 'edit') return call.text.includes(guidance) ? undefined : { text: wrongEdit(word) };
  if (!isRepairAnswered) return { hang: true };
  return { text: editBlock('src/mended.js', "export const mended = 'wrong';\n", "export const mended = 'worse';\n") };
}

function callsOf(word: string, step: AskedStep): string[] {
  const calls = provider.calls.filter((call) => stepOf(call) === step);
  return calls.map(({ text }) => text).filter((text) => text.includes(`: Add ${word}\n`));
}

function workspaces(): string {
  return join(running === 0 ? stack.stateDirectory : (otherDisk['RATCHET_STATE_DIR'] ?? ''), 'workspaces');
}

async function isHeld(writes: number): Promise<void> {
  await waitFor(`${writes} held writes`, async () => (await countHeld(stack.database)) === writes);
}

/** kill -9 of the worker; the other one, which knows nothing of its disk, goes on. */
async function killAndChange(): Promise<void> {
  const left = workspaces();
  await stack.killWorker();
  killedAtMs = performance.now();
  await letGo(stack.database);
  const isNobodyLeft = async () => (await processesIn(left)).length === 0;
  await waitFor('end of all children of the killed worker', isNobodyLeft, orphansEndMs);
  running = 1 - running;
}

async function startOther(): Promise<void> {
  await stack.startWorker(running === 0 ? {} : otherDisk);
  startedAtMs = performance.now();
}

/** Which try of an activity of `mended` is running now; 0 when none is. */
async function tryOf(activity: string): Promise<number> {
  const { raw } = await runOf(stack, mended.id).describe();
  // 2 stands for started; a scheduled one waits for a worker.
  const pending = raw.pendingActivities?.find(
    ({ activityType, state }) => activityType?.name === activity && Number(state) === 2,
  );
  return pending?.attempt ?? 0;
}

describe('kill -9 of the worker while it', () => {
  it('routes one order, and plans and measures the base commit of another', async () => {
    await isHeld(3);
    await killAndChange();
    await holdSteps(stack.database, 'Add mended', ['edit']);
    await startOther();
  });

  it('edits one order and verifies another', async () => {
    await isHeld(1);
    await waitFor('test that waits', async () => {
      const found = await processesIn(join(workspaces(), proven.id));
      return found.some(({ commandLine }) => commandLine.includes('waits.test.js'));
    });
    await killAndChange();
    await holdSteps(stack.database, 'Add proven', ['publish']);
    await startOther();
  });

  it('repairs one order and publishes another', async () => {
    const home = join(workspaces(), proven.id, '1/home');
    await waitFor('workspace on the other disk', async () => existsSync(home));
    await writeFile(join(home, 'go-on'), '');
    await waitFor('repair at the provider', async () => callsOf('mended', 'repair').length === 1);
    await isHeld(1);
    expect(await processesIn(join(workspaces(), mended.id))).not.toEqual([]);
    await killAndChange();
    isRepairAnswered = true;
    await holdSteps(stack.database, 'Add mended', ['record']);
    await startOther();
  });

  it('repairs is made good by another worker within the heartbeat timeout and 5 s', async () => {
    await waitFor('second try of the repair', async () => (await tryOf('repairAttempt')) === 2);
    const dueAtMs = Math.max(killedAtMs + heartbeatTimeoutMs, startedAtMs);
    expect(performance.now() - dueAtMs).toBeLessThan(resumedMs);
  });

  it('records an attempt, whose outcome is already written', async () => {
    await isHeld(1);
    expect(await stack.database.outcomeVector.count({ where: { workOrderId: mended.id } })).toBe(1);
    await killAndChange();
    await startOther();
  });

  it('waits for a person', async () => {
    await waitForEscalation(stack, mended.id);
    await killAndChange();
    await startOther();
    const orderId = mended.id;
    const asked = await answerEscalation(stack, { orderId }, { option: 'retry_different_approach', guidance });
    expect(asked).toMatchObject({ failureClass: 'test_fail', trigger: 'attempts_used_up' });
  });
});

describe('after all kills', () => {
  it.each([
    ['mended', 2, () => mended],
    ['proven', 1, () => proven],
  ])('the order %s ends in exactly one pull request with the right content', async (word, attempt, orderOf) => {
    const { id } = orderOf();
    expect(await waitForEnd(stack, id)).toMatchObject({ status: 'completed', attempt });
    const where = { workOrderId: id };
    const pullRequests = await stack.database.pullRequest.findMany({ where });
    expect(pullRequests).toHaveLength(1);
    const [{ forgeLocation, headBranch, headCommit, baseCommit } = expect.fail('no pull request')] = pullRequests;
    const branches = await git(
      forgeLocation,
      'for-each-ref',
      '--format=%(refname:short) %(objectname)',
      'refs/heads/ratchet',
    );
    expect(branches.trim()).toBe(`${headBranch} ${headCommit}`);
    expect(await changedFiles(forgeLocation, baseCommit, headCommit)).toEqual([`src/${word}.js`]);
    const text = await git(forgeLocation, 'show', `${headCommit}:src/${word}.js`);
    expect(text).toBe(`export const ${word} = '${word}';\n`);
    expect(await stack.database.workOrderEvent.count({ where: { ...where, type: 'pull_request_opened' } })).toBe(1);
  });

  it('each attempt has one outcome and one routing decision, and the events have no gap', async () => {
    const { database } = stack;
    const orderBy = { attempt: 'asc' as const };
    const outcomes = await database.outcomeVector.findMany({ where: { workOrderId: mended.id }, orderBy });
    expect(outcomes).toMatchObject([
      { attempt: 1, success: false, failureClass: 'test_fail', failedStep: 'verify', repairRounds: 1 },
      { attempt: 2, success: true, failureClass: null },
    ]);
    expect(await database.outcomeVector.count({ where: { workOrderId: proven.id } })).toBe(1);
    for (const [{ id: workOrderId }, attempts] of [
      [mended, 2],
      [proven, 1],
    ] as const) {
      expect(await database.decisionLog.count({ where: { workOrderId, type: 'routing' } })).toBe(attempts);
      const events = await database.workOrderEvent.findMany({ where: { workOrderId }, orderBy: { sequence: 'asc' } });
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    }
    expect(await database.baseline.count()).toBe(2);
  });

  it('no finished model call was made a second time, whichever disk the step went on with', () => {
    const counts = (word: string) => (['plan', 'edit', 'repair'] as const).map((step) => callsOf(word, step).length);
    expect(counts('proven')).toEqual([1, 1, 0]);
    // Two attempts; of the repair the first question was cut off by the kill, and asked again.
    expect(counts('mended')).toEqual([2, 2, 2]);
  });

  it('a question is put in the same words on every disk, or its stored answer would not be found', () => {
    expect(new Set(callsOf('mended', 'repair')).size).toBe(1);
  });

  it('no money is reserved but that of the call that was cut off, which its provider may bill', async () => {
    const reserved = await stack.database.modelCall.findMany({ where: { state: 'reserved' } });
    expect(reserved).toMatchObject([{ workOrderId: mended.id, step: 'repair' }]);
    expect(await stack.database.slot.count()).toBe(0);
    expect(await stack.database.modelAnswer.count()).toBe(0);
  });
});
