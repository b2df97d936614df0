import { access, chmod, lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createMirrors, type Mirrors } from '../../activities/git/mirror.ts';
import {
  diffSinceBase,
  holdCommit,
  inWorkspace,
  openWorkspace,
  ordersWithWorkspaces,
  removeWorkspaces,
  restorePaths,
  takeCheckpoint,
  type Workspace,
  type WorkspaceRequest,
} from '../../activities/git/workspace.ts';
import { commitAll, createTestGit, requestFor, userGit, type TestGit } from '../support/git.ts';

let test: TestGit;
let mirrors: Mirrors;
let repository: string;
let base: string;
let request: WorkspaceRequest;
let machines = 0;
let folder: string;

beforeAll(async () => {
  test = await createTestGit();
  mirrors = createMirrors(test.git, join(test.folder, 'mirrors'));
  repository = await test.makeRepository('shop');
  await writeFile(join(repository, '.gitignore'), 'node_modules/\n');
  await writeFile(join(repository, 'a.txt'), 'one\n');
  base = commitAll(repository);
  request = requestFor(await mirrors.refresh(repository), base);
});

beforeEach(() => {
  machines += 1;
  folder = join(test.folder, `machine-${machines}`);
});

afterAll(() => test.remove());

const open = (given: Partial<WorkspaceRequest> = {}, where = folder) =>
  openWorkspace(test.git, where, { ...request, ...given });
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const treeOf = (workspace: Workspace, commit: string) =>
  test.git(['rev-parse', `${commit}^{tree}`], { gitDir: workspace.gitDir });

describe('a checkpoint', () => {
  it('is rebuilt on another machine from mirror and bundle, with the same tree', async () => {
    const workspace = await open();
    await writeFile(join(workspace.tree, 'a.txt'), 'two\n');
    await writeFile(join(workspace.tree, 'new.txt'), 'new\n');
    const taken = await takeCheckpoint(test.git, workspace, 'Change');
    expect(taken.diffStat).toEqual({ files: 2, added: 2, removed: 1 });

    const elsewhere = createMirrors(test.git, join(folder, 'other-mirrors'));
    const mirror = await elsewhere.refresh(repository);
    const rebuilt = await open({ mirror, commit: taken.commit, bundle: taken.bundle }, join(folder, 'other'));
    expect(await treeOf(rebuilt, 'HEAD')).toBe(await treeOf(workspace, taken.commit));
    expect(await readFile(join(rebuilt.tree, 'a.txt'), 'utf8')).toBe('two\n');
    expect(await readFile(join(rebuilt.tree, 'new.txt'), 'utf8')).toBe('new\n');
    expect(taken.paths).toEqual(['a.txt', 'new.txt']);
    expect(await diffSinceBase(test.git, rebuilt, { commit: taken.commit, renames: false })).toContain('+two');
  });

  it('keeps links, modes and the strangest names', async () => {
    const names = ['with space.txt', 'ünïcödé 修复.txt', 'line\nbreak.txt', '-dash', '"quoted".txt', ':(top)magic'];
    const workspace = await open();
    for (const name of names) await writeFile(join(workspace.tree, name), name);
    await writeFile(join(workspace.tree, 'run.sh'), '#!/bin/sh\n');
    await chmod(join(workspace.tree, 'run.sh'), 0o755);
    await symlink('a.txt', join(workspace.tree, 'link'));
    await writeFile(join(workspace.tree, 'binary'), Buffer.from([0, 255, 13, 10, 0]));
    const taken = await takeCheckpoint(test.git, workspace, 'Names');
    const rebuilt = await open({ commit: taken.commit, bundle: taken.bundle }, join(folder, 'other'));
    for (const name of names) expect(await readFile(join(rebuilt.tree, name), 'utf8')).toBe(name);
    expect((await lstat(join(rebuilt.tree, 'run.sh'))).mode & 0o111).toBe(0o111);
    expect(await readlink(join(rebuilt.tree, 'link'))).toBe('a.txt');
    expect(await readFile(join(rebuilt.tree, 'binary'))).toEqual(Buffer.from([0, 255, 13, 10, 0]));
    expect(taken.paths.toSorted()).toEqual([...names, 'run.sh', 'link', 'binary'].toSorted());
  });

  it('of an unchanged tree is the base itself, without a bundle', async () => {
    const taken = await takeCheckpoint(test.git, await open(), 'Nothing');
    expect(taken).toEqual({ commit: base, paths: [], bundle: null, diffStat: { files: 0, added: 0, removed: 0 } });
  });

  it('leaves out what the editor keeps for itself and what is ignored', async () => {
    const workspace = await open();
    await writeFile(join(workspace.tree, '.aider.chat.history.md'), 'chat');
    await mkdir(join(workspace.tree, 'node_modules/x'), { recursive: true });
    await writeFile(join(workspace.tree, 'node_modules/x/index.js'), '1');
    expect((await takeCheckpoint(test.git, workspace, 'Own')).commit).toBe(base);
  });

  it('takes a repository in the tree neither for a reason to fail nor for a way in', async () => {
    const workspace = await open();
    const nested = join(workspace.tree, 'vendor');
    await mkdir(nested);
    userGit(nested, 'init', '--quiet');
    await writeFile(join(nested, 'inner.txt'), 'inner');
    commitAll(nested);
    const taken = await takeCheckpoint(test.git, workspace, 'Nested');
    const rebuilt = await open({ commit: taken.commit, bundle: taken.bundle }, join(folder, 'other'));
    expect(await exists(join(rebuilt.tree, 'vendor/.git'))).toBe(false);
    expect(await readFile(join(rebuilt.tree, 'a.txt'), 'utf8')).toBe('one\n');
  });
});

