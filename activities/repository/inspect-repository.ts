import { copyFile, mkdtemp, realpath, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

import { parse as parseYaml } from 'yaml';

import { AppError } from '../../domain/errors.ts';
import { parseDeclaredGates } from '../../domain/gates/declared-gates.ts';
import { canProve, findGates } from '../../domain/gates/find-gates.ts';
import { chooseGateFiles, declarationPath, type RepositoryFiles } from '../../domain/gates/repository-files.ts';
import type { InspectRepositoryInput, InspectRepositoryResult } from '../../workflows/contract.ts';
import { lastLines, splitNul, type Git } from '../git/git-command.ts';
import { repositorySizeBytes, unreachable, type Mirrors } from '../git/mirror.ts';
import { readFilesAt } from '../git/read-files.ts';

export interface InspectionLimits {
  repositorySizeMaxBytes: number;
  diskFreeMinBytes: number;
}

export interface InspectionDependencies {
  git: Git;
  mirrors: Mirrors;
  stateDir: string;
  limits: InspectionLimits;
}

const megabyte = 1024 * 1024;

/**
 * Looks at a repository before an order for it is accepted: can it be cloned, does the branch exist, is there room,
 * is there anything that can prove a change. Leaves nothing behind but the mirror, which the order will need.
 *
 * @throws AppError with the code and the sentence of the refusal
 */
export async function inspectRepository(
  dependencies: InspectionDependencies,
  input: InspectRepositoryInput,
  signal?: AbortSignal,
): Promise<Extract<InspectRepositoryResult, { kind: 'accepted' }>> {
  const { git, mirrors, limits } = dependencies;
  await requireDiskSpace(dependencies.stateDir, limits.diskFreeMinBytes);
  refuseLocation(input.repository);
  if (isAbsolute(input.repository)) await inspectLocalFolder(git, input, limits);
  const baseBranch = await findBaseBranch(git, input, signal);
  const mirror = await mirrors.refresh(input.repository, signal);
  const sizeBytes = await repositorySizeBytes(git, mirror);
  if (sizeBytes > limits.repositorySizeMaxBytes) throw tooLarge(sizeBytes, limits);
  const baseCommit = (await git(['rev-parse', `refs/heads/${baseBranch}^{commit}`], { gitDir: mirror })).trim();
  const gateFiles = await readGateFiles(git, mirror, baseCommit);
  refuseDeclaration(gateFiles);
  const gates = findGates(gateFiles);
  if (!canProve(gates)) {
    throw new AppError(
      'repository-without-gates',
      `Nothing in ${input.repository} can prove a change: no compile, lint or test command was found (looked for .ratchet.yml, package.json, Python, Go and Rust projects, and a Makefile). Add a test command to the repository, or declare its gates in .ratchet.yml.`,
    );
  }
  return { kind: 'accepted', baseBranch, baseCommit, gates, sizeBytes, files: gateFiles.paths.size };
}

/** What of a commit decides about gates: its tracked paths, and the texts that describe tools. */
export async function readGateFiles(git: Git, gitDir: string, commit: string): Promise<RepositoryFiles> {
  const tracked = await git(['ls-tree', '-r', '-z', '--name-only', commit], { gitDir });
  const paths = new Set(splitNul(tracked));
  const chosen = chooseGateFiles(paths);
  const specs = chosen.map((path) => `${commit}:${path}`);
  const read = await readFilesAt(git, gitDir, specs);
  const texts = new Map(chosen.map((path, index) => [path, read[index]]));
  const files = { paths, read: (path: string) => texts.get(path) };
  const declaration = texts.get(declarationPath);
  return declaration === undefined ? files : { ...files, declared: parseDeclaration(declaration) };
}

/** What the file holds; null where it is not YAML, which is then refused as a declaration without gates. */
function parseDeclaration(text: string): unknown {
  try {
    return parseYaml(text) as unknown;
  } catch {
    return null;
  }
}

function refuseDeclaration({ declared }: RepositoryFiles): void {
  const gates = declared === undefined ? [] : parseDeclaredGates(declared);
  if (typeof gates === 'string') throw new AppError('repository-without-gates', `${gates} Correct it first.`);
}

/** @throws AppError disk-full when less than the minimum is free where Ratchet keeps its workspaces */
export async function requireDiskSpace(folder: string, freeMinBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= freeMinBytes) return;
  throw new AppError(
    'disk-full',
    `Only ${Math.floor(freeBytes / megabyte)} MB are free in ${folder}; an attempt needs ${Math.ceil(freeMinBytes / megabyte)} MB. Free some space, or lower RATCHET_DISK_FREE_MIN_MB.`,
  );
}

function refuseLocation(location: string): void {
  const isUrl = /^(?:https?|ssh|git|file):\/\//.test(location);
  const isSshShorthand = /^[\w.-]+@[\w.-]+:[^:]/.test(location);
  if (isAbsolute(location) || isUrl || isSshShorthand) return;
  throw new AppError(
    'repository-unreachable',
    `"${location}" is neither an absolute path nor an address that git can clone (https, ssh, git, file).`,
  );
}

