import { randomBytes, randomUUID } from 'node:crypto';

import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, type DataConverter } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import { parseEncryptionKeys } from '../../platform/crypto.ts';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { messages, taskQueues, workflowNames, workOrderWorkflowId } from '../../workflows/contract.ts';
import { createTestNamespace, type TestNamespace } from '../support/namespace.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { waitFor } from '../support/wait-for.ts';
import { usual, verifyResult, type Given } from '../support/work-order-runs.ts';
import { provideWorkflowBundle } from '../support/workflow-bundles.ts';

const newKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const first = newKey('first');
const second = newKey('second');
/** Goes into the order, the verdicts of its steps and the answers of people. */
const planted = 'the-words-of-an-order-that-nobody-else-may-read';

type Bundle = Awaited<ReturnType<typeof provideWorkflowBundle>>;
let temporal: TestNamespace;
let native: NativeConnection;
let connection: Connection;
let bundles: { plain: Bundle; encoded: Bundle };

beforeAll(async () => {
  installQuietRuntime();
  const [started, plain, encoded] = await Promise.all([
    createTestNamespace(),
    provideWorkflowBundle(),
    provideWorkflowBundle('encoded'),
  ]);
  temporal = started;
  bundles = { plain, encoded };
  native = await NativeConnection.connect({ address: temporal.address });
  connection = await Connection.connect({ address: temporal.address });
});

afterAll(async () => {
  await connection.close();
  await native.close();
});

/** A setting, as every process of an installation has it at the same time. */
function installation(setting: string | null) {
  const keys = setting === null ? null : parseEncryptionKeys(setting);
  const dataConverter = createDataConverter({ keys, redact: (text) => text });
  return { dataConverter, bundle: keys === null ? bundles.plain : bundles.encoded };
}

/** What follows a failed attempt is a question, until the third: that goes well. */
const activities = {
  ...usual,
  routeAttempt: () => usual.routeAttempt(0, {} as Given<'routeAttempt'>),
  readProgress: () => null,
  appendEvents: () => undefined,
  saveDecision: () => undefined,
  closeEscalation: () => undefined,
  verifyAttempt: (input: Given<'verifyAttempt'>) => {
    if (input.attempt > 2) return verifyResult(input, null);
    return verifyResult(input, failureOfClass('unknown', 'planted', `Attempt ${input.attempt} says ${planted}.`));
  },
  recordAttempt: ({ failure }: Given<'recordAttempt'>) => ({
    costUsdMicros: 1,
    next: failure === null ? null : { kind: 'escalate', trigger: 'attempts_used_up', reason: planted },
  }),
  openEscalation: ({ attempt }: Given<'openEscalation'>) => ({
    id: `question-${attempt}`,
    options: [{ option: 'retry_different_approach', effect: planted }],
    recommendation: { option: 'retry_different_approach', confidence: 1, reason: planted },
  }),
  isAllStopped: () => false,
  inspectRepository: () => {
    throw ApplicationFailure.nonRetryable(`outer ${planted}`, 'git-failed', new Error(`inner ${planted}`));
  },
};

/** @param dataConverter without one nothing is decoded */
function openClient(dataConverter?: DataConverter): Client {
  const { namespace } = temporal;
  return new Client({ connection, namespace, ...(dataConverter === undefined ? {} : { dataConverter }) });
}

