import type { FailureClass } from '../../domain/failures/failure-class.ts';
import {
  isFinal,
  type AcceptanceCriterion,
  type Risk,
  type Step,
  type WorkOrderStatus,
} from '../../domain/work-orders/work-order.ts';
import type { Database, DatabaseSession } from '../client.ts';
import { appendAuditEvent } from './audit-trail.ts';
import { storedCriteria } from './stored-shapes.ts';

/** An order as the steps of its run need it. */
export interface OrderSnapshot {
  id: string;
  number: number;
  title: string;
  description: string;
  repositoryId: string;
  /** What `git clone` gets. */
  repository: string;
  baseBranch: string;
  baseCommit: string;
  acceptanceCriteria: AcceptanceCriterion[];
  filesInScope: string[];
  risk: Risk;
  costCapUsdMicros: number;
  /** Milliseconds since the epoch. */
  createdAtMs: number;
}

/** One thing that happened in a run, with the state that the run was in after it. */
export interface ProgressEvent {
  orderId: string;
  /** Counted by the workflow from 1; a repeated write of the same number changes nothing. */
  sequence: number;
  type: string;
  /** ISO 8601, the workflow's time. */
  at: string;
  status: WorkOrderStatus;
  step: Step | null;
  attempt: number;
  waitingFor: string | null;
  model: string | null;
  failureClass: FailureClass | null;
  details: Record<string, unknown>;
}

/** @throws when there is no such order */
export async function loadOrder(database: Database, orderId: string): Promise<OrderSnapshot> {
  const row = await database.workOrder.findUniqueOrThrow({ where: { id: orderId }, include: { repository: true } });
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    description: row.description,
    repositoryId: row.repositoryId,
    repository: row.repository.location,
    baseBranch: row.baseBranch,
    baseCommit: row.baseCommit,
    acceptanceCriteria: storedCriteria
      .parse(row.acceptanceCriteria)
      .map(({ id, text, command }) => (command === null ? { id, text } : { id, text, command })),
    filesInScope: row.filesInScope,
    risk: row.risk,
    costCapUsdMicros: Number(row.costCapUsdMicros),
    createdAtMs: row.createdAt.getTime(),
  };
}

/**
 * Appends events and moves the projection along, in one transaction. Repeating it, or repeating an older one late,
 * changes nothing.
 */
export async function appendEvents(database: Database, events: readonly ProgressEvent[]): Promise<void> {
  await database.$transaction(async (session) => {
    for (const event of events) await appendEvent(session, event);
  });
}

async function appendEvent(session: DatabaseSession, event: ProgressEvent): Promise<void> {
  const { orderId, sequence, type, at, details, ...state } = event;
  const { failureClass: _class, ...shown } = state;
  const { count } = await session.workOrderEvent.createMany({
    data: [{ workOrderId: orderId, sequence, type, at, payload: storableJson({ ...shown, ...details }) }],
    skipDuplicates: true,
  });
  if (count === 0) return;
  await session.workOrder.updateMany({
    where: { id: orderId, lastEventSequence: { lt: sequence } },
    data: { ...state, lastEventSequence: sequence, updatedAt: at, ...timesOf(event) },
  });
  // Answers are kept to pay none twice; after the end nobody will ask for them again.
  if (isFinal(event.status)) await session.modelAnswer.deleteMany({ where: { workOrderId: orderId } });
}

// What JSON can't hold (undefined) is left out here and not refused by the database client.
function storableJson(value: object): object {
  const parsed: unknown = JSON.parse(JSON.stringify(value));
  return parsed as object;
}

function timesOf(event: ProgressEvent): { startedAt?: string; finishedAt?: string } {
  if (event.sequence === 1) return { startedAt: event.at };
  return isFinal(event.status) ? { finishedAt: event.at } : {};
}

/** How far the record of an order is that has not ended. */
export interface OrderProgress {
  lastEventSequence: number;
  attempt: number;
  model: string | null;
  failureClass: FailureClass | null;
  openEscalationId: string | null;
}

/** How far the record of an order is; null when it has ended, or there is none. */
export async function readProgress(database: Database, orderId: string): Promise<OrderProgress | null> {
  const row = await database.workOrder.findUnique({
    where: { id: orderId },
    include: { escalations: { where: { state: 'open' }, take: 1, select: { id: true } } },
  });
  if (row === null || isFinal(row.status)) return null;
  const { lastEventSequence, attempt, model, failureClass, escalations } = row;
  return { lastEventSequence, attempt, model, failureClass, openEscalationId: escalations[0]?.id ?? null };
}

/** Of these orders, the ones that have not ended. */
export async function selectUnfinished(database: Database, orderIds: readonly string[]): Promise<Set<string>> {
  const rows = await database.workOrder.findMany({
    where: { id: { in: [...orderIds] }, status: { notIn: ['completed', 'needs_review', 'failed', 'cancelled'] } },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}

/** How an order stands for those who wait for it; null when there is none. */
export async function readOrderOutcome(
  database: Database,
  orderId: string,
): Promise<{ number: number; status: WorkOrderStatus; isMerged: boolean } | null> {
  const row = await database.workOrder.findUnique({
    where: { id: orderId },
    include: { pullRequests: { where: { state: 'merged' }, select: { id: true } } },
  });
  return row === null ? null : { number: row.number, status: row.status, isMerged: row.pullRequests.length > 0 };
}

/** Raises the cost cap of an order, in the audit trail too; a lower one than before changes nothing. */
export async function raiseCostCap(database: Database, orderId: string, capUsdMicros: number): Promise<void> {
  const cap = BigInt(capUsdMicros);
  await database.$transaction(async (session) => {
    const { count } = await session.workOrder.updateMany({
      where: { id: orderId, costCapUsdMicros: { lt: cap } },
      data: { costCapUsdMicros: cap },
    });
    if (count === 0) return;
    await appendAuditEvent(session, {
      actor: { kind: 'system', name: 'work order' },
      ...{ action: 'raiseCostCap', outcome: 'done', objectKind: 'workOrder', objectId: orderId },
      details: { capUsdMicros },
    });
  });
}

/** From now on the attempts of an order begin at another commit of its base branch. */
export async function moveBase(database: Database, orderId: string, baseCommit: string): Promise<void> {
  await database.workOrder.update({ where: { id: orderId }, data: { baseCommit } });
}
