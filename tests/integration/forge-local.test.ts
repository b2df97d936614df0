import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Forge, PullRequestDraft } from '../../activities/forge/forge.ts';
import { createLocalForge } from '../../activities/forge/local/local-forge.ts';
import { createMirrors, type Mirrors } from '../../activities/git/mirror.ts';
import { openWorkspace, takeCheckpoint, type Workspace } from '../../activities/git/workspace.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { commitAll, createTestGit, requestFor, userGit, type TestGit } from '../support/git.ts';
import { insertWorkOrder } from '../support/work-orders.ts';

let test: TestGit;
let testDatabase: TestDatabase;
let database: Database;
let forge: Forge;
let mirrors: Mirrors;
let count = 0;
let location: string;

beforeAll(async () => {
  test = await createTestGit();
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 4);
  forge = createLocalForge({ git: test.git, database, folder: join(test.folder, 'forge') });
  mirrors = createMirrors(test.git, join(test.folder, 'mirrors'));
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
  await test.remove();
});

/** A bare repository with one file, as a server has it. */
beforeEach(async () => {
  count += 1;
  const person = await test.makeRepository(`person-${count}`);
  await writeFile(join(person, 'a.txt'), 'one\n');
  commitAll(person);
  location = join(test.folder, `server-${count}.git`);
  userGit(test.folder, 'clone', '--quiet', '--bare', person, location);
});

interface Change {
  draft: PullRequestDraft;
  workspace: Workspace;
}

/** A change as a finished attempt leaves it. */
async function change(repository: string, text: string): Promise<Change> {
  const orderId = await insertWorkOrder(database);
  const { repositoryId } = await database.workOrder.findUniqueOrThrow({ where: { id: orderId } });
  await database.repository.update({ where: { id: repositoryId }, data: { location: `${repository}#${orderId}` } });
  const mirror = await mirrors.refresh(repository);
  const baseCommit = userGit(mirror, 'rev-parse', 'main');
  const request = requestFor(mirror, baseCommit, { orderId });
  const workspace = await openWorkspace(test.git, join(test.folder, 'workspaces'), request);
  await writeFile(join(workspace.tree, 'a.txt'), text);
  const { commit: headCommit, diffStat } = await takeCheckpoint(test.git, workspace, 'Change');
  const headBranch = `ratchet/${randomUUID()}`;
  const names = { repositoryId, orderId, attempt: 1, repository, mirror, headBranch, baseBranch: 'main' };
  const texts = { title: 'Change a', body: 'Why', diff: 'diff', diffStat, draft: false };
  return { draft: { ...names, ...texts, headCommit, baseCommit }, workspace };
}

const rowOf = (id: string) => database.pullRequest.findUniqueOrThrow({ where: { id } });

