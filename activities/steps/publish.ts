import { AppError } from '../../domain/errors.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import { withholdingGuards } from '../../domain/guards/guard.ts';
import type { Redact } from '../../domain/text/redact.ts';
import { pullRequestBody } from '../../domain/work-orders/pull-request-body.ts';
import { branchName, type DiffStat } from '../../domain/work-orders/work-order.ts';
import { findProposal, saveCheckpoint, type AttemptKey } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder } from '../../prisma/repositories/order-records.ts';
import { diffSinceBase } from '../git/workspace.ts';
import type { StepProgress } from '../heartbeat.ts';
import { holdAttemptCommit } from './attempt-workspace.ts';
import type { StepDependencies } from './dependencies.ts';
import type { Route } from './route.ts';
import type { VerifyResult } from './verify.ts';

/** What is published, and what is known of it. */
export interface PublishInput extends AttemptKey {
  commit: string;
  diffStat: DiffStat;
  route: Route;
  verification: VerifyResult | null;
  /** Set when a person accepted the change in spite of a failure: then it becomes a draft. */
  failure: Failure | null;
}

export interface PublishedPullRequest {
  number: number;
  branch: string;
  title: string;
  diffStat: DiffStat;
}

const diffCharactersMax = 5_000_000;

/** The guard lets no secret be added; what is hidden stood there before, or is a test's own. */
const hiddenInDiff =
  'What looks like a secret is hidden in the diff that Ratchet shows of this change. The branch itself is as it was made.';

/**
 * Pushes the checkpoint as a branch and opens one pull request for it; repeated, it finds the first one.
 *
 * @throws AppError `change-withheld` for a change that no answer of a person lets out
 */
export async function publishAttempt(
  dependencies: StepDependencies,
  input: PublishInput,
  progress: StepProgress,
): Promise<PublishedPullRequest> {
  const { database, git, mirrors, forge, ledger, redact } = dependencies;
  const { orderId, attempt, commit, diffStat, route, verification, failure } = input;
  refuseWithheld(verification);
  const order = await loadOrder(database, orderId);
  // By itself: it may rebuild what another try of this step works on, so nobody leaves it running.
  const workspace = await holdAttemptCommit(dependencies, { order, attempt, commit }, progress.signal);
  const [proposal, standIns, costUsdMicros] = await Promise.all([
    findProposal(database, input),
    ledger.standIns(orderId, attempt),
    ledger.spent(orderId),
  ]);
  const branch = branchName(order.id, order.title, attempt);
  const body = pullRequestBody({
    orderNumber: order.number,
    attempt,
    title: order.title,
    description: order.description,
    criteria: order.acceptanceCriteria,
    proofs: verification?.proofs ?? [],
    proposal,
    diffStat,
    gates: verification?.gates ?? [],
    acceptance: verification?.acceptance ?? null,
    guardHits: verification?.guardHits ?? [],
    model: route.model,
    scripted: route.scripted,
    standIns,
    sandboxed: dependencies.gates.containment.sandboxed,
    costUsdMicros,
    runUrl: dependencies.runUrl(orderId),
    failure,
  });
  progress.say(`Publishing ${branch}`);
  const diff = await diffSinceBase(git, workspace, { commit, renames: true });
  const draft = {
    repositoryId: order.repositoryId,
    orderId,
    attempt,
    headBranch: branch,
    baseBranch: order.baseBranch,
    headCommit: commit,
    baseCommit: order.baseCommit,
    title: order.title,
    ...withoutSecrets(redact, body, diff),
    diffStat,
    draft: failure !== null,
    repository: order.repository,
    mirror: await mirrors.withCommit(order.repository, order.baseCommit, progress.signal),
  };
  const { number } = await forge.openPullRequest(draft, workspace);
  const { baseCommit } = order;
  await saveCheckpoint(database, { orderId, attempt, step: 'publish', baseCommit, commit, bundle: null });
  return { number, branch, title: order.title, diffStat };
}

/** Body and diff as they are shown; the body says so when something is hidden in the diff. */
function withoutSecrets(redact: Redact, body: string, diff: string): { body: string; diff: string } {
  const shown = redact(diff);
  const note = shown === diff ? '' : `\n\n${hiddenInDiff}\n`;
  return { body: `${redact(body)}${note}`, diff: shown.slice(0, diffCharactersMax) };
}

function refuseWithheld(verification: VerifyResult | null): void {
  const guard = verification?.guardHits.find((hit) => withholdingGuards.has(hit.guard))?.guard;
  if (guard === undefined) return;
  throw new AppError(
    'change-withheld',
    `The ${guard} guard blocked this change, so no branch of it is pushed. Ask for a different approach, or make the change by hand.`,
  );
}