async function inspectLocalFolder(git: Git, input: InspectRepositoryInput, limits: InspectionLimits): Promise<void> {
  const path = input.repository;
  const kind = await stat(path).catch(() => null);
  if (!kind?.isDirectory()) {
    throw new AppError('repository-unreachable', unreachable(path, 'there is no such folder'));
  }
  const isBare = await git.attempt(['rev-parse', '--is-bare-repository'], { cwd: path, remote: true });
  if (isBare.exitCode !== 0) throw new AppError('repository-unreachable', unreachable(path, lastLines(isBare.stderr)));
  const gitDir = (await git(['rev-parse', '--absolute-git-dir'], { cwd: path, remote: true })).trim();
  const sizeBytes = await repositorySizeBytes(git, gitDir);
  if (sizeBytes > limits.repositorySizeMaxBytes) throw tooLarge(sizeBytes, limits);
  if (isBare.stdout.trim() === 'true') return;
  await refuseSubfolder(git, path);
  if (!input.allowDirty) await refuseUncommitted(git, { path, gitDir });
}

async function refuseSubfolder(git: Git, path: string): Promise<void> {
  const top = (await git(['rev-parse', '--show-toplevel'], { cwd: path, remote: true })).trim();
  if (top === (await realpath(path))) return;
  throw new AppError(
    'repository-unreachable',
    `${path} is a folder inside the repository ${top}. Give ${top} instead.`,
  );
}

/**
 * Compares through a git dir of our own with a copy of the index: the repository's settings could name a program that
 * git runs to compare a file (a filter, a file system monitor), and they are not read this way.
 */
async function refuseUncommitted(git: Git, { path, gitDir }: { path: string; gitDir: string }): Promise<void> {
  const own = await mkdtemp(join(tmpdir(), 'ratchet-status-'));
  try {
    const head = await git.attempt(['rev-parse', '--verify', '--quiet', 'HEAD'], { gitDir });
    // Without a commit there is nothing to compare with; that it is empty is said by the search for its branches.
    if (head.exitCode !== 0) return;
    const objects = (await git(['rev-parse', '--git-path', 'objects'], { gitDir, cwd: path })).trim();
    await git(['init', '--quiet', '--bare', own]);
    await writeFile(join(own, 'objects/info/alternates'), `${resolve(path, objects)}\n`);
    await copyFile(join(gitDir, 'index'), join(own, 'index'));
    await git(['update-ref', '--no-deref', 'HEAD', head.stdout.trim()], { gitDir: own });
    const options = { gitDir: own, workTree: path, cwd: path };
    const status = await git(['status', '--porcelain', '-z', '--ignore-submodules=all'], options);
    const changed = splitNul(status);
    if (changed.length > 0) throw dirty(path, changed);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

function dirty(path: string, changed: readonly string[]): AppError {
  const files = `${changed.length} ${changed.length === 1 ? 'file' : 'files'}`;
  return new AppError(
    'repository-dirty',
    `${path} has uncommitted changes in ${files} (such as ${changed[0]?.slice(3) ?? ''}). Ratchet works from commits: commit or stash them first, or allow it to leave them out (--allow-dirty).`,
  );
}

async function findBaseBranch(
  git: Git,
  input: InspectRepositoryInput,
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ['ls-remote', '--symref', '--', input.repository, 'HEAD', 'refs/heads/*'];
  const listed = await git.attempt(args, { remote: true, timeoutMs: 30_000, signal });
  if (listed.exitCode !== 0) {
    const words = listed.exitCode === null ? 'it did not answer within 30 seconds' : lastLines(listed.stderr);
    throw new AppError('repository-unreachable', unreachable(input.repository, words));
  }
  const branches = Array.from(listed.stdout.matchAll(/^[0-9a-f]{40,64}\trefs\/heads\/(.+)$/gm), (match) => match[1]);
  if (branches.length === 0) {
    throw new AppError(
      'repository-empty',
      `${input.repository} has no branch with a commit. Push a first commit to it.`,
    );
  }
  const head = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(listed.stdout)?.[1];
  const wanted = input.baseBranch ?? head ?? (branches.includes('main') ? 'main' : branches[0]);
  if (wanted !== undefined && branches.includes(wanted)) return wanted;
  const known = branches.slice(0, 8).join(', ');
  throw new AppError(
    'base-branch-unknown',
    `${input.repository} has no branch "${wanted ?? ''}". Its branches: ${known}${branches.length > 8 ? ', …' : ''}.`,
  );
}

function tooLarge(sizeBytes: number, limits: InspectionLimits): AppError {
  const sizes = [sizeBytes, limits.repositorySizeMaxBytes].map((bytes) => Math.round(bytes / megabyte));
  return new AppError(
    'repository-too-large',
    `The repository has ${sizes[0]} MB of history; the limit is ${sizes[1]} MB. Raise RATCHET_REPOSITORY_SIZE_MAX_MB to allow it.`,
  );
}
