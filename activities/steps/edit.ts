import { lstat, mkdtemp, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

import { isErrorCode } from '../../domain/errors.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import { excerptLengthMax, type Failure } from '../../domain/failures/failure-class.ts';
import type { Redact } from '../../domain/text/redact.ts';
import { editMessage } from '../../domain/text/prompts/edit.ts';
import { isInScope } from '../../domain/work-orders/proposal.ts';
import type { DiffStat } from '../../domain/work-orders/work-order.ts';
import { findProposal, saveCheckpoint } from '../../prisma/repositories/attempt-records.ts';
import { loadOrder, type OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import { maskedPatterns } from '../aider/aider-engine.ts';
import type { EditReport } from '../aider/edit-engine.ts';
import { listEmptyNewFiles, pathsBetween, restorePaths, takeCheckpoint, type Workspace } from '../git/workspace.ts';
import type { StepProgress } from '../heartbeat.ts';
import type { ModelSession } from '../llm/endpoint.ts';
import type { SessionCalls } from '../llm/endpoint-sessions.ts';
import { openAttemptWorkspace } from './attempt-workspace.ts';
import type { StepDependencies } from './dependencies.ts';
import type { AttemptInput } from './plan.ts';

/** Folders of sockets: named after the process, so that those of a killed one can be told. */
export const socketFolderPrefix = 'ratchet-gateway-';

/** What an edit left behind. A failure beside a change means that the change is not to be trusted. */
export interface EditResult {
  commit: string;
  diffStat: DiffStat;
  failure: Failure | null;
}

/**
 * Lets the editor work in a workspace that stands on the base commit, and takes a checkpoint of what it left.
 * Judged by the tree: neither by what the editor says nor by its exit code.
 */
export async function editAttempt(
  dependencies: StepDependencies,
  input: AttemptInput,
  progress: StepProgress,
): Promise<EditResult> {
  const order = await loadOrder(dependencies.database, input.orderId);
  const proposal = await findProposal(dependencies.database, input);
  const { acceptanceCriteria, title, description, filesInScope } = order;
  const { guidance, previousFailure } = input;
  const message = editMessage({ title, description, acceptanceCriteria, proposal, guidance, previousFailure });
  const files = proposal?.files.map(({ path }) => path) ?? filesInScope.filter((path) => !path.endsWith('/'));
  const round = { step: 'edit' as const, round: 0, from: order.baseCommit, message, files };
  return editFrom(dependencies, { order, input, round }, progress);
}

/** One run of the editor: where it begins, what it is told, and which files it gets to see. */
export interface EditRound {
  step: 'edit' | 'repair';
  /** 0 for the first edit, then one per repair. */
  round: number;
  /** The commit that the workspace stands on. */
  from: string;
  message: string;
  files: readonly string[];
}

/** Runs the editor once and takes a checkpoint of what it left. */
export async function editFrom(
  dependencies: StepDependencies,
  { order, input, round }: { order: OrderSnapshot; input: AttemptInput; round: EditRound },
  progress: StepProgress,
): Promise<EditResult> {
  const { database, git, redact } = dependencies;
  const { attempt, model } = input;
  const place = { order, attempt, commit: round.from };
  const workspace = await openAttemptWorkspace(dependencies, place, progress.signal);
  const { report, calls } = await editThroughGateway(dependencies, { order, input, workspace, round }, progress);
  const [emptyFiles] = await Promise.all([
    listEmptyNewFiles(git, workspace),
    restorePaths(git, workspace, maskedPatterns),
  ]);
  const what = round.round === 0 ? `attempt ${attempt}` : `attempt ${attempt}, repair ${round.round}`;
  const text = `${order.title}\n\nWork order #${order.number}, ${what}.`;
  const checkpoint = await takeCheckpoint(git, workspace, text);
  const { paths, ...taken } = checkpoint;
  const { baseCommit } = order;
  const ofRound =
    round.from === baseCommit ? paths : await pathsBetween(git, workspace, { from: round.from, to: taken.commit });
  const changed = ofRound.filter((path) => !emptyFiles.includes(path));
  const failure = await judge({ workspace, order, paths, changed, report, calls, model, redact });
  dependencies.logger.debug({ orderId: order.id, attempt, characters: report.transcript.length }, 'edit ended');
  await saveCheckpoint(database, { ...input, step: round.step, round: round.round, baseCommit, ...taken });
  const diffStat = changed.length === 0 ? { files: 0, added: 0, removed: 0 } : taken.diffStat;
  return { commit: taken.commit, diffStat, failure };
}

interface EditJobParts {
  order: OrderSnapshot;
  input: AttemptInput;
  workspace: Workspace;
  round: EditRound;
}

/** Opens the way to the model for the time of the edit: with a token that is worth nothing afterwards. */
async function editThroughGateway(
  dependencies: StepDependencies,
  parts: EditJobParts,
  progress: StepProgress,
): Promise<{ report: EditReport; calls: SessionCalls }> {
  const { order, input, round } = parts;
  const { id: workOrderId, costCapUsdMicros } = order;
  // Not in the workspace: the path of a socket has 108 bytes at most.
  const socketFolder = await mkdtemp(join(tmpdir(), `${socketFolderPrefix}${process.pid}-`));
  const session = await dependencies.endpoint.openSession({
    scope: { workOrderId, attempt: input.attempt, step: round.step, costCapUsdMicros },
    model: input.model,
    signal: progress.signal,
    ...(dependencies.gates.containment.sandboxed ? { socketFolder } : {}),
  });
  try {
    const report = await runEditor(dependencies, { ...parts, session }, progress);
    const calls = await session.calls();
    compareTokens(dependencies, { workOrderId, report, calls });
    return { report, calls };
  } finally {
    await session.close();
    await rm(socketFolder, { recursive: true, force: true });
  }
}

/** Share by which the editor's own count may differ from the gateway's. */
const tokenDifferenceMax = 0.01;

/** The ledger is the truth; an editor that counts otherwise made calls that the gateway did not see, or lost some. */
function compareTokens(
  { logger }: StepDependencies,
  { workOrderId, report, calls }: { workOrderId: string; report: EditReport; calls: SessionCalls },
): void {
  const { loggedTokens } = report;
  if (loggedTokens === null) return;
  const { inputTokens, outputTokens } = calls;
  const counted = inputTokens + outputTokens;
  const difference = Math.abs(loggedTokens.inputTokens + loggedTokens.outputTokens - counted);
  const facts = { workOrderId, editor: loggedTokens, gateway: { inputTokens, outputTokens } };
  if (difference > tokenDifferenceMax * counted) logger.warn(facts, 'the editor counted other tokens than the gateway');
  else logger.info(facts, 'the editor counted the same tokens as the gateway');
}

async function runEditor(
  dependencies: StepDependencies,
  { input, workspace, round, session }: EditJobParts & { session: ModelSession },
  progress: StepProgress,
): Promise<EditReport> {
  const entry = dependencies.directory.find(input.model);
  progress.say(`${input.model} edits ${round.files.length} files`);
  return dependencies.engine.edit({
    workspace,
    message: round.message,
    files: round.files,
    model: entry.name,
    editFormat: entry.editFormat,
    contextTokensMax: entry.contextTokensMax,
    outputTokensMax: entry.outputTokensMax,
    repositoryMapTokens: Math.round(dependencies.policy.repositoryMapTokens * input.contextFactor),
    timeoutMs: dependencies.policy.editTimeoutMs,
    signal: progress.signal,
    gateway: { baseUrl: session.baseUrl, token: session.token, socketPath: session.socketPath },
    onProgress: progress.say,
  });
}

interface EditEvidence {
  workspace: Workspace;
  order: OrderSnapshot;
  paths: readonly string[];
  /** Those of them that hold more than an empty new file. */
  changed: readonly string[];
  report: EditReport;
  calls: SessionCalls;
  model: string;
  redact: Redact;
}

async function judge(evidence: EditEvidence): Promise<Failure | null> {
  const { workspace, order, paths, changed, report, model, redact } = evidence;
  const { count, lastErrorCode, lastErrorMessage } = evidence.calls;
  if (report.timedOut) return failureOf('step-timeout', 'The editor was stopped at its time limit.');
  if (changed.length === 0) {
    if (lastErrorCode !== null && isErrorCode(lastErrorCode)) {
      return failureOf(lastErrorCode, lastErrorMessage ?? `The editor got no answer from ${model}.`);
    }
    const said = redact(report.transcript).trim().split('\n').slice(-12).join('\n');
    if (count === 0) {
      const failure = failureOfClass(
        'unknown',
        'editor-ended',
        'The editor ended without asking the model for anything.',
      );
      return { ...failure, context: { ...failure.context, excerpt: said.slice(-excerptLengthMax) } };
    }
    const made = `${count} model ${count === 1 ? 'call' : 'calls'}`;
    const message = `The editor changed no file after ${made} to ${model}.`;
    return failureOf('provider-bad-answer', message, { excerpt: said.slice(-excerptLengthMax) });
  }
  const outside = paths.find((path) => !isInScope(path, order.filesInScope));
  if (outside !== undefined) {
    return failureOf('workspace-breach', `The edit touched ${outside}, which is not in the scope of the order.`);
  }
  const leaving = await findLeavingLink(workspace, paths);
  if (leaving === null) return null;
  return failureOf('workspace-breach', `The edit made ${leaving} a link that leads out of the workspace.`);
}

/** The first changed path that is a symbolic link to somewhere outside of the tree, or null. */
async function findLeavingLink(workspace: Workspace, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const absolute = join(workspace.tree, path);
    const entry = await lstat(absolute).catch(() => null);
    if (!entry?.isSymbolicLink()) continue;
    // By the file system where the target exists (a link may lead through another link), else by its text.
    const written = resolve(dirname(absolute), await readlink(absolute));
    const target = await realpath(absolute).catch(() => written);
    const [first] = relative(await realpath(workspace.tree), target).split('/');
    if (first === '..' || first === '.git') return path;
  }
  return null;
}
