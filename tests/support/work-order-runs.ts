import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';

import type {
  EditResult,
  NextRung,
  RecordActivities,
  Route,
  VerifyResult,
  WaitingActivities,
  WorkspaceActivities,
} from '../../activities/index.ts';
import { fittingOptions } from '../../domain/escalations/options.ts';
import { recommendOption } from '../../domain/escalations/recommendation.ts';
import { failureClasses, type Failure } from '../../domain/failures/failure-class.ts';
import { decideRepair } from '../../domain/work-orders/repair.ts';
import { nextRung } from '../../domain/work-orders/retry-ladder.ts';
import {
  taskQueues,
  workflowNames,
  workOrderWorkflowId,
  type messages,
  type WorkOrderResult,
} from '../../workflows/contract.ts';
import { createTestNamespace } from './namespace.ts';
import { installQuietRuntime } from './quiet-runtime.ts';

type Activities = RecordActivities & WaitingActivities & WorkspaceActivities;
/** What an activity is given. */
export type Given<Name extends keyof Activities> = Activities[Name] extends (input: infer Input) => unknown
  ? Input
  : never;
type Answer<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]>>;

/** The activities whose answers a test can choose. */
const scripted = [
  'routeAttempt',
  'planAttempt',
  'editAttempt',
  'repairAttempt',
  'measureBaseline',
  'verifyAttempt',
  'publishAttempt',
  'moveToNewestBase',
  'settleWorkOrder',
  'readDependencies',
  'isOrderDone',
  'announceEnd',
  'takeSlot',
  'isAllStopped',
  'raiseCostCap',
] as const;

export type ScriptedActivity = (typeof scripted)[number];

/** What an order's activities do instead of the usual; each is told how often it was called before. */
export type Script = {
  [Name in ScriptedActivity]?: (calls: number, input: Given<Name>) => Answer<Name> | Promise<Answer<Name>>;
} & {
  /** What follows a failed attempt; without it, what the rules of the product say. */
  next?: (attempt: number) => NextRung;
  /** Fails as long as the records can't be written. */
  beforeTelling?: (events: Given<'appendEvents'>) => Promise<void>;
};

/** What the activities of one order were asked for. */
export interface Trace {
  events: Given<'appendEvents'>;
  outcomes: Given<'recordAttempt'>[];
  opened: (Given<'openEscalation'> & { id: string })[];
  closed: Given<'closeEscalation'>[];
  decisions: Given<'saveDecision'>[];
  calls: { [Name in ScriptedActivity]?: Given<Name>[] };
  /** What no run may do, in words. */
  defects: string[];
}

export interface StartedRun {
  orderId: string;
  trace: Trace;
  handle: WorkflowHandle;
  result(): Promise<WorkOrderResult>;
}

type FirstSignal = { name: (typeof messages)[keyof typeof messages]; args: unknown[] };

export interface WorkOrderRuns {
  client: Client;
  /** Starts an order whose activities follow a script. */
  start(script?: Script, options?: { orderId?: string; firstSignal?: FirstSignal }): Promise<StartedRun>;
  /** @throws when one of the runs did what none may do */
  close(): Promise<void>;
}

const diffStat = { files: 1, added: 2, removed: 0 };

/** What routing answers. */
export function routeTo(model: string): Route {
  const complexity = { score: 0.1, factors: [] };
  const decision = { reason: 'the only one', policyVersion: 'test', complexity };
  return { model, scripted: true, ...decision, estimateUsdMicros: 0, editFormat: 'diff' };
}

/** What an edit or a repair left. The commit tells apart what belongs to which. */
export function editResult(failure: Failure | null, { files = 1, commit = 'c'.repeat(40) } = {}): EditResult {
  return { commit, diffStat: { ...diffStat, files }, failure };
}

/** What a verification found; whether a repair is worth its price is decided by the rules of the product. */
export function verifyResult(
  { round, fingerprints }: Pick<Given<'verifyAttempt'>, 'round' | 'fingerprints'>,
  failure: Failure | null,
  details: Partial<VerifyResult> = {},
): VerifyResult {
  const { newErrors = failure === null ? 0 : 1, fingerprint = failure === null ? '' : failure.rule } = details;
  const repair =
    failure === null
      ? { repair: false, reason: 'Nothing is to be repaired.' }
      : decideRepair({ round, failure, newErrors, fingerprints: [...fingerprints, fingerprint] });
  const nothing = { gates: [], proofs: [], guardHits: [], blockedBy: null, acceptance: null };
  const found = { round, failure, newErrors, fingerprint, repair, sandboxed: true, testTimeMs: 1 };
  return { ...nothing, ...found, ...details };
}

