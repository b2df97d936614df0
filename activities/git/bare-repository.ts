import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a new git dir is to hold. */
export interface BareRepository {
  /** Absolute folders whose objects it borrows. */
  borrowsFrom: readonly string[];
  /** What HEAD says: a commit, or `ref: refs/heads/<branch>`. */
  head: string;
  /** Text of its settings, after those that every repository has. */
  settings?: string;
  /** Branches by their names, with their commits. */
  branches?: ReadonlyMap<string, string>;
  /** Patterns of files that are not looked at. */
  exclusions?: readonly string[];
}

const everyRepository = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n';

/**
 * Writes a git dir without starting git: what makes one is a handful of files (gitrepository-layout), and four processes
 * for them were most of the time of opening a workspace.
 */
export async function writeBareRepository(gitDir: string, repository: BareRepository): Promise<void> {
  const { borrowsFrom, head, settings = '', branches = new Map<string, string>(), exclusions = [] } = repository;
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'info']) {
    await mkdir(join(gitDir, folder), { recursive: true });
  }
  const packed = Array.from(branches, ([branch, commit]) => `${commit} refs/heads/${branch}\n`).join('');
  await Promise.all([
    writeFile(join(gitDir, 'objects/info/alternates'), lines(borrowsFrom)),
    writeFile(join(gitDir, 'info/exclude'), lines(exclusions)),
    writeFile(join(gitDir, 'config'), `${everyRepository}${settings}`),
    // All of them in one file: a branch's own file would have to lie in folders that its name gives.
    writeFile(join(gitDir, 'packed-refs'), packed),
  ]);
  // Last: a git dir without it is none, and one that was not finished is made anew.
  await writeFile(join(gitDir, 'HEAD'), `${head}\n`);
}

function lines(entries: readonly string[]): string {
  return entries.map((entry) => `${entry}\n`).join('');
}
