import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { editAttempt } from '../../activities/steps/edit.ts';
import { planAttempt, type AttemptInput } from '../../activities/steps/plan.ts';
import { repairAttempt } from '../../activities/steps/repair.ts';
import { verifyAttempt, type VerifyResult } from '../../activities/steps/verify.ts';
import type { FlagName } from '../../domain/flags/flags.ts';
import { loadConfig } from '../../platform/config.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { listFlags, setFlag } from '../../prisma/repositories/feature-flags.ts';
import { cacheFolder } from '../../tools/cache.mjs';
import { pathWithBundledNode } from '../../tools/node-runtime.mjs';
import { composeWorker, type WorkerParts } from '../../worker/compose.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { providerEnvironment, startEditingProvider, stepOf, wrongEdit } from '../support/editing-provider.ts';
import type { ProviderServer } from '../support/provider-server.ts';
import { checkedFiles, git, makeRepository } from '../support/repositories.ts';
import { projectRoot } from '../support/stack-parts.ts';
import { waitFor } from '../support/wait-for.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

const model = 'gpt-5.4-mini';
const progress = { signal: new AbortController().signal, say: () => undefined };

let folder: string;
let testDatabase: TestDatabase;
let database: Database;
let provider: ProviderServer;
let repository: string;
let worker: WorkerParts;

// A worker as its process makes it, with its own way from the database to each place of use; Temporal is not needed.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-flags-'));
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 4);
  // Every plan lacks the criterion, and every edit is one that the tests don't accept.
  provider = await startEditingProvider(({ step, word, call }) =>
    step === 'plan'
      ? { text: incompletePlan(word) }
      : { text: wrongEdit(word).replace('wrong', `wrong ${call.number}`) },
  );
  repository = await makeRepository(join(folder, 'repository'), checkedFiles);
  worker = await composeWorker(
    loadConfig({
      ...{ DATABASE_URL: testDatabase.url, TEMPORAL_ADDRESS: '127.0.0.1:1', RATCHET_LOG_LEVEL: 'silent' },
      ...{ RATCHET_STATE_DIR: join(folder, 'state'), RATCHET_CACHE: cacheFolder(), HOME: folder },
      ...{ OLLAMA_BASE_URL: 'http://127.0.0.1:1', ANTHROPIC_API_KEY: 'test-key-of-nobody' },
      PATH: pathWithBundledNode(projectRoot),
      AIDER_PATH: fileURLToPath(new URL('../support/quick-editor.mjs', import.meta.url)),
      // Anthropic's place is taken by a server that is not there.
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
      ...providerEnvironment(provider),
    }),
  );
});

afterEach(async () => {
  for (const name of ['GATE_REPAIRS', 'FURTHER_REPAIRS', 'PLAN_REFINEMENT', 'MODEL_STAND_INS'] as const) {
    await turn(name, true);
  }
});

afterAll(async () => {
  await worker.close();
  await provider.close();
  await database.$disconnect();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
});

function incompletePlan(word: string): string {
  const path = `src/${word}.js`;
  return JSON.stringify({ summary: 'Add it.', files: [{ path, intent: 'The constant.', isNew: true }] });
}

/** Turns a flag, and waits until the worker knows. */
async function turn(name: FlagName, isOn: boolean): Promise<void> {
  const actor = { kind: 'person' as const, id: randomUUID(), name: 'Somebody on call' };
  await setFlag(database, { name, isOn, reason: 'A test.', actor });
  await waitFor(`${name} in the worker`, async () => (await worker.dependencies.flags.isOn(name)) === isOn, 5_000);
}

/** An order `Add <word>`, and what the steps of its first attempt are given. */
async function order(word: string): Promise<AttemptInput> {
  const orderId = await insertWorkOrder(database);
  const { repositoryId } = await database.workOrder.findUniqueOrThrow({ where: { id: orderId } });
  await database.repository.update({ where: { id: repositoryId }, data: { location: `${repository}-${word}` } });
  await git(folder, 'clone', '--quiet', repository, `${repository}-${word}`);
  await database.workOrder.update({
    where: { id: orderId },
    data: {
      ...{ title: `Add ${word}`, description: `There should be a constant named ${word}.`, filesInScope: ['src'] },
      baseCommit: (await git(repository, 'rev-parse', 'HEAD')).trim(),
      acceptanceCriteria: [{ id: 'AC1', text: 'It is there.', command: null }],
    },
  });
  const nothing = { guidance: null, previousFailure: null, contextFactor: 1, plan: 'mend' as const };
  return { orderId, attempt: 1, model, ...nothing };
}

