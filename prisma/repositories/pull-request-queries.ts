import type { Database } from '../client.ts';
import type { Prisma } from '../generated/client.ts';
import type { PullRequestState } from '../generated/enums.ts';
import { cutPage, readNumberCursor, type Page, type PageRequest } from './page.ts';
import { storedDiffStat } from './stored-shapes.ts';
import { ofVisibleOrders, type Visibility } from './visibility.ts';

/** A pull request as a list shows it. Times are ISO 8601. */
export interface PullRequestSummary {
  id: string;
  number: number;
  repository: string;
  workOrderId: string;
  workOrderNumber: number;
  attempt: number;
  forge: string;
  forgeLocation: string;
  headBranch: string;
  baseBranch: string;
  headCommit: string;
  baseCommit: string;
  title: string;
  diffStat: { files: number; added: number; removed: number };
  draft: boolean;
  state: PullRequestState;
  mergeCommit: string | null;
  mergedAt: string | null;
  createdAt: string;
}

const summaryColumns = {
  id: true,
  number: true,
  workOrderId: true,
  attempt: true,
  forge: true,
  forgeLocation: true,
  headBranch: true,
  baseBranch: true,
  headCommit: true,
  baseCommit: true,
  title: true,
  diffStat: true,
  draft: true,
  state: true,
  mergeCommit: true,
  mergedAt: true,
  createdAt: true,
  repository: { select: { location: true } },
  workOrder: { select: { number: true } },
} satisfies Prisma.PullRequestSelect;

type SummaryRow = Prisma.PullRequestGetPayload<{ select: typeof summaryColumns }>;

/** Pull requests, newest number first; without body and diff, which can be long. */
export async function listPullRequests(
  database: Database,
  filter: { state?: PullRequestState | undefined; workOrderId?: string | undefined; visibility: Visibility },
  page: PageRequest,
): Promise<Page<PullRequestSummary>> {
  const where = {
    ...ofVisibleOrders(filter.visibility),
    ...(filter.state === undefined ? {} : { state: filter.state }),
    ...(filter.workOrderId === undefined ? {} : { workOrderId: filter.workOrderId }),
  };
  const below = readNumberCursor(page.cursor);
  const rows = await database.pullRequest.findMany({
    where: below === undefined ? where : { ...where, number: { lt: below } },
    select: summaryColumns,
    orderBy: { number: 'desc' },
    take: page.limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, page.limit, (row) => String(row.number));
  const total = page.withTotal === true ? await database.pullRequest.count({ where }) : null;
  return { items: items.map(toSummary), nextCursor, total };
}

/** One pull request with its body, its diff and the gates of its attempt, or null when there is none to be seen. */
export async function readPullRequest(database: Database, number: number, visibility: Visibility) {
  const row = await database.pullRequest.findFirst({
    where: { number, ...ofVisibleOrders(visibility) },
    select: { ...summaryColumns, body: true, diff: true },
  });
  if (row === null) return null;
  const { workOrderId, attempt, headCommit } = row;
  // After repairs, those of the round whose checkpoint was published.
  const verified = await database.checkpoint.findFirst({
    where: { workOrderId, attempt, step: 'verify', commit: headCommit },
    select: { round: true },
    orderBy: { round: 'desc' },
  });
  const gates = await database.gateResult.findMany({
    where: { workOrderId, attempt, round: verified?.round ?? 0 },
    select: { gate: true, command: true, outcome: true, exitCode: true, durationMs: true, sandboxed: true },
    orderBy: { position: 'asc' },
  });
  return { ...toSummary(row), body: row.body, diff: row.diff, gates };
}

function toSummary(row: SummaryRow): PullRequestSummary {
  return {
    id: row.id,
    number: row.number,
    repository: row.repository.location,
    workOrderId: row.workOrderId,
    workOrderNumber: row.workOrder.number,
    attempt: row.attempt,
    forge: row.forge,
    forgeLocation: row.forgeLocation,
    headBranch: row.headBranch,
    baseBranch: row.baseBranch,
    headCommit: row.headCommit,
    baseCommit: row.baseCommit,
    title: row.title,
    diffStat: storedDiffStat.parse(row.diffStat),
    draft: row.draft,
    state: row.state,
    mergeCommit: row.mergeCommit,
    mergedAt: row.mergedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
