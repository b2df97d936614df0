import { steps } from '../../domain/work-orders/work-order.ts';
import type { Database } from '../client.ts';
import type { Prisma, WorkOrder } from '../generated/client.ts';
import {
  readRecord,
  storedAcceptance,
  storedCriteria,
  storedDiffStat,
  storedGuardHits,
  storedInspection,
  storedVerdict,
  type StoredRecord,
} from './stored-shapes.ts';
import type { WorkOrderSummary } from './work-order-list.ts';
import { visibleOrders, type Visibility } from './visibility.ts';

const summaryParts = {
  repository: { select: { location: true } },
  owner: { select: { name: true } },
} satisfies Prisma.WorkOrderInclude;

type SummaryParts = Pick<Prisma.WorkOrderGetPayload<{ include: typeof summaryParts }>, keyof typeof summaryParts>;

/** What the finished model calls of an order cost. */
async function readCostUsdMicros(database: Database, workOrderId: string): Promise<number> {
  const where = { workOrderId, state: 'settled' as const };
  const { _sum } = await database.modelCall.aggregate({ where, _sum: { costUsdMicros: true } });
  return Number(_sum.costUsdMicros ?? 0n);
}

function toSummary(row: WorkOrder & SummaryParts, costUsdMicros: number): WorkOrderSummary {
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    repository: row.repository.location,
    baseBranch: row.baseBranch,
    risk: row.risk,
    priority: row.priority,
    ownerId: row.ownerId,
    owner: row.owner?.name ?? null,
    startState: row.startState,
    status: row.status,
    step: row.step,
    attempt: row.attempt,
    waitingFor: row.waitingFor,
    model: row.model,
    failureClass: row.failureClass,
    costUsdMicros,
    costCapUsdMicros: Number(row.costCapUsdMicros),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

/** The id that an order is stored under, from that id or from its number; null when there is none to be seen. */
export async function findWorkOrderId(
  database: Database,
  idOrNumber: string,
  visibility: Visibility,
): Promise<string | null> {
  const isNumber = /^\d{1,9}$/.test(idOrNumber);
  const where = isNumber ? { number: Number(idOrNumber) } : { id: idOrNumber.toLowerCase() };
  const row = await database.workOrder.findFirst({
    where: { ...where, ...visibleOrders(visibility) },
    select: { id: true },
  });
  return row?.id ?? null;
}

/** Everything that one order's page shows, in one snapshot. */
export async function readWorkOrder(database: Database, orderId: string) {
  const row = await database.workOrder.findUnique({ where: { id: orderId }, include: detailParts });
  if (row === null) return null;
  const pullRequest = row.pullRequests[0];
  return {
    ...toSummary(row, await readCostUsdMicros(database, row.id)),
    description: row.description,
    baseCommit: row.baseCommit,
    acceptanceCriteria: storedCriteria.parse(row.acceptanceCriteria),
    filesInScope: row.filesInScope,
    inspection: storedInspection.parse(row.inspection),
    approvedBy: row.approvedBy,
    approvedAt: row.approvedAt.toISOString(),
    lastEventSequence: row.lastEventSequence,
    isScriptedModel: row.modelCalls.length > 0,
    stepTimes: row.events.flatMap((event) => toStepTime(readRecord(event.payload))),
    waitingReason: row.waitingFor === null ? null : toWaitingReason(row.events),
    openEscalationId: row.escalations[0]?.id ?? null,
    dependsOn: row.dependsOn.map(({ kind, dependsOn: { id, number, status } }) => ({
      workOrderId: id,
      number,
      kind,
      status,
    })),
    lastOutcome: row.outcomes.map(toLastOutcome)[0] ?? null,
    gates: toLastAttemptGates(row.gateResults),
    pullRequest:
      pullRequest === undefined
        ? null
        : {
            number: pullRequest.number,
            title: pullRequest.title,
            headBranch: pullRequest.headBranch,
            state: pullRequest.state,
            draft: pullRequest.draft,
            diffStat: storedDiffStat.parse(pullRequest.diffStat),
          },
  };
}

const detailParts = {
  ...summaryParts,
  events: { where: { type: { in: ['step_finished', 'step_failed', 'waiting'] } }, orderBy: { sequence: 'asc' } },
  escalations: { where: { state: 'open' }, orderBy: { createdAt: 'desc' }, take: 1, select: { id: true } },
  pullRequests: { orderBy: { number: 'desc' }, take: 1 },
  dependsOn: {
    include: { dependsOn: { select: { id: true, number: true, status: true } } },
    orderBy: { dependsOn: { number: 'asc' } },
  },
  outcomes: { orderBy: { attempt: 'desc' }, take: 1 },
  gateResults: { orderBy: [{ attempt: 'desc' }, { round: 'asc' }, { position: 'asc' }] },
  modelCalls: { where: { provider: 'scripted' }, take: 1, select: { id: true } },
} satisfies Prisma.WorkOrderInclude;

/** Why an order that waits does so, in the words of its run. */
function toWaitingReason(events: readonly { type: string; payload: Prisma.JsonValue }[]): string | null {
  const last = events.findLast(({ type }) => type === 'waiting');
  const reason = last === undefined ? null : readRecord(last.payload)['reason'];
  return typeof reason === 'string' && reason !== '' ? reason : null;
}

function toStepTime(payload: StoredRecord): { attempt: number; step: string; durationMs: number }[] {
  const { step, attempt, durationMs } = payload;
  if (typeof step !== 'string' || !(steps as readonly string[]).includes(step)) return [];
  if (typeof durationMs !== 'number') return [];
  return [{ attempt: typeof attempt === 'number' ? attempt : 0, step, durationMs: Math.round(durationMs) }];
}

function toLastOutcome(row: Prisma.OutcomeVectorGetPayload<object>) {
  const { attempt, success, acceptanceScore, repairRounds } = row;
  const acceptance = storedAcceptance.parse(row.acceptance);
  return {
    attempt,
    success,
    acceptanceScore,
    acceptance,
    guardHits: storedGuardHits.parse(row.guardHits),
    repairRounds,
  };
}

type GateRow = Prisma.GateResultGetPayload<object>;

function toLastAttemptGates(rows: GateRow[]) {
  return rows
    .filter((row) => row.attempt === rows[0]?.attempt)
    .map((row) => ({
      round: row.round,
      gate: row.gate,
      command: row.command,
      outcome: row.outcome,
      reason: storedVerdict.parse(row.verdict).reason,
      exitCode: row.exitCode,
      durationMs: row.durationMs,
      sandboxed: row.sandboxed,
      output: row.output,
    }));
}

/** One step of the story of an order. */
export interface WorkOrderEventRecord {
  sequence: number;
  type: string;
  /** ISO 8601. */
  at: string;
  payload: StoredRecord;
}

/** The events of an order after a sequence number, in their order. */
export async function readEvents(database: Database, orderId: string, after: number): Promise<WorkOrderEventRecord[]> {
  const rows = await database.workOrderEvent.findMany({
    where: { workOrderId: orderId, sequence: { gt: after } },
    orderBy: { sequence: 'asc' },
    take: 1_000,
  });
  return rows.map((row) => ({
    sequence: row.sequence,
    type: row.type,
    at: row.at.toISOString(),
    payload: readRecord(row.payload),
  }));
}

/** How far the stories of some orders are. */
export async function readEventPositions(database: Database, orderIds: string[]) {
  return database.workOrder.findMany({
    where: { id: { in: orderIds } },
    select: { id: true, lastEventSequence: true, status: true },
  });
}
