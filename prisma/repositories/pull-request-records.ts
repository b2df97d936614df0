import type { DiffStat } from '../../domain/work-orders/work-order.ts';
import { stableId } from '../../platform/stable-id.ts';
import type { Database } from '../client.ts';
import { appendAuditEvent } from './audit-trail.ts';

/** A pull request as its forge made it. */
export interface PullRequestRecord {
  repositoryId: string;
  orderId: string;
  attempt: number;
  forge: string;
  /** Where the branch can be fetched from. */
  forgeLocation: string;
  headBranch: string;
  baseBranch: string;
  headCommit: string;
  baseCommit: string;
  title: string;
  body: string;
  diff: string;
  diffStat: DiffStat;
  draft: boolean;
}

/** The record of a branch's pull request, and its line in the audit trail: made once, found again by its head branch. */
export async function findOrCreatePullRequest(
  database: Database,
  record: PullRequestRecord,
): Promise<{ id: string; number: number }> {
  const { orderId: workOrderId, diffStat, ...columns } = record;
  const unique = { repositoryId: record.repositoryId, headBranch: record.headBranch };
  return database.$transaction(async (session) => {
    // A skipped insert would still use up a number, so look first; the lock makes looking and inserting one thing.
    await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${unique.repositoryId} ${unique.headBranch}`}, 1))`;
    const found = await session.pullRequest.findUnique({ where: { repositoryId_headBranch: unique } });
    if (found !== null) return { id: found.id, number: found.number };
    const id = stableId('pull-request', unique.repositoryId, unique.headBranch);
    const made = await session.pullRequest.create({ data: { ...columns, id, workOrderId, diffStat: { ...diffStat } } });
    await appendAuditEvent(session, {
      actor: { kind: 'system', name: 'work order' },
      ...{ action: 'openPullRequest', outcome: 'done', objectKind: 'workOrder', objectId: workOrderId },
      details: { number: made.number, headBranch: record.headBranch, draft: record.draft },
    });
    return { id: made.id, number: made.number };
  });
}

export interface MergeableReference {
  state: 'open' | 'merged' | 'closed';
  forgeLocation: string;
  baseBranch: string;
  headCommit: string;
  title: string;
  number: number;
  mergeCommit: string | null;
}

/** What a merge needs to know of a pull request. @throws when there is no such one */
export async function loadForMerge(database: Database, id: string): Promise<MergeableReference> {
  const row = await database.pullRequest.findUniqueOrThrow({ where: { id } });
  const { state, forgeLocation, baseBranch, headCommit, title, number, mergeCommit } = row;
  return { state, forgeLocation, baseBranch, headCommit, title, number, mergeCommit };
}

/** Marks a pull request as merged; only an open one changes. */
export async function markMerged(database: Database, id: string, mergeCommit: string): Promise<void> {
  await database.$transaction(async (session) => {
    const { count } = await session.pullRequest.updateMany({
      where: { id, state: 'open' },
      data: { state: 'merged', mergeCommit, mergedAt: new Date() },
    });
    if (count === 0) return;
    await appendAuditEvent(session, {
      actor: { kind: 'system', name: 'merge' },
      ...{ action: 'pullRequestMerged', outcome: 'done', objectKind: 'pullRequest', objectId: id },
      details: { mergeCommit },
    });
  });
}

/** The order that a pull request belongs to; null when there is none. */
export async function findOrderOfPullRequest(database: Database, id: string): Promise<string | null> {
  const row = await database.pullRequest.findUnique({ where: { id }, select: { workOrderId: true } });
  return row?.workOrderId ?? null;
}

/** Head branches of an order that a pull request was opened for. */
export async function listHeadBranches(database: Database, orderId: string): Promise<string[]> {
  const rows = await database.pullRequest.findMany({ where: { workOrderId: orderId }, select: { headBranch: true } });
  return rows.map(({ headBranch }) => headBranch);
}
