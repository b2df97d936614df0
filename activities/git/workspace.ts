import { copyFile, lstat, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseNumstat } from '../../domain/text/unified-diff.ts';
import type { DiffStat } from '../../domain/work-orders/work-order.ts';
import { writeDecoy } from './decoy.ts';
import { splitNul, type Git } from './git-command.ts';

/** A clean checkout that belongs to exactly one attempt. */
export interface Workspace {
  /** Absolute; the checkout that the editor and the gates see. */
  tree: string;
  /** Absolute; the git dir that we use. It lies outside the tree, so that nothing in the tree can configure it. */
  gitDir: string;
  /** Absolute; HOME of everything that runs in the workspace. */
  home: string;
  /** Absolute; the objects of the mirror, which both git dirs borrow from. */
  mirrorObjects: string;
  baseCommit: string;
}

/** Which of an order's workspaces: that of an attempt, or the one in which the untouched base commit is measured. */
export type WorkspaceName = number | 'baseline';

/** What identifies a workspace, and the state it has to be in. */
export interface WorkspaceRequest {
  orderId: string;
  name: WorkspaceName;
  mirror: string;
  baseBranch: string;
  baseCommit: string;
  /** The checkpoint to stand on; the base commit where there is none yet. */
  commit: string;
  /** The commits between base and checkpoint, when the checkpoint is not the base. */
  bundle: Uint8Array | null;
}

const ownExclusions = ['.aider*', '/.git'];
const checkpointRef = 'refs/ratchet/checkpoint';

/** Folder of a workspace. */
export function workspaceFolder(folder: string, orderId: string, name: WorkspaceName): string {
  return join(folder, orderId, String(name));
}

/**
 * Brings a workspace into the state of a checkpoint: kept where it stands there already, rebuilt from mirror and bundle
 * everywhere else. Any worker on any machine can therefore go on with any step.
 */
export async function openWorkspace(git: Git, folder: string, request: WorkspaceRequest): Promise<Workspace> {
  const root = workspaceFolder(folder, request.orderId, request.name);
  const workspace = placeOf(folder, request);
  if (!(await resetTo(git, workspace, request.commit))) await rebuild(git, { root, workspace, request });
  await mkdir(workspace.home, { recursive: true });
  await giveDecoy(workspace, request);
  return workspace;
}

/**
 * A workspace whose git dir has a commit, for those who need its objects and not its files: where it has it, the tree
 * stays as it is; elsewhere it is opened.
 */
export async function holdCommit(git: Git, folder: string, request: WorkspaceRequest): Promise<Workspace> {
  const workspace = placeOf(folder, request);
  const found = await git.attempt(['cat-file', '-e', `${request.commit}^{commit}`], { gitDir: workspace.gitDir });
  return found.exitCode === 0 ? workspace : openWorkspace(git, folder, request);
}

function placeOf(folder: string, { orderId, name, mirror, baseCommit }: WorkspaceRequest): Workspace {
  const root = workspaceFolder(folder, orderId, name);
  return {
    tree: join(root, 'tree'),
    gitDir: join(root, 'git'),
    home: join(root, 'home'),
    mirrorObjects: join(mirror, 'objects'),
    baseCommit,
  };
}

async function resetTo(git: Git, workspace: Workspace, commit: string): Promise<boolean> {
  const there = await stat(join(workspace.gitDir, 'HEAD')).then(
    () => true,
    () => false,
  );
  if (!there) return false;
  await mkdir(workspace.tree, { recursive: true });
  // What a killed git left; nobody else uses this git dir.
  for (const lock of ['index.lock', `${checkpointRef}.lock`, 'outgoing.bundle.lock'])
    await rm(join(workspace.gitDir, lock), { force: true });
  const reset = await git.attempt(['reset', '--quiet', '--hard', commit], inWorkspace(workspace));
  if (reset.exitCode !== 0) return false;
  // Ignored files stay: they are what the install gate brought.
  const clean = await git.attempt(['clean', '--quiet', '-ffd', '-e', '.git'], inWorkspace(workspace));
  return clean.exitCode === 0;
}

async function rebuild(
  git: Git,
  { root, workspace, request }: { root: string; workspace: Workspace; request: WorkspaceRequest },
): Promise<void> {
  await rm(root, { recursive: true, force: true });
  await mkdir(workspace.tree, { recursive: true });
  // By git itself, which looks at what this file system can do. Bare: with a git dir alone it must read no attributes of
  // the folder that this process happens to stand in.
  await git(['init', '--quiet', '--bare', workspace.gitDir]);
  await writeFile(join(workspace.gitDir, 'objects/info/alternates'), `${workspace.mirrorObjects}\n`);
  await writeFile(join(workspace.gitDir, 'info/exclude'), `${ownExclusions.join('\n')}\n`);
  // The checkpoint is not there yet; the reset below moves it on.
  await writeFile(join(workspace.gitDir, 'HEAD'), `${request.baseCommit}\n`);
  if (request.bundle !== null) {
    const bundlePath = join(root, 'checkpoint.bundle');
    await writeFile(bundlePath, request.bundle);
    await git(['bundle', 'unbundle', bundlePath], { gitDir: workspace.gitDir });
    await rm(bundlePath);
  }
  await git(['reset', '--quiet', '--hard', request.commit], inWorkspace(workspace));
}

/**
 * Puts a throw-away `.git` into the tree: the editor wants a repository for its map, and some test suites ask git
 * for things. Nothing of ours ever reads it, so what is written there has no effect.
 */