/** Works on everything for as long as something runs. */
async function withWorkers<T>(setting: string | null, work: (client: Client) => Promise<T>): Promise<T> {
  const { dataConverter, bundle } = installation(setting);
  const shared = { connection: native, namespace: temporal.namespace, dataConverter, activities };
  const workers = await Promise.all([
    Worker.create({ ...shared, workflowBundle: bundle, taskQueue: taskQueues.workflows }),
    Worker.create({ ...shared, taskQueue: taskQueues.waiting }),
    Worker.create({ ...shared, taskQueue: taskQueues.workspace }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    return await work(openClient(dataConverter));
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
  }
}

async function startOrder(client: Client): Promise<WorkflowHandle> {
  const orderId = randomUUID();
  return client.workflow.start(workflowNames.workOrder, {
    args: [{ orderId, orderNumber: 1, title: planted, repository: '/repositories/a' }],
    taskQueue: taskQueues.workflows,
    workflowId: workOrderWorkflowId(orderId),
    staticSummary: planted,
  });
}

async function untilAsked(handle: WorkflowHandle, attempt: number): Promise<void> {
  await waitFor(`question ${attempt}`, async () => {
    const live = await handle.query<{ escalation: { id: string } | null }>(messages.live);
    return live.escalation?.id === `question-${attempt}`;
  });
}

async function answer(handle: WorkflowHandle): Promise<void> {
  const given = { option: 'retry_different_approach', guidance: planted, note: planted, resolvedBy: 'A person' };
  await handle.executeUpdate(messages.resolveEscalation, { args: [given] });
}

/** All texts of the events of a run as Temporal stores them: nothing is decoded. */
async function storedTexts(handle: WorkflowHandle, fromEvent = 0): Promise<string[]> {
  const bare = openClient().workflow.getHandle(handle.workflowId);
  const { events } = await bare.fetchHistory();
  return (events ?? []).slice(fromEvent).flatMap(textsOf);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const hits = (texts: readonly string[]) => texts.filter((text) => text.includes(planted)).length;

async function replay(setting: string | null, workflowId: string): Promise<string | null> {
  const { dataConverter, bundle } = installation(setting);
  const history = await openClient().workflow.getHandle(workflowId).fetchHistory();
  const options = { workflowBundle: bundle, dataConverter };
  for await (const { error } of Worker.runReplayHistories(options, [{ workflowId, history }])) {
    return error === undefined ? null : error.message.replaceAll('\\', '');
  }
  throw new Error('Nothing was replayed.');
}

describe('a run that began before there was a key', () => {
  let handle: WorkflowHandle;
  let plainEvents: number;

  beforeAll(async () => {
    handle = await withWorkers(null, async (client) => {
      const started = await startOrder(client);
      await untilAsked(started, 1);
      return started;
    });
    plainEvents = (await storedTexts(handle)).length;
    // Says that the search looks in the right place.
    expect(hits(await storedTexts(handle))).toBeGreaterThan(5);
  });

  it('goes on with one, and nothing that it writes from then on can be read', async () => {
    const before = await eventCount();
    await withWorkers(first, async (client) => {
      const same = client.workflow.getHandle(handle.workflowId);
      await answer(same);
      await untilAsked(same, 2);
    });
    expect((await storedTexts(handle)).length).toBeGreaterThan(plainEvents);
    expect(hits(await storedTexts(handle, before))).toBe(0);
    expect((await storedTexts(handle, before)).filter((text) => text === 'first').length).toBeGreaterThan(10);
  });

  it('goes on with a new key beside the old one, and ends', async () => {
    const before = await eventCount();
    await withWorkers(`${second},${first}`, async (client) => {
      const same = client.workflow.getHandle(handle.workflowId);
      await answer(same);
      expect(await same.result()).toMatchObject({ status: 'completed', attempts: 3 });
      expect(await (await same.describe()).staticSummary()).toBe(planted);
    });
    const texts = await storedTexts(handle, before);
    expect(hits(texts)).toBe(0);
    expect(texts).toContain('second');
    expect(texts).not.toContain('first');
  });

  it('is replayed with both keys; without one of them the error names it', async () => {
    expect(await replay(`${second},${first}`, handle.workflowId)).toBeNull();
    expect(await replay(second, handle.workflowId)).toMatch(/encrypted with the key "first"/);
    expect(await replay(null, handle.workflowId)).toMatch(/encrypted with the key "(?:first|second)"/);
  });

  async function eventCount(): Promise<number> {
    const { events } = await openClient().workflow.getHandle(handle.workflowId).fetchHistory();
    return events?.length ?? 0;
  }
});

describe('a run with a key from its beginning', () => {
  it('stores nothing that can be read, and its queries, summary and search attributes can be', async () => {
    await withWorkers(first, async (client) => {
      const handle = await startOrder(client);
      await untilAsked(handle, 1);
      expect(hits(await storedTexts(handle))).toBe(0);
      const live = await handle.query<{ lastFailure: unknown }>(messages.live);
      expect(JSON.stringify(live)).toContain(planted);
      const described = await handle.describe();
      expect(await described.staticSummary()).toBe(planted);
      const attributes = described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
      expect(Object.fromEntries(attributes)).toMatchObject({ RatchetStatus: 'waiting', Model: 'scripted' });
      const memo = JSON.stringify(textsOf(described.raw));
      expect(memo).not.toContain(planted);
      await handle.terminate();
    });
  });

  it('stores no message and no stack of a failure, and gives them to those who have the key', async () => {
    await withWorkers(first, async (client) => {
      const started = await client.workflow.start(workflowNames.inspectRepository, {
        args: [{ repository: '/repositories/a', baseBranch: null, allowDirty: false }],
        taskQueue: taskQueues.workflows,
        workflowId: randomUUID(),
      });
      const error: unknown = await started.result().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      const { cause } = (error as WorkflowFailedError).cause as Error;
      expect(cause).toMatchObject({ message: `outer ${planted}`, type: 'git-failed' });
      const texts = await storedTexts(started);
      expect(hits(texts)).toBe(0);
      expect(texts).toContain('Encoded failure');
      expect(texts.filter((text) => text.includes('    at '))).toEqual([]);
    });
  });
});
