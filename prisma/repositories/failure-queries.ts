import type { FailureClass } from '../../domain/failures/failure-class.ts';
import type { Database } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { readRecord } from './stored-shapes.ts';
import { ofVisibleOrders, type Visibility } from './visibility.ts';

interface FailureGroup {
  fingerprint: string;
  failure_class: FailureClass;
  orders: number;
  attempts: number;
  last_at: Date;
}

/**
 * The errors that most orders failed with, each with the context of its last occurrence. Times are ISO 8601.
 *
 * @param filter `sinceMs`: milliseconds since 1970; undefined: ever since
 */
export async function listTopFailures(
  database: Database,
  filter: {
    failureClass?: FailureClass | undefined;
    sinceMs?: number | undefined;
    limit: number;
    visibility: Visibility;
  },
) {
  const { failureClass, sinceMs, limit, visibility } = filter;
  const groups = await database.$queryRaw<FailureGroup[]>`
    SELECT failure_fingerprint AS fingerprint, failure_class::text AS failure_class,
      count(DISTINCT work_order_id)::integer AS orders, count(*)::integer AS attempts, max(created_at) AS last_at
    FROM outcome_vectors
    WHERE failure_fingerprint IS NOT NULL
      ${visibility === 'everybody' ? Prisma.empty : Prisma.sql`AND work_order_id IN (SELECT id FROM work_orders WHERE owner_id = ${visibility.ownerId}::uuid)`}
      ${failureClass === undefined ? Prisma.empty : Prisma.sql`AND failure_class::text = ${failureClass}`}
      ${sinceMs === undefined ? Prisma.empty : Prisma.sql`AND created_at >= ${new Date(sinceMs)}`}
    GROUP BY failure_fingerprint, failure_class
    ORDER BY orders DESC, attempts DESC, last_at DESC
    LIMIT ${limit}`;
  const last = await database.outcomeVector.findMany({
    where: {
      ...ofVisibleOrders(visibility),
      failureFingerprint: { in: groups.map(({ fingerprint }) => fingerprint) },
    },
    orderBy: { createdAt: 'desc' },
    distinct: ['failureFingerprint'],
    include: { workOrder: { select: { number: true } } },
  });
  return groups.map(({ fingerprint, failure_class: ofClass, orders, attempts, last_at: lastAt }) => {
    const latest = last.find((outcome) => outcome.failureFingerprint === fingerprint);
    return {
      fingerprint,
      failureClass: ofClass,
      orders,
      attempts,
      lastAt: lastAt.toISOString(),
      lastWorkOrderNumber: latest?.workOrder.number ?? null,
      failedStep: latest?.failedStep ?? null,
      context: readRecord(latest?.errorContext ?? {}),
    };
  });
}
