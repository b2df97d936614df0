import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createMirrors } from '../../activities/git/mirror.ts';
import { openWorkspace } from '../../activities/git/workspace.ts';
import { commitAll, createTestGit, requestFor, userGit, type TestGit } from '../../tests/support/git.ts';
import { median, say, type Amounts, type Measured } from './figures.ts';

const fileBytes = 50_000;
const filesPerFolder = 100;
/** A new commit with one changed file in the top folder: the commit, its tree and the file. */
const newObjects = 3;

/** A repository that is as large as many real ones, with the product's own way to a workspace. */
export async function measureWorkspace(amounts: Amounts): Promise<Measured> {
  say(`workspace: making a repository of ${amounts.workspaceMegabytes} MB`);
  const test = await createTestGit();
  try {
    const repository = await test.makeRepository('large');
    await writeFiles(repository, amounts.workspaceMegabytes);
    const commit = commitAll(repository, 'All files');
    const mirrors = createMirrors(test.git, join(test.folder, 'mirrors'));
    const mirror = await mirrors.refresh(repository);
    const opened = await measureOpening(test, { mirror, commit, rounds: amounts.workspaceRounds });
    const fetched: number[] = [];
    for (let round = 1; round <= amounts.workspaceRounds; round += 1) {
      await writeFile(join(repository, 'new.txt'), `round ${round}\n`);
      commitAll(repository, `Round ${round}`);
      const before = countObjects(mirror);
      fetched.push(await seconds(() => mirrors.refresh(repository)));
      const brought = countObjects(mirror) - before;
      if (brought !== newObjects) throw new Error(`A fetch of ${newObjects} new objects brought ${brought}.`);
    }
    say(`workspace: fetch ${describe(fetched)}, ${newObjects} objects each`);
    return { 'workspace-50mb': median(opened), 'second-clone-fetch': median(fetched) };
  } finally {
    await test.remove();
  }
}

async function measureOpening(
  { git, folder }: TestGit,
  { mirror, commit, rounds }: { mirror: string; commit: string; rounds: number },
): Promise<number[]> {
  const opened: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const request = requestFor(mirror, commit, { orderId: `order-${round}` });
    opened.push(await seconds(() => openWorkspace(git, join(folder, 'workspaces'), request)));
  }
  say(`workspace: fresh ${describe(opened)}`);
  return opened;
}

/** Text that git can't make small, the same at every run. */
async function writeFiles(repository: string, megabytes: number): Promise<void> {
  const count = Math.round((megabytes * 1_000_000) / fileBytes);
  for (let index = 0; index < count; index += 1) {
    const folder = join(repository, `part-${Math.floor(index / filesPerFolder)}`);
    if (index % filesPerFolder === 0) await mkdir(folder, { recursive: true });
    const bytes = createHash('shake256', { outputLength: (fileBytes * 3) / 4 })
      .update(String(index))
      .digest('base64');
    await writeFile(join(folder, `file-${index}.txt`), bytes.replaceAll(/(.{100})/g, '$1\n'));
  }
}

function countObjects(mirror: string): number {
  const counted = userGit(mirror, 'count-objects', '-v');
  const read = (name: string) => Number(new RegExp(`^${name}: (\\d{1,12})$`, 'm').exec(counted)?.[1] ?? 0);
  return read('count') + read('in-pack');
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1_000;
}

function describe(values: readonly number[]): string {
  return values.map((value) => `${value.toFixed(2)} s`).join(', ');
}