/** What activities do when a test says nothing about them: everything goes well. */
export const usual: Required<Omit<Script, 'next' | 'beforeTelling'>> = {
  routeAttempt: () => routeTo('scripted'),
  planAttempt: () => ({ summary: 'A plan', files: ['a.ts'], findings: [], cycles: 1, failure: null }),
  editAttempt: () => editResult(null),
  repairAttempt: () => editResult(null),
  measureBaseline: () => ({ gates: 1 }),
  verifyAttempt: (_calls, input) => verifyResult(input, null),
  publishAttempt: () => ({ number: 7, branch: 'ratchet/00000000-change', title: 'Change', diffStat }),
  moveToNewestBase: () => ({ baseCommit: 'b'.repeat(40) }),
  settleWorkOrder: () => undefined,
  readDependencies: () => ({ state: 'ready', reason: 'It depends on nothing.' }),
  isOrderDone: () => false,
  announceEnd: () => undefined,
  takeSlot: () => ({ granted: true, reason: 'There is room.' }),
  isAllStopped: () => true,
  raiseCostCap: () => undefined,
};

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
export async function startWorkOrderRuns(workflowBundle: WorkflowBundleOption): Promise<WorkOrderRuns> {
  installQuietRuntime();
  const { address, namespace } = await createTestNamespace();
  const orders = new Map<string, { script: Script; trace: Trace }>();
  const connection = await NativeConnection.connect({ address });
  const activities = activitiesFor(orders);
  const shared = { connection, namespace, activities, maxHeartbeatThrottleInterval: '100ms' };
  const workers = await Promise.all([
    Worker.create({ ...shared, workflowBundle, taskQueue: taskQueues.workflows }),
    Worker.create({ ...shared, taskQueue: taskQueues.waiting }),
    Worker.create({ ...shared, taskQueue: taskQueues.workspace }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection, namespace });
  return {
    client,
    async start(script = {}, { orderId = randomUUID(), firstSignal } = {}) {
      const order = orders.get(orderId) ?? { script, trace: emptyTrace() };
      orders.set(orderId, order);
      const handle = await startOrder(client, orderId, firstSignal);
      return { orderId, trace: order.trace, handle, result: () => handle.result() as Promise<WorkOrderResult> };
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await clientConnection.close();
      await connection.close();
      const defects = [...orders.values()].flatMap(({ trace }) => trace.defects);
      if (defects.length > 0) throw new Error(defects.join('\n'));
    },
  };
}

function startOrder(client: Client, orderId: string, first: FirstSignal | undefined): Promise<WorkflowHandle> {
  const args = [{ orderId, orderNumber: 1, title: 'Change', repository: '/repositories/a' }];
  const options = { args, taskQueue: taskQueues.workflows, workflowId: workOrderWorkflowId(orderId) };
  if (first === undefined) {
    return client.workflow.start(workflowNames.workOrder, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' });
  }
  const { name: signal, args: signalArgs } = first;
  return client.workflow.signalWithStart(workflowNames.workOrder, { ...options, signal, signalArgs });
}

function emptyTrace(): Trace {
  return { events: [], outcomes: [], opened: [], closed: [], decisions: [], calls: {}, defects: [] };
}

function activitiesFor(orders: Map<string, { script: Script; trace: Trace }>) {
  const own = () => {
    const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
    const order = orders.get(workflowId.replace(/^work-order\//, ''));
    if (order === undefined) throw new Error(`No test started ${workflowId}.`);
    return order;
  };
  const follow = (name: ScriptedActivity) => async (input: object) => {
    const { script, trace } = own();
    const calls = (trace.calls[name] ??= []) as object[];
    calls.push(input);
    const answer = (script[name] ?? usual[name]) as (calls: number, input: object) => unknown;
    return answer(calls.length - 1, input);
  };
  const records: Omit<RecordActivities, ScriptedActivity> = {
    appendEvents: async (events) => {
      await own().script.beforeTelling?.(events);
      own().trace.events.push(...events);
    },
    readProgress: async () => null,
    openEscalation: async (input) => openEscalation(own().trace, input),
    closeEscalation: async (answer) => {
      own().trace.closed.push(answer);
    },
    saveDecision: async (decision) => {
      own().trace.decisions.push(decision);
    },
    recordAttempt: async (input) => {
      const { script, trace } = own();
      trace.defects.push(...findDefects(input, trace.outcomes.length));
      trace.outcomes.push(input);
      const { attempt, failure, blockedBy } = input;
      if (failure === null) return { costUsdMicros: 1_500, next: null };
      return { costUsdMicros: 1_500, next: script.next?.(attempt) ?? rungAfter({ attempt, failure, blockedBy }) };
    },
  };
  return { ...records, ...Object.fromEntries(scripted.map((name) => [name, follow(name)])) };
}

function openEscalation(trace: Trace, input: Given<'openEscalation'>) {
  const { orderId, attempt, trigger, failure, hasChange } = input;
  const id = `${orderId}/${attempt}`;
  trace.opened.push({ ...input, id });
  const money = { estimateUsdMicros: 100, remainingUsdMicros: 1_000_000 };
  const options = fittingOptions({ trigger, failureClass: failure.failureClass, hasChange });
  return { id, ...recommendOption({ options, history: {}, ...money, attempts: attempt, isHighRisk: false }) };
}

function rungAfter(failed: Parameters<typeof nextRung>[0]): NextRung {
  const { kind, trigger, reason } = nextRung(failed);
  return kind === 'escalate' ? { kind, trigger: trigger ?? 'attempts_used_up', reason } : { kind, reason };
}

/** Every attempt has one outcome, and each that failed a class, a context and the step. */
function findDefects(input: Given<'recordAttempt'>, outcomesBefore: number): string[] {
  const { orderId, attempt, failure, failedStep } = input;
  const isNext = attempt === outcomesBefore + 1;
  const isTold =
    failure === null
      ? failedStep === null
      : failureClasses.includes(failure.failureClass) && failure.context.message !== '' && failedStep !== null;
  const where = `attempt ${attempt} of ${orderId}`;
  return [
    ...(isNext ? [] : [`The outcome of ${where} is the ${outcomesBefore + 1}. that was recorded.`]),
    ...(isTold ? [] : [`The outcome of ${where} does not tell why it failed: ${JSON.stringify(failure)}`]),
  ];
}
