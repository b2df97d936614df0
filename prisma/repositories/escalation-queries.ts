import type { z } from 'zod';

import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Database } from '../client.ts';
import type { Prisma } from '../generated/client.ts';
import { afterTimeCursor, cutPage, newestFirst, timeKey, type Page, type PageRequest } from './page.ts';
import {
  readRecord,
  storedFailureContext,
  storedOptions,
  storedRecommendation,
  type StoredRecord,
} from './stored-shapes.ts';
import { ofVisibleOrders, type Visibility } from './visibility.ts';

/** A question to a person, with what was asked and what was answered. Times are ISO 8601. */
export interface EscalationView {
  id: string;
  workOrderId: string;
  workOrderNumber: number;
  workOrderTitle: string;
  attempt: number;
  trigger: string;
  failureClass: FailureClass;
  /** One sentence: what happened. */
  message: string;
  /** The lines of output that matter; empty when there are none. */
  excerpt: string;
  context: StoredRecord;
  /** What the order may cost at most now. */
  costCapUsdMicros: number;
  options: z.output<typeof storedOptions>;
  recommendation: z.output<typeof storedRecommendation>;
  state: 'open' | 'resolved';
  chosenOption: string | null;
  parameters: StoredRecord | null;
  note: string | null;
  resolvedBy: string | null;
  resolvedAt: string | null;
  createdAt: string;
}

const parts = {
  workOrder: { select: { number: true, title: true, costCapUsdMicros: true } },
} satisfies Prisma.EscalationInclude;

type Row = Prisma.EscalationGetPayload<{ include: typeof parts }>;

/** Escalations, newest first. */
export async function listEscalations(
  database: Database,
  filter: { state?: 'open' | 'resolved' | undefined; workOrderId?: string | undefined; visibility: Visibility },
  page: PageRequest,
): Promise<Page<EscalationView>> {
  const where = {
    ...ofVisibleOrders(filter.visibility),
    ...(filter.state === undefined ? {} : { state: filter.state }),
    ...(filter.workOrderId === undefined ? {} : { workOrderId: filter.workOrderId }),
  };
  const rows = await database.escalation.findMany({
    where: { AND: [where, afterTimeCursor(page.cursor)] },
    include: parts,
    orderBy: newestFirst,
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, timeKey);
  const total = page.withTotal === true ? await database.escalation.count({ where }) : null;
  return { items: items.map(toRecord), nextCursor, total };
}

/** One escalation, or null when there is none to be seen. */
export async function readEscalation(
  database: Database,
  id: string,
  visibility: Visibility,
): Promise<EscalationView | null> {
  const row = await database.escalation.findFirst({ where: { id, ...ofVisibleOrders(visibility) }, include: parts });
  return row === null ? null : toRecord(row);
}

function toRecord(row: Row): EscalationView {
  const failure = storedFailureContext.safeParse(row.context);
  return {
    id: row.id,
    workOrderId: row.workOrderId,
    workOrderNumber: row.workOrder.number,
    workOrderTitle: row.workOrder.title,
    attempt: row.attempt,
    trigger: row.trigger,
    failureClass: row.failureClass,
    message: failure.success ? failure.data.message : `The attempt ended with ${row.failureClass}.`,
    excerpt: failure.success ? failure.data.excerpt : '',
    context: readRecord(row.context),
    costCapUsdMicros: Number(row.workOrder.costCapUsdMicros),
    options: storedOptions.parse(row.options),
    recommendation: storedRecommendation.parse(row.recommendation),
    state: row.state,
    chosenOption: row.chosenOption,
    parameters: row.parameters === null ? null : readRecord(row.parameters),
    note: row.note,
    resolvedBy: row.resolvedBy,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