describe('opening a pull request', () => {
  it('twice gives the first one, with one branch and one record', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const first = await forge.openPullRequest(draft, workspace);
    const again = await Promise.all([1, 2, 3].map(() => forge.openPullRequest(draft, workspace)));
    expect(again).toEqual([first, first, first]);
    expect(await database.pullRequest.count({ where: { headBranch: draft.headBranch } })).toBe(1);
    expect(userGit(location, 'rev-parse', draft.headBranch)).toBe(draft.headCommit);
    expect(userGit(location, 'show', `${draft.headBranch}:a.txt`)).toBe('two');
  });

  it('never overwrites a branch that holds the commits of somebody else', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const theirs = userGit(location, 'commit-tree', '-m', 'Theirs', 'main^{tree}');
    userGit(location, 'update-ref', `refs/heads/${draft.headBranch}`, theirs);
    await expect(forge.openPullRequest(draft, workspace)).rejects.toMatchObject({
      code: 'branch-taken',
      message: expect.stringContaining('never overwritten'),
    });
    expect(userGit(location, 'rev-parse', draft.headBranch)).toBe(theirs);
    expect(await database.pullRequest.count({ where: { headBranch: draft.headBranch } })).toBe(0);
  });

  it('runs no hook of the repository that it pushes into', async () => {
    const trace = join(test.folder, `hook-ran-${count}`);
    for (const hook of ['pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction']) {
      await writeFile(join(location, 'hooks', hook), `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
    }
    const { draft, workspace } = await change(location, 'two\n');
    const { id } = await forge.openPullRequest(draft, workspace);
    await forge.mergePullRequest(id);
    expect(existsSync(trace)).toBe(false);
    expect(userGit(location, 'rev-parse', draft.headBranch)).toBe(draft.headCommit);
  });

  it('makes one bare copy when several changes of a working repository are published at once', async () => {
    const person = join(test.folder, `person-${count}`);
    const changes = await Promise.all(['two', 'three', 'four'].map((text) => change(person, text)));
    const opened = await Promise.allSettled(
      changes.map(({ draft, workspace }) => forge.openPullRequest(draft, workspace)),
    );
    // Two that fetch the base branch in the same moment: git lets one of them go first, and the step is repeated.
    for (const [index, result] of opened.entries()) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toMatchObject({ code: 'git-failed', message: expect.stringContaining('lock') });
      const again = changes[index] ?? expect.unreachable('as many as were asked for');
      await forge.openPullRequest(again.draft, again.workspace);
    }
    expect((await readdir(join(test.folder, 'forge'))).filter((name) => name.endsWith('.new'))).toEqual([]);
    const rows = await database.pullRequest.findMany({
      where: { workOrderId: { in: changes.map((one) => one.draft.orderId) } },
    });
    expect(new Set(rows.map(({ forgeLocation }) => forgeLocation)).size).toBe(1);
    expect(rows).toHaveLength(3);
  });

  it('says so when the base branch is not there any more', async () => {
    const person = join(test.folder, `person-${count}`);
    const { draft, workspace } = await change(person, 'two\n');
    await expect(forge.openPullRequest({ ...draft, baseBranch: 'gone' }, workspace)).rejects.toMatchObject({
      code: 'git-failed',
      message: expect.stringContaining('gone'),
    });
  });

  it('for a working repository leaves it untouched, byte for byte, and uses a bare copy', async () => {
    const person = join(test.folder, `person-${count}`);
    await writeFile(join(person, 'uncommitted.txt'), 'mine');
    const { draft, workspace } = await change(person, 'two\n');
    const before = await hashFolder(person);
    const { id } = await forge.openPullRequest(draft, workspace);
    await forge.mergePullRequest(id);
    expect(await hashFolder(person)).toBe(before);
    const { forgeLocation } = await rowOf(id);
    expect(forgeLocation.startsWith(join(test.folder, 'forge'))).toBe(true);
    expect(userGit(forgeLocation, 'rev-parse', '--is-bare-repository')).toBe('true');
    expect(userGit(forgeLocation, 'show', 'main:a.txt')).toBe('two');
  });

  it('for the same working repository twice does not undo what was merged in the copy', async () => {
    const person = join(test.folder, `person-${count}`);
    const first = await change(person, 'two\n');
    const { id } = await forge.openPullRequest(first.draft, first.workspace);
    const { mergeCommit } = await forge.mergePullRequest(id);
    const second = await change(person, 'three\n');
    const opened = await forge.openPullRequest(second.draft, second.workspace);
    const { forgeLocation } = await rowOf(opened.id);
    expect(userGit(forgeLocation, 'rev-parse', 'main')).toBe(mergeCommit);
  });
});

async function hashFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(file).update(await readFile(file));
  return hash.digest('hex');
}

describe('merging a pull request', () => {
  it('makes a merge commit of both parents, marks it, and says the same when it is asked again', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const { id } = await forge.openPullRequest(draft, workspace);
    const { mergeCommit } = await forge.mergePullRequest(id);
    expect(userGit(location, 'rev-parse', 'main', 'main^1', 'main^2').split('\n')).toEqual([
      mergeCommit,
      draft.baseCommit,
      draft.headCommit,
    ]);
    expect(await rowOf(id)).toMatchObject({ state: 'merged', mergeCommit });
    expect(await forge.mergePullRequest(id)).toEqual({ mergeCommit });
    expect(userGit(location, 'rev-parse', 'main')).toBe(mergeCommit);
  });

  it('goes onto a base that has moved on, and keeps what came in between', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const { id } = await forge.openPullRequest(draft, workspace);
    await push('b.txt', 'other\n');
    await forge.mergePullRequest(id);
    expect(userGit(location, 'show', 'main:a.txt')).toBe('two');
    expect(userGit(location, 'show', 'main:b.txt')).toBe('other');
  });

  it('that conflicts is refused with the file, and changes nothing', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const { id } = await forge.openPullRequest(draft, workspace);
    await push('a.txt', 'theirs\n');
    const before = userGit(location, 'rev-parse', 'main');
    await expect(forge.mergePullRequest(id)).rejects.toMatchObject({
      code: 'pull-request-conflict',
      message: expect.stringContaining('a.txt'),
    });
    expect(userGit(location, 'rev-parse', 'main')).toBe(before);
    expect((await rowOf(id)).state).toBe('open');
  });

  it('that was killed between git and the record is finished by the next one, without a second merge', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const { id } = await forge.openPullRequest(draft, workspace);
    const { mergeCommit } = await forge.mergePullRequest(id);
    await database.pullRequest.update({ where: { id }, data: { state: 'open', mergeCommit: null, mergedAt: null } });
    expect(await forge.mergePullRequest(id)).toEqual({ mergeCommit });
    expect(await rowOf(id)).toMatchObject({ state: 'merged', mergeCommit });
  });

  it('that is closed is refused', async () => {
    const { draft, workspace } = await change(location, 'two\n');
    const { id } = await forge.openPullRequest(draft, workspace);
    await database.pullRequest.update({ where: { id }, data: { state: 'closed' } });
    await expect(forge.mergePullRequest(id)).rejects.toMatchObject({ code: 'pull-request-not-open' });
  });
});

async function push(name: string, text: string): Promise<void> {
  const clone = join(test.folder, `clone-${count}`);
  userGit(test.folder, 'clone', '--quiet', location, clone);
  await writeFile(join(clone, name), text);
  commitAll(clone);
  userGit(clone, 'push', '--quiet', 'origin', 'HEAD:main');
}