async function giveDecoy(workspace: Workspace, { baseBranch, commit }: WorkspaceRequest): Promise<void> {
  const decoy = join(workspace.tree, '.git');
  await rm(decoy, { recursive: true, force: true });
  const borrowsFrom = [workspace.mirrorObjects, join(workspace.gitDir, 'objects')];
  await writeDecoy(decoy, { borrowsFrom, branch: baseBranch, commit });
  // Of the same tree at the same commit.
  await copyFile(join(workspace.gitDir, 'index'), join(decoy, 'index'));
}

/** Options that make git use our git dir on the tree. */
export function inWorkspace(workspace: Workspace): { gitDir: string; workTree: string; cwd: string } {
  return { gitDir: workspace.gitDir, workTree: workspace.tree, cwd: workspace.tree };
}

/** A checkpoint as it leaves the workspace. */
export interface TakenCheckpoint {
  commit: string;
  /** Paths that differ from the base commit; a renamed file is a deleted and an added one. */
  paths: string[];
  /** Null when nothing has changed since the base commit. */
  bundle: Uint8Array<ArrayBuffer> | null;
  diffStat: DiffStat;
}

/**
 * Records the tree as it stands, without the editor's own files.
 *
 * @param message the commit's message
 */
export async function takeCheckpoint(git: Git, workspace: Workspace, message: string): Promise<TakenCheckpoint> {
  const here = inWorkspace(workspace);
  await git(['add', '--all', '--', '.'], here);
  const [written, stood] = await Promise.all([
    git(['write-tree'], here),
    git(['rev-parse', 'HEAD', 'HEAD^{tree}'], here),
  ]);
  const tree = written.trim();
  const [parent = '', parentTree] = stood.trim().split('\n');
  const commit =
    tree === parentTree
      ? parent
      : (await git(['commit-tree', tree, '-p', parent, '-F', '-'], { ...here, input: message })).trim();
  // Two names for it, set at once: where the workspace stands, and what a bundle can be made of.
  const updates = `update HEAD ${commit}\nupdate ${checkpointRef} ${commit}\n`;
  await git(['update-ref', '--no-deref', '--stdin'], { ...here, input: updates });
  const [counted, bundle] = await Promise.all([
    git(['diff', '--numstat', '-z', '--no-renames', workspace.baseCommit, commit], here),
    bundleOf(git, workspace, commit),
  ]);
  const { paths, ...diffStat } = parseNumstat(counted);
  return { commit, paths, bundle, diffStat };
}

async function bundleOf(git: Git, workspace: Workspace, commit: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (commit === workspace.baseCommit) return null;
  const path = join(workspace.gitDir, 'outgoing.bundle');
  const range = [`^${workspace.baseCommit}`, checkpointRef];
  await git(['bundle', 'create', '--quiet', path, ...range], { gitDir: workspace.gitDir });
  const bytes = await readFile(path);
  await rm(path);
  return new Uint8Array(bytes);
}

/** Paths that differ between two commits. */
export async function pathsBetween(
  git: Git,
  { gitDir }: Workspace,
  { from, to }: { from: string; to: string },
): Promise<string[]> {
  return splitNul(await git(['diff', '--name-only', '-z', '--no-renames', from, to], { gitDir }));
}

/**
 * The unified diff since the base commit, as a person reads it.
 *
 * @param renames false: a renamed file is a deleted and an added one
 */
export async function diffSinceBase(
  git: Git,
  workspace: Workspace,
  { commit, renames }: { commit: string; renames: boolean },
): Promise<string> {
  const how = renames ? '--find-renames' : '--no-renames';
  return git(['diff', '--no-ext-diff', '--no-textconv', '--no-color', how, workspace.baseCommit, commit], {
    gitDir: workspace.gitDir,
  });
}

/** Removes the workspaces of an order, and the order's folder with them. */
export async function removeWorkspaces(folder: string, orderId: string): Promise<void> {
  await rm(join(folder, orderId), { recursive: true, force: true, maxRetries: 3 });
}

/** Ids of the orders that have a workspace here. */
export async function ordersWithWorkspaces(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** Brings files that match back to what the last checkpoint has, where it has them. */
export async function restorePaths(git: Git, workspace: Workspace, patterns: readonly string[]): Promise<void> {
  const here = inWorkspace(workspace);
  const listed = await git(['ls-files', '-z', '--', ...patterns], here);
  const paths = splitNul(listed);
  if (paths.length > 0)
    await git(['checkout', '--quiet', 'HEAD', '--', ...paths.map((path) => `:(top,literal)${path}`)], here);
}

/** Brings all tracked files back to the last checkpoint. Returns the paths of those that had been changed. */
export async function restoreTracked(git: Git, workspace: Workspace): Promise<string[]> {
  const here = inWorkspace(workspace);
  const listed = await git(['diff', '--name-only', '-z', '--no-ext-diff', 'HEAD'], here);
  const paths = splitNul(listed);
  if (paths.length > 0) await git(['reset', '--quiet', '--hard', 'HEAD'], here);
  return paths;
}

/** New files without content. The editor makes each planned file before it asks the model, so they tell nothing. */
export async function listEmptyNewFiles(git: Git, workspace: Workspace): Promise<string[]> {
  const listed = await git(['ls-files', '--others', '--exclude-standard', '-z'], inWorkspace(workspace));
  const paths = splitNul(listed);
  const sizes = await Promise.all(paths.map((path) => lstat(join(workspace.tree, path))));
  return paths.filter((_path, index) => sizes[index]?.isFile() === true && sizes[index].size === 0);
}
