import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

import type { EditResult, RecordActivities, VerifyResult, WorkspaceActivities } from '../../activities/index.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { taskQueues, workflowNames, workOrderWorkflowId, type WorkOrderResult } from '../../workflows/contract.ts';
import { startTestTemporal } from './temporal.ts';

type Event = Parameters<RecordActivities['appendEvents']>[0][number];
type Step = 'routeAttempt' | 'planAttempt' | 'editAttempt' | 'verifyAttempt' | 'publishAttempt' | 'settleWorkspaces';

/** What one order's activities do instead of the usual; each is told how often it was called before. */
export type Script = Partial<Record<Step, (calls: number) => unknown>>;

/** What the activities of one order were asked for. */
export interface Trace {
  events: Event[];
  outcomes: Parameters<RecordActivities['recordAttempt']>[0][];
  opened: string[];
  closed: Parameters<RecordActivities['closeEscalation']>[0][];
  decisions: string[];
  calls: Partial<Record<Step, unknown[]>>;
}

export interface StartedRun {
  orderId: string;
  trace: Trace;
  handle: WorkflowHandle;
  result(): Promise<WorkOrderResult>;
}

export interface WorkOrderRuns {
  client: Client;
  address: string;
  /** Starts an order whose activities follow a script. */
  start(script?: Script, options?: { orderId?: string; firstSignal?: string }): Promise<StartedRun>;
  close(): Promise<void>;
}

const diffStat = { files: 1, added: 2, removed: 0 };

/** What an activity does when nothing is said about it: everything goes well. */
const usual: Record<Step, () => unknown> = {
  routeAttempt: () => ({
    model: 'scripted',
    scripted: true,
    reason: 'the only one',
    policyVersion: 'test',
    complexity: { score: 0.1, factors: [] },
  }),
  planAttempt: () => ({ summary: 'A plan', files: ['a.ts'], findings: [] }),
  editAttempt: () => editResult(null),
  verifyAttempt: () => verifyResult(null),
  publishAttempt: () => ({ number: 7, branch: 'ratchet/00000000-change', title: 'Change', diffStat }),
  settleWorkspaces: () => undefined,
};

export function editResult(failure: Failure | null, files = 1): EditResult {
  return { commit: 'c'.repeat(40), diffStat: { ...diffStat, files }, failure };
}

export function verifyResult(failure: Failure | null, proofs: VerifyResult['proofs'] = []): VerifyResult {
  return { gates: [], proofs, sandboxed: true, testTimeMs: 1, failure };
}

/** A step that runs until it is cancelled. @param started told when it runs */
export async function untilCancelled(started: () => void): Promise<never> {
  const beat = setInterval(() => Context.current().heartbeat(), 50);
  started();
  try {
    return await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}

/** The real workflows on a real server, with activities that only follow a script. */
export async function startWorkOrderRuns(workflowBundle: WorkflowBundleWithSourceMap): Promise<WorkOrderRuns> {
  // Failing activities are the subject here; the SDK would print each.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const temporal = await startTestTemporal();
  const orders = new Map<string, { script: Script; trace: Trace }>();
  const connection = await NativeConnection.connect({ address: temporal.address });
  const shared = {
    connection,
    namespace: 'default',
    activities: activitiesFor(orders),
    maxHeartbeatThrottleInterval: '100ms',
  };
  const workers = await Promise.all([
    Worker.create({ ...shared, workflowBundle, taskQueue: taskQueues.workflows }),
    Worker.create({ ...shared, taskQueue: taskQueues.waiting }),
    Worker.create({ ...shared, taskQueue: taskQueues.workspace }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const clientConnection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection: clientConnection });
  return {
    client,
    address: temporal.address,
    async start(script = {}, { orderId = randomUUID(), firstSignal } = {}) {
      const order = orders.get(orderId) ?? { script, trace: emptyTrace() };
      orders.set(orderId, order);
      const input = { orderId, orderNumber: 1, title: 'Change', repository: '/repositories/a' };
      const workflowId = workOrderWorkflowId(orderId);
      const options = { args: [input], taskQueue: taskQueues.workflows, workflowId };
      const handle =
        firstSignal === undefined
          ? await client.workflow.start(workflowNames.workOrder, {
              ...options,
              workflowIdConflictPolicy: 'USE_EXISTING',
            })
          : await client.workflow.signalWithStart(workflowNames.workOrder, { ...options, signal: firstSignal });
      return { orderId, trace: order.trace, handle, result: () => handle.result() as Promise<WorkOrderResult> };
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await clientConnection.close();
      await connection.close();
      await temporal.close();
    },
  };
}

function emptyTrace(): Trace {
  return { events: [], outcomes: [], opened: [], closed: [], decisions: [], calls: {} };
}

function activitiesFor(orders: Map<string, { script: Script; trace: Trace }>) {
  const find = (orderId: string) => {
    const order = orders.get(orderId);
    if (order === undefined) throw new Error(`No test started the order ${orderId}.`);
    return order;
  };
  const step = (name: Step) => async (input: { orderId: string }) => {
    const { script, trace } = find(input.orderId);
    const calls = (trace.calls[name] ??= []);
    calls.push(input);
    const scripted = script[name];
    return scripted === undefined ? usual[name]() : scripted(calls.length - 1);
  };
  const records: RecordActivities = {
    appendEvents: async (events) => {
      for (const event of events) find(event.orderId).trace.events.push(event);
    },
    readProgress: async () => null,
    openEscalation: async ({ orderId, attempt }) => {
      const id = `${orderId}/${attempt}`;
      find(orderId).trace.opened.push(id);
      return { id };
    },
    closeEscalation: async (answer) => {
      find(answer.id.split('/')[0] ?? '').trace.closed.push(answer);
    },
    saveDecision: async ({ orderId, type }) => {
      find(orderId ?? '').trace.decisions.push(type);
    },
    recordAttempt: async (input) => {
      find(input.orderId).trace.outcomes.push(input);
      return { costUsdMicros: 1_500 };
    },
  };
  const steps = Object.fromEntries((Object.keys(usual) as Step[]).map((name) => [name, step(name)]));
  // Only what a work order uses; the other workspace activities are never called here.
  return { ...records, ...steps } as RecordActivities & Partial<WorkspaceActivities>;
}