describe('a workspace that is opened again', () => {
  it('drops what the last run left and keeps what is ignored: installed packages', async () => {
    const workspace = await open();
    await mkdir(join(workspace.tree, 'node_modules'));
    await writeFile(join(workspace.tree, 'node_modules/kept'), 'kept');
    await writeFile(join(workspace.tree, 'left-over'), 'x');
    await writeFile(join(workspace.tree, 'a.txt'), 'half an edit');
    await writeFile(join(workspace.home, 'cache'), 'kept');
    await open();
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n');
    expect(await exists(join(workspace.tree, 'left-over'))).toBe(false);
    expect(await exists(join(workspace.tree, 'node_modules/kept'))).toBe(true);
    expect(await exists(join(workspace.home, 'cache'))).toBe(true);
  });

  it.each([
    ['a stale lock', (workspace: Workspace) => writeFile(join(workspace.gitDir, 'index.lock'), '')],
    ['a broken index', (workspace: Workspace) => writeFile(join(workspace.gitDir, 'index'), 'broken')],
    [
      'a git dir that is half made',
      (workspace: Workspace) => rm(join(workspace.gitDir, 'objects'), { recursive: true }),
    ],
    ['a git dir without HEAD', (workspace: Workspace) => rm(join(workspace.gitDir, 'HEAD'))],
    ['no tree', (workspace: Workspace) => rm(workspace.tree, { recursive: true })],
    ['no decoy', (workspace: Workspace) => rm(join(workspace.tree, '.git'), { recursive: true })],
  ])('is mended when a killed worker left %s', async (_what, damage) => {
    const workspace = await open();
    await damage(workspace);
    const mended = await open();
    expect(await readFile(join(mended.tree, 'a.txt'), 'utf8')).toBe('one\n');
    expect(await test.git(['status', '--porcelain'], inWorkspace(mended))).toBe('');
  });

  it('brings single files back to the last checkpoint, whatever their names', async () => {
    const workspace = await open();
    await writeFile(join(workspace.tree, 'a.txt'), 'changed');
    await restorePaths(test.git, workspace, ['a*', 'nothing-like-it']);
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('one\n');
  });
});

describe('the diff of a checkpoint', () => {
  it('is not bent by attributes of the folder that this process stands in', async () => {
    const workspace = await open();
    await writeFile(join(workspace.tree, 'a.txt'), 'two\n');
    const { commit } = await takeCheckpoint(test.git, workspace, 'Change');
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, '.gitattributes'), '* -diff\n');
    const before = process.cwd();
    process.chdir(elsewhere);
    try {
      expect(await diffSinceBase(test.git, workspace, { commit, renames: false })).toContain('+two');
    } finally {
      process.chdir(before);
    }
  });
});

describe('a commit that is held', () => {
  it('leaves the tree as it stands where it is there, and is rebuilt elsewhere', async () => {
    const workspace = await open();
    await writeFile(join(workspace.tree, 'a.txt'), 'two\n');
    const { commit, bundle } = await takeCheckpoint(test.git, workspace, 'Change');
    await writeFile(join(workspace.tree, 'a.txt'), 'in the middle of something');
    const wish = { ...request, commit, bundle };
    expect(await holdCommit(test.git, folder, wish)).toEqual(workspace);
    expect(await readFile(join(workspace.tree, 'a.txt'), 'utf8')).toBe('in the middle of something');
    const elsewhere = await holdCommit(test.git, join(folder, 'other'), wish);
    expect(await treeOf(elsewhere, commit)).toBe(await treeOf(workspace, commit));
  });
});

describe('the workspaces of a machine', () => {
  it('are apart from each other, and go together with their order', async () => {
    const [first, second, other] = [await open(), await open({ name: 2 }), await open({ orderId: 'other' })];
    await writeFile(join(first.tree, 'a.txt'), 'first');
    expect(await readFile(join(second.tree, 'a.txt'), 'utf8')).toBe('one\n');
    expect((await ordersWithWorkspaces(folder)).sort()).toEqual(['order', 'other']);
    await removeWorkspaces(folder, 'order');
    expect(await ordersWithWorkspaces(folder)).toEqual(['other']);
    expect(await exists(other.tree)).toBe(true);
    await removeWorkspaces(folder, 'order');
  });
});