const callsFor = (step: string, word: string) =>
  provider.calls.filter((call) => stepOf(call) === step && call.text.includes(`Add ${word}`)).length;

async function runsOf(name: FlagName) {
  return (await listFlags(database)).find((flag) => flag.name === name)?.lately;
}

describe('a plan with findings', () => {
  it('goes back to its model while the flag is on, which is counted, and is taken as it is when it is off', async () => {
    const before = (await runsOf('PLAN_REFINEMENT'))?.runs ?? 0;
    const refined = await planAttempt(worker.dependencies, await order('alpha'), progress);
    expect(refined.findings).not.toEqual([]);
    expect([refined.cycles, callsFor('plan', 'alpha')]).toEqual([3, 3]);
    await waitFor('counted runs', async () => (await runsOf('PLAN_REFINEMENT'))?.runs === before + 2);
    await turn('PLAN_REFINEMENT', false);
    const unrefined = await planAttempt(worker.dependencies, await order('beta'), progress);
    expect([unrefined.cycles, callsFor('plan', 'beta')]).toEqual([1, 1]);
  });
});

describe('a change that does not pass its gates', () => {
  async function verify(input: AttemptInput, commit: string, before: readonly VerifyResult[] = []) {
    const fingerprints = before.map(({ fingerprint }) => fingerprint);
    const { orderId, attempt } = input;
    return verifyAttempt(
      worker.dependencies,
      { orderId, attempt, commit, round: before.length, fingerprints },
      progress,
    );
  }

  it('is repaired or not as the flags say at that moment, round by round', async () => {
    const input = await order('gamma');
    await planAttempt(worker.dependencies, input, progress);
    const { commit } = await editAttempt(worker.dependencies, input, progress);
    const first = await verify(input, commit);
    expect(first.failure).toMatchObject({ failureClass: 'test_fail' });
    expect(first.repair.repair).toBe(true);

    await turn('FURTHER_REPAIRS', false);
    expect((await verify(input, commit)).repair.repair).toBe(true);
    const { failure } = first;
    if (failure === null) throw new Error('The gates passed.');
    const repaired = await repairAttempt(worker.dependencies, { ...input, round: 1, commit, failure }, progress);
    expect(callsFor('repair', 'gamma')).toBeGreaterThan(0);
    const second = await verify(input, repaired.commit, [first]);
    expect(second.repair).toEqual({
      repair: false,
      reason: 'The flag FURTHER_REPAIRS is off, so there is no repair.',
    });

    await turn('GATE_REPAIRS', false);
    expect((await verify(input, commit)).repair).toEqual({
      repair: false,
      reason: 'The flag GATE_REPAIRS is off, so there is no repair.',
    });
    // It was allowed when the gates ran: the repair looks again, asks nobody and leaves what the gates said.
    const asked = callsFor('repair', 'gamma');
    expect(await repairAttempt(worker.dependencies, { ...input, round: 1, commit, failure }, progress)).toEqual({
      ...{ commit, failure, diffStat: { files: 0, added: 0, removed: 0 } },
    });
    expect(callsFor('repair', 'gamma')).toBe(asked);
  });
});

describe('a model that does not answer', () => {
  const asked = 'claude-opus-5-5';
  const ask = (workOrderId: string, content: string) =>
    worker.dependencies.gateway.generate({
      scope: { workOrderId, attempt: 1, step: 'plan', costCapUsdMicros: 5_000_000 },
      ...{ model: asked, messages: [{ role: 'user', content }] },
    });

  it('is stood in for while the flag is on, which is counted; when it is off, nobody else sees the prompt', async () => {
    const workOrderId = await insertWorkOrder(database);
    expect(await ask(workOrderId, 'One.')).toMatchObject({ degraded: true, provider: 'openai' });
    await waitFor('counted run', async () => (await runsOf('MODEL_STAND_INS'))?.runs === 1);
    const entry = worker.dependencies.directory.find(asked);
    expect((await worker.dependencies.directory.standInsFor(entry)).map(({ name }) => name)).toEqual([model]);

    await turn('MODEL_STAND_INS', false);
    const calls = provider.calls.length;
    await expect(ask(workOrderId, 'Two.')).rejects.toMatchObject({ code: 'provider-unavailable' });
    expect(provider.calls).toHaveLength(calls);
    // What routing writes down and what the gateway does come from the same place.
    expect(await worker.dependencies.directory.standInsFor(entry)).toEqual([]);
  });
});
